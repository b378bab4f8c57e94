#include "synthetic/recording.hpp"

#include "core/errors.hpp"
#include "core/timestamp.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"
#include "synthetic/errors.hpp"
#include "synthetic/replay_pace.hpp"
#include "json/errors.hpp"

using namespace tickertape;
using namespace tickertape::json;
using namespace tickertape::synthetic;
using namespace std::chrono_literals;

namespace {

symbol_table symbols_of(const std::vector<std::string>& names)
{
    return symbol_table::from(names).value();
}

result<recorded_price> read(
    const std::string& header, const std::string& row,
    const std::vector<std::string>& symbols = {"BTC-USD"})
{
    const auto format = recording::of_first_line(header, recorded_names{symbols_of(symbols)});
    REQUIRE(format);
    json::reader reader;
    return format->parse(row, reader);
}

result<recorded_price>
read_json(const std::string& line, const std::vector<std::string>& symbols = {"BTC-USD"})
{
    return read(line, line, symbols);
}

}  // namespace

TEST_CASE("A file without a time and a price is no recording", "[feed]")
{
    const auto header = GENERATE(
        "", "a,b,c", "time_ms,volume", "price",
        "time_ms,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,ask_close,"
        "ask_size");
    CAPTURE(header);

    CHECK(
        recording::of_first_line(header, recorded_names{symbols_of({"BTC-USD"})}).error() ==
        synthetic_errc::no_usable_column);
}

TEST_CASE("A row without a good price or time is refused", "[feed]")
{
    const std::string header = "time_s,open,high,low,close";
    CHECK(read(header, "1526364000,1,2,3").error() == json_errc::missing_field);
    CHECK(read(header, "1526364000,1,2,3,0").error() == core_errc::implausible_price);
    CHECK(read(header, "1526364000,1,2,3,").error() == core_errc::implausible_price);
    CHECK(read(header, "1526364000,1,2,3,x").error() == core_errc::implausible_price);
    CHECK(read(header, "soon,1,2,3,4").error() == core_errc::implausible_time);
    CHECK(read(header, "-1,1,2,3,4").error() == core_errc::implausible_time);
    CHECK(read("time_ms,price", "99999999999999999999,1").error() == core_errc::implausible_time);
    CHECK(read("date,price", "2024-02-30,1").error() == core_errc::implausible_time);
    for (const std::string time :
         {"2024-02-30 00:00:00", "2024-01-01 24:00:00", "2024-01-01 00:00", "2024-01-01  00:00:00",
          "2024-01-01 00:00:00 CET", "2024-01-01 00:00:00Z UTC", "2024-01-01 ", "01/02/2024",
          "2024-01-01\t00:00:00", "", " "}) {
        CAPTURE(time);
        CHECK(read("timestamp,price", time + ",1").error() == core_errc::implausible_time);
    }
    CHECK(
        read("timestamp,price", "2024-01-01 00:00:00." + std::string(60'000, '0') + ",1").error() ==
        core_errc::implausible_time);
    CHECK(read("symbol,date,price", ",2024-02-03,1").error() == json_errc::missing_field);
    CHECK(read("symbol,date,price", "ETH,2024-02-03,1").error() == synthetic_errc::unknown_symbol);
}

TEST_CASE("Every form of recorded price history is read", "[feed]")
{
    struct row {
        std::string header;
        std::string line;
        std::string price;
        std::string time;
        std::size_t symbol = 0;
    };
    const auto r = GENERATE(
        row{"symbol,date,price_usd", "ETH,2015-08-08,1.19999", "1.19999",
            "2015-08-08T00:00:00.000Z", 1},
        row{"symbol,date,open,high,low,close,volume_usd",
            "ETH,2017-11-09,1.0,1.1,0.9,1.008180022,3", "1.008180022", "2017-11-09T00:00:00.000Z",
            1},
        row{"pair,time_s,open,high,low,close,volume_btc",
            "BTCUSD,1678320000,21702.13,21712.51,21690.7,21712.51,4.02615", "21712.51",
            "2023-03-09T00:00:00.000Z"},
        row{"time_s,open,high,low,close", "1514004420,14638.31,14762.63,14633.67,14660.", "14660",
            "2017-12-23T04:47:00.000Z"},
        row{"time_ms,open,high,low,close,volume_btc",
            "1475798400000,611.78,611.91,611.78,611.9,1.13872", "611.9",
            "2016-10-07T00:00:00.000Z"},
        row{"date,price_usd,hashrate_ths,blocks,transactions,supply_btc,src",
            "2010-07-18,0.08584,0.00155222532856273,172,248,3447800,A", "0.08584",
            "2010-07-18T00:00:00.000Z"},
        row{"date,close_usd", "2014-09-17,457.3340148925781", "457.3340148925781",
            "2014-09-17T00:00:00.000Z"},
        row{"time_ms,price,amount_btc,side", "1561939203172,10749.4,0.004,sell", "10749.4",
            "2019-07-01T00:00:03.172Z"},
        row{"time_s,price,amount_btc,side,ordertype,trade_id",
            "1762795433.9717445,105433.60000,0.00027625,buy,limit,10218208", "105433.6",
            "2025-11-10T17:23:53.972Z"},
        row{"timestamp,symbol,price", "2024-01-01 00:00:00,ETH-USD,2281.5", "2281.5",
            "2024-01-01T00:00:00.000Z", 1},
        row{"timestamp,symbol,price", "1712525476.5,BTC-USD,69420.25", "69420.25",
            "2024-04-07T21:31:16.500Z"},
        row{"timestamp,price", "1712525476123,69420.25", "69420.25", "2024-04-07T21:31:16.123Z"},
        row{"timestamp,price", "2024-04-07T21:31:16.123+02:00,1", "1", "2024-04-07T19:31:16.123Z"},
        row{"Date,Symbol,Open,Close", "2024-01-01 13:45:00,BTC/USD,1,2", "2",
            "2024-01-01T13:45:00.000Z"},
        row{"time,price", "2024-01-01 13:45:00.123456+00:00,2", "2", "2024-01-01T13:45:00.124Z"},
        row{"time,price", "2024-01-01 13:45:00 UTC,2", "2", "2024-01-01T13:45:00.000Z"},
        row{"time,price", "2024-01-01T13:45:00,2", "2", "2024-01-01T13:45:00.000Z"},
        row{"date,timestamp,price", "2024-01-01,2024-01-01 13:45:00,2", "2",
            "2024-01-01T13:45:00.000Z"},
        row{"\xef\xbb\xbf\"Time\",\"Price\"", "\"2024-04-07T21:31:16Z\",\"69420.25\"", "69420.25",
            "2024-04-07T21:31:16.000Z"});
    CAPTURE(r.header);

    const auto got = read(r.header, r.line, {"BTC-USD", "ETH-USD"});

    REQUIRE(got);
    CHECK(got->value.text() == r.price);
    CHECK(format_rfc3339(*got->at) == r.time);
    CHECK(index_of(got->symbol) == r.symbol);
}

TEST_CASE("A JSON line without a good price is refused", "[feed]")
{
    CHECK(read_json(R"({"price":"1"})").error() == json_errc::wrong_type);
    CHECK(read_json(R"({"price":0})").error() == core_errc::implausible_price);
    CHECK(read_json(R"({})").error() == json_errc::missing_field);
    CHECK(read_json(R"({"price":1)").error() == json_errc::not_json);
    CHECK(read_json(R"({"price":1,"timestamp":-1})").error() == core_errc::implausible_time);
    CHECK(read_json(R"({"price":1,"timestamp":1e300})").error() == core_errc::implausible_time);
    CHECK(read_json(R"({"price":1,"timestamp":[]})").error() == json_errc::wrong_type);
    CHECK(read_json(R"({"price":1,"symbol":"XYZ-USD"})").error() == synthetic_errc::unknown_symbol);
    CHECK(read_json(R"({"price":1,"symbol":1})").error() == json_errc::wrong_type);
}

TEST_CASE("A JSON line is read with any form of time, or none", "[feed]")
{
    const auto time_of = [](const std::string& timestamp) {
        const auto got = read_json(R"({"price":69420.25,"timestamp":)" + timestamp + "}");
        REQUIRE(got);
        return format_rfc3339(*got->at);
    };
    CHECK(time_of("1712525476") == "2024-04-07T21:31:16.000Z");
    CHECK(time_of("1712525476.5") == "2024-04-07T21:31:16.500Z");
    CHECK(time_of("1712525476123") == "2024-04-07T21:31:16.123Z");
    CHECK(time_of("\"2024-04-07T21:31:16.123Z\"") == "2024-04-07T21:31:16.123Z");
    CHECK(time_of("\"2024-04-07 21:31:16\"") == "2024-04-07T21:31:16.000Z");
    CHECK_FALSE(read_json(R"({"price":1})")->at);
    CHECK(
        index_of(read_json(R"({"price":1,"symbol":"eth/usd"})", {"BTC-USD", "ETH-USD"})->symbol) ==
        1);
}

TEST_CASE("A recording keeps its own pace, or a multiple of it", "[feed]")
{
    const steady_time now{100s};
    const wall_time at{1'000'000'000'000ms};

    replay_pace own{1};
    CHECK(own.due(at, now) == now);
    CHECK(own.due(at + 1500ms, now) == now + 1500ms);
    CHECK(own.due(at + 1500ms, now) == now + 1500ms);
    CHECK(own.due(std::nullopt, now) == now + 2500ms);

    replay_pace fast{10};
    CHECK(fast.due(at, now) == now);
    CHECK(fast.due(at + 10s, now + 3s) == now + 1s);  // late, but the pace is kept

    replay_pace at_once{0};
    CHECK(at_once.due(at, now) == now);
    CHECK(at_once.due(at + 24h, now + 1s) == now + 1s);
}

TEST_CASE("A time that jumps back begins a new stretch at once", "[feed]")
{
    const steady_time now{100s};
    const wall_time at{1'000'000'000'000ms};
    replay_pace pace{1};

    CHECK(pace.due(at, now) == now);
    CHECK(pace.due(at - 24h, now + 10ms) == now + 10ms);
    CHECK(pace.due(at - 24h + 1s, now + 10ms) == now + 1010ms);
}

TEST_CASE("A gap of centuries does not overflow the pace", "[feed]")
{
    replay_pace pace{0.001};
    const steady_time now{100s};
    pace.due(wall_time{0ms}, now);
    CHECK(pace.due(wall_time{16'000'000'000'000ms}, now) > now);
}
