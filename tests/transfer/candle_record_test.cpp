#include "support/catch.hpp"
#include "transfer/candle_record.hpp"

#include <string>
#include <vector>

using namespace tickertape;
using namespace tickertape::transfer;
using series::interval;

namespace {

constexpr wall_time now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};
constexpr series::candle_time hour{std::chrono::hours{490'000}};

candle_record made(const std::string& symbol, int hours, double open, bool is_complete = true)
{
    const auto p = [](double value) { return *price::from(value); };
    return {
        symbol,
        interval::h1,
        {hour + std::chrono::hours{hours}, p(open), p(open + 2.5), p(open - 0.25), p(open + 1e-8),
         12, !is_complete},
        {}};
}

std::vector<candle_record> some_candles()
{
    auto all = std::vector{made("BTC-USD", 0, 69420.25), made("BTC-USD", 3, 69421, false)};
    all.push_back(made("ETH-USD", 0, 3500));
    all.back().source = "median(coinbase,kraken)";
    return all;
}

std::string text_of(format how, const std::vector<candle_record>& all)
{
    candle_writer writer{how};
    std::string text;
    writer.begin(text);
    for (const auto& c : all)
        writer.add(text, c);
    writer.end(text);
    return text;
}

struct read_back {
    std::vector<candle_record> candles;
    std::vector<std::string> bad;  // "2: why"
};

read_back read_text(format from, const std::string& text, std::size_t cut = 1'000'000)
{
    read_back got;
    candle_record_reader reader{
        {from, interval::h1, now},
        [&](std::uint64_t, candle_record&& c) { got.candles.push_back(std::move(c)); },
        [&](std::uint64_t line, const std::string& why) {
            got.bad.push_back(std::to_string(line) + ": " + why);
        }};
    for (std::size_t at = 0; at < text.size(); at += cut)
        reader.feed(std::string_view{text}.substr(at, cut));
    reader.finish();
    return got;
}

std::string complaint(const std::string& line)
{
    const auto got = read_text(
        format::csv, "time,symbol,interval,open,high,low,close,ticks,complete,source\n" + line);
    REQUIRE(got.bad.size() == 1);
    CHECK(got.candles.empty());
    return got.bad[0];
}

}  // namespace

TEST_CASE("candles that are written can be read again, with source and completeness", "[transfer]")
{
    const auto how = GENERATE(format::csv, format::json, format::jsonl);
    const auto cut = GENERATE(std::size_t{1}, std::size_t{7}, std::size_t{1'000'000});
    const auto all = some_candles();
    const auto text = text_of(how, all);
    const auto got = read_text(how, text, cut);
    CHECK(got.bad.empty());
    REQUIRE(got.candles.size() == all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        CHECK(got.candles[i].symbol == all[i].symbol);
        CHECK(got.candles[i].value == all[i].value);
        CHECK(got.candles[i].source == all[i].source);
    }
    const auto known = candle_text_of(text);
    REQUIRE(known);
    CHECK(known->how == how);
    CHECK(known->of == interval::h1);
}

TEST_CASE("a candle is a line of CSV, or an object", "[transfer]")
{
    const std::vector all{some_candles()[2]};
    CHECK(
        text_of(format::csv, all) ==
        "time,symbol,interval,open,high,low,close,ticks,complete,source\n"
        "1764000000,ETH-USD,1h,3500,3502.5,3499.75,3500.00000001,12,true,"
        "\"median(coinbase,kraken)\"\n");
    CHECK(
        text_of(format::jsonl, {some_candles()[1]}) ==
        "{\"time\":1764010800,\"symbol\":\"BTC-USD\",\"interval\":\"1h\",\"open\":69421,"
        "\"high\":69423.5,\"low\":69420.75,\"close\":69421.00000001,\"ticks\":12,"
        "\"complete\":false,\"source\":null}\n");
}

TEST_CASE("other texts are not taken for exported candles", "[transfer]")
{
    for (const auto* text :
         {"", "time,low,high,open,close,volume\n1,2,3,4,5,6\n", "timestamp,symbol,price\n",
          "{\"version\":1,\"records\":[\n{\"timestamp\":1,\"symbol\":\"BTC-USD\"}\n]}",
          "{\"timestamp\":1712525476.123,\"symbol\":\"BTC-USD\",\"price\":1}\n", "[1,2]\n"})
        CHECK_FALSE(candle_text_of(text));
    CHECK_FALSE(candle_text_of(text_of(format::csv, {}))->of);
}

TEST_CASE("a candle that cannot be is named with its line and why", "[transfer]")
{
    CHECK(
        complaint("1764000000,ETH-USD,1h,3500,3502.5,3499.75,3500,12,true\n") ==
        "2: 9 columns instead of 10");
    CHECK(
        complaint("1764000060,ETH-USD,1h,1,1,1,1,1,true,\n") ==
        "2: '1764000060' is not the beginning of a candle of 1h, in Unix seconds");
    CHECK(
        complaint("1764000000,ETH-USD,1d,1,1,1,1,1,true,\n") ==
        "2: '1d' is not the interval of the others, 1h");
    CHECK(
        complaint("1764000000,ETH-USD,1h,1,2,1.5,1.75,1,true,\n") ==
        "2: its prices are not all between the low and the high");
    CHECK(
        complaint("1764000000,ETH-USD,1h,1,2,0,1,1,true,\n") ==
        "2: the low is '0', which is no price above zero");
    CHECK(complaint("1795305600,ETH-USD,1h,1,1,1,1,1,true,\n") == "2: the candle is not over yet");
    CHECK(
        complaint("1764000000,ETH-USD,1h,1,1,1,1,1,yes,\n") ==
        "2: 'yes' is not true or false, as complete is");
    const auto twice = read_text(
        format::jsonl, text_of(
                           format::jsonl, {made("BTC-USD", 1, 5), made("ETH-USD", 0, 5),
                                           made("BTC-USD", 1, 5), made("BTC-USD", 0, 5)}));
    CHECK(twice.candles.size() == 2);
    CHECK(
        twice.bad ==
        std::vector<std::string>{
            "3: has the time of line 1; the oldest candle of a symbol comes first, and each once",
            "4: lies before line 1; the oldest candle of a symbol comes first, and each once"});
    auto cut_off = text_of(format::json, some_candles());
    cut_off.resize(cut_off.size() - 5);
    CHECK(
        read_text(format::json, cut_off).bad == std::vector<std::string>{"1: the text is cut off"});
}
