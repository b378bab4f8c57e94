#include "support/catch.hpp"
#include "transfer/tick_reader.hpp"
#include "transfer/tick_writer.hpp"

#include <vector>

using namespace tickertape;
using namespace tickertape::transfer;

namespace {

struct read_back {
    std::vector<record> ticks;
    std::vector<std::string> bad;  // "2: why"
};

read_back read_text(format how, const std::string& text, const tick_reader::defaults& d = {})
{
    read_back got;
    tick_reader reader{
        how, d, [&](std::uint64_t, record&& r) { got.ticks.push_back(std::move(r)); },
        [&](std::uint64_t line, const std::string& why) {
            got.bad.push_back(std::to_string(line) + ": " + why);
        }};
    reader.feed(text);
    reader.finish();
    return got;
}

record tick(std::uint64_t ms, unsigned n, double value, std::string source)
{
    const position id{ms, n};
    return {"BTC-USD", *price::from(value), id.time(), std::move(source), id};
}

std::vector<record> some()
{
    return {
        tick(1'712'525'476'123, 0, 69'420.25, "coinbase"),
        tick(1'712'525'476'123, 1, 1e-8, "median(coinbase,kraken)"),
        tick(1'712'525'477'000, 0, 0.1 + 0.2, "kraken")};
}

std::string written(format how, const std::vector<record>& ticks)
{
    std::string text;
    tick_writer writer{how};
    writer.begin(text);
    for (const auto& t : ticks)
        writer.add(text, t);
    writer.end(text);
    return text;
}

bool same(const record& a, const record& b)
{
    return a.symbol == b.symbol && a.value == b.value && a.at == b.at && a.source == b.source &&
           a.id == b.id;
}

}  // namespace

TEST_CASE("each format is written as documented", "[transfer]")
{
    const std::vector<record> two{some()[0], some()[1]};
    CHECK(
        written(format::csv, two) ==
        "timestamp,symbol,price,source,id\n"
        "1712525476.123,BTC-USD,69420.25,coinbase,1712525476123-0\n"
        "1712525476.123,BTC-USD,1e-08,\"median(coinbase,kraken)\",1712525476123-1\n");
    const std::string first = R"({"timestamp":1712525476.123,"symbol":"BTC-USD","price":69420.25,)"
                              R"("source":"coinbase","id":"1712525476123-0"})";
    CHECK(written(format::jsonl, {two[0]}) == first + "\n");
    CHECK(written(format::json, {two[0]}) == "{\"version\":1,\"records\":[\n" + first + "\n]}\n");
    CHECK(written(format::json, {}) == "{\"version\":1,\"records\":[]}\n");
}

TEST_CASE("what is written reads back, to the bit of the price", "[transfer]")
{
    for (const auto how : {format::csv, format::json, format::jsonl}) {
        const auto got = read_text(how, written(how, some()));
        CHECK(got.bad.empty());
        REQUIRE(got.ticks.size() == 3);
        for (std::size_t i = 0; i < 3; ++i)
            CHECK(same(got.ticks[i], some()[i]));
    }
}

TEST_CASE("columns may come in any order, and times in any form", "[transfer]")
{
    const auto got = read_text(
        format::csv, "\xef\xbb\xbfPrice,Symbol,Timestamp\r\n"
                     "1.5,btc-usd,2024-04-07T21:31:16.123Z\r\n"
                     "2.5,BTC-USD,1712525476124\r\n\r\n");
    CHECK(got.bad.empty());
    REQUIRE(got.ticks.size() == 2);
    CHECK(got.ticks[0].symbol == "BTC-USD");
    CHECK(got.ticks[0].at == position(1'712'525'476'123, 0).time());
    CHECK(got.ticks[0].source == "import");
    CHECK_FALSE(got.ticks[0].id);
    CHECK(got.ticks[1].at == position(1'712'525'476'124, 0).time());
}

TEST_CASE("the data of the stream's events is read", "[transfer]")
{
    const auto got = read_text(
        format::jsonl,
        R"({"timestamp":1712525476,"price":69420.25,"symbol":"BTC-USD","source":"coinbase"})");
    CHECK(got.bad.empty());
    REQUIRE(got.ticks.size() == 1);
    CHECK(got.ticks[0].at == position(1'712'525'476'000, 0).time());
}

TEST_CASE("Bitcoincharts names no symbol", "[transfer]")
{
    const std::string line = "1325346600,4.247000000000,0.500000000000\n";
    const auto got = read_text(format::bitcoincharts, line, {"BTC-USD", "bitstamp"});
    CHECK(got.bad.empty());
    REQUIRE(got.ticks.size() == 1);
    CHECK(got.ticks[0].value == *price::from(4.247));
    CHECK(got.ticks[0].source == "bitstamp");
    CHECK(read_text(format::bitcoincharts, line).bad == std::vector<std::string>{"1: no symbol"});
}

TEST_CASE("a bad line is named with its number and the reason, and the rest is read", "[transfer]")
{
    const auto got = read_text(
        format::jsonl, "{\"symbol\":\"BTC-USD\",\"price\":1,\"timestamp\":1712525476}\n"
                       "nonsense\n"
                       "{\"symbol\":\"BTC-USD\",\"price\":0,\"timestamp\":1712525476}\n"
                       "{\"symbol\":\"BTC-USD\",\"timestamp\":1712525476}\n"
                       "{\"symbol\":\"BTC-USD\",\"price\":1,\"timestamp\":-4}\n"
                       "{\"symbol\":\"?\",\"price\":1,\"timestamp\":1712525476}\n"
                       "{\"price\":1,\"timestamp\":1712525476}\n"
                       "{\"symbol\":\"BTC-USD\",\"price\":1,\"timestamp\":5,\"id\":\"7-0\"}\n"
                       "{\"symbol\":\"BTC-USD\",\"price\":2,\"timestamp\":1712525476}\n");
    CHECK(got.ticks.size() == 2);
    CHECK(
        got.bad == std::vector<std::string>{
                       "2: no JSON object", "3: the price is no number above zero", "4: no price",
                       "5: '-' is no time; accepted: Unix seconds, RFC 3339",
                       "6: '?' is no symbol; accepted: two names with a dash, such as BTC-USD",
                       "7: no symbol", "8: the id '7-0' and the timestamp differ"});
}

TEST_CASE("a file of candles is not taken for ticks", "[transfer]")
{
    const auto got = read_text(
        format::csv, "unix,date,symbol,open,high,low,close\n1,2,3,4,5,6,7\n1,2,3,4,5,6,7\n");
    CHECK(got.ticks.empty());
    REQUIRE(got.bad.size() == 1);
    CHECK(got.bad[0].find("1: the first line has to name the columns") == 0);
}

TEST_CASE("a document of another version, or one that is cut off, is refused", "[transfer]")
{
    const auto whole = written(format::json, some());
    CHECK(read_text(format::json, whole.substr(0, whole.size() - 4)).bad.size() == 1);
    CHECK(read_text(format::json, R"({"version":2,"records":[]})").bad.size() == 1);
    CHECK(read_text(format::json, "").bad.size() == 1);
}

TEST_CASE("a source says how many providers it combines", "[transfer]")
{
    CHECK(combined_in("coinbase") == 0);
    CHECK(combined_in("median(coinbase,kraken)") == 2);
    CHECK(combined_in("median(coinbase)") == 1);
    CHECK(combined_in("(a)") == 0);
}

TEST_CASE("the name of a file says its format", "[transfer]")
{
    CHECK(format_of_file("a.csv") == format::csv);
    CHECK(format_of_file("a.b.jsonl") == format::jsonl);
    CHECK(format_of_file("a.ndjson") == format::jsonl);
    CHECK_FALSE(format_of_file("a"));
    CHECK_FALSE(format_of_file("a.txt"));
}
