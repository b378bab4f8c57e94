#include "support/catch.hpp"
#include "transfer/candle_reader.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace tickertape;
using namespace tickertape::transfer;
using series::interval;

namespace {

struct read_back {
    std::vector<series::candle> candles;
    std::vector<std::string> bad;  // "2: why"
    std::uint64_t left_out = 0;
};

constexpr wall_time now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};

read_back
read_text(candle_format from, interval of, const std::string& text, std::size_t cut = 1'000'000)
{
    read_back got;
    candle_reader reader{
        {from, of, now},
        [&](std::uint64_t, const series::candle& c) { got.candles.push_back(c); },
        [&](std::uint64_t line, const std::string& why) {
            got.bad.push_back(std::to_string(line) + ": " + why);
        }};
    for (std::size_t at = 0; at < text.size(); at += cut)
        reader.feed(std::string_view{text}.substr(at, cut));
    reader.finish();
    got.left_out = reader.left_out();
    return got;
}

std::vector<std::string> complaints(candle_format from, interval of, const std::string& text)
{
    return read_text(from, of, text).bad;
}

std::string shown(const series::candle& c)
{
    return std::to_string(c.opens.time_since_epoch().count()) + ' ' + c.open.text() + ' ' +
           c.high.text() + ' ' + c.low.text() + ' ' + c.close.text();
}

using texts = std::vector<std::string>;

std::string fixture(const std::string& name)
{
    std::ifstream in{std::filesystem::path{TICKERTAPE_FIXTURES} / "candles" / name};
    REQUIRE(in);
    return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace

TEST_CASE("candles of days are not taken for those of hours", "[transfer]")
{
    const auto text_of_days = [](int count, int first_hour) {
        std::string text;
        for (int k = 0; k < count; ++k)
            text += std::to_string(1'704'067'200 + k * 86'400 + (k == 0 ? first_hour * 3'600 : 0)) +
                    ",100,101,99,100.5,7,3\n";
        return text;
    };
    const auto days = text_of_days(10, 0);
    CHECK(
        complaints(candle_format::kraken, interval::h1, days) ==
        std::vector<std::string>{"10: all candles up to here are 1d apart or more: they are not "
                                 "those of --interval 1h"});
    CHECK(complaints(candle_format::kraken, interval::d1, days).empty());
    // A few may lie so by chance, and one elsewhere says that they are hours.
    CHECK(complaints(candle_format::kraken, interval::h1, text_of_days(9, 0)).empty());
    CHECK(complaints(candle_format::kraken, interval::h1, text_of_days(30, 5)).empty());
}

TEST_CASE("candles of each exchange are read with or without a heading", "[transfer]")
{
    const auto cut = GENERATE(std::size_t{1}, std::size_t{7}, std::size_t{1'000});
    const auto coinbase = read_text(
        candle_format::coinbase, interval::d1,
        "time,low,high,open,close,volume\n1609459200,28000.5,29600,28900,29300.25,12.5\r\n", cut);
    CHECK(coinbase.bad.empty());
    REQUIRE(coinbase.candles.size() == 1);
    CHECK(shown(coinbase.candles[0]) == "1609459200 28900 29600 28000.5 29300.25");
    CHECK(coinbase.candles[0].ticks == 0);
    const auto bare = read_text(
        candle_format::coinbase, interval::d1, "1609459200,28000.5,29600,28900,29300.25,12.5", cut);
    CHECK(bare.candles == coinbase.candles);
    const auto other_order = read_text(
        candle_format::coinbase, interval::d1,
        "volume,open,close,high,low,time\n12.5,28900,29300.25,29600,28000.5,1609459200", cut);
    CHECK(other_order.candles == coinbase.candles);

    const std::string rest = ",28900,29600,28000.5,29300.25,12.5,";
    const std::string end = ",1,7,1,1,0\n";
    const auto ms = read_text(
        candle_format::binance, interval::d1, "1609459200000" + rest + "1609545599999" + end, cut);
    CHECK(ms.bad.empty());
    CHECK(ms.candles == coinbase.candles);
    const auto us = read_text(
        candle_format::binance, interval::d1,
        "\xef\xbb\xbfopen_time,open,high,low,close,volume,close_time,quote_volume,count,"
        "taker_buy_volume,taker_buy_quote_volume,ignore\n1609459200000000" +
            rest + "1609545599999999" + end,
        cut);
    CHECK(us.bad.empty());
    CHECK(us.candles == coinbase.candles);

    const auto kraken = read_text(
        candle_format::kraken, interval::d1, "1609459200,28900,29600,28000.5,29300.25,12.5,7\n",
        cut);
    CHECK(kraken.candles == coinbase.candles);
    const auto with_vwap = read_text(
        candle_format::kraken, interval::d1,
        "timestamp,open,high,low,close,vwap,volume,trades\n"
        "1609459200,28900,29600,28000.5,29300.25,29000,12.5,7\n",
        cut);
    CHECK(with_vwap.candles == coinbase.candles);
}

TEST_CASE("candles that cannot be are refused with their line", "[transfer]")
{
    const auto of_day = [](const std::string& rows) {
        return complaints(candle_format::kraken, interval::d1, rows);
    };
    const auto one = [&](const std::string& row) { return of_day(row + "\n").at(0); };
    CHECK(one("1609459200,2,1,3,2,1,1") == "1: the high is below the low");
    CHECK(one("1609459200,4,3,1,2,1,1") == "1: the open is not between the low and the high");
    CHECK(one("1609459200,2,3,1,0.5,1,1") == "1: the close is not between the low and the high");
    CHECK(one("1609459200,2,3,0,2,1,1") == "1: the low is '0', which is no price above zero");
    CHECK(one("1609459200,2,inf,1,2,1,1") == "1: the high is 'inf', which is no price above zero");
    CHECK(one("1609459200,nan,3,1,2,1,1") == "1: the open is 'nan', which is no price above zero");
    CHECK(one("1609459200,2,3,1,,1,1") == "1: the close is '', which is no price above zero");
    CHECK(one("1609459200,2,3,1,2,1,x") == "1: 'x' is no trades");
    CHECK(
        one("1609459260,2,3,1,2,1,1") == "1: '1609459260' is not the beginning of a candle of 1d");
    CHECK(
        one("1609459200000,2,3,1,2,1,1") ==
        "1: '1609459200000' is no time; accepted: Unix seconds");
    CHECK(one("-1609459200,2,3,1,2,1,1").starts_with("1: '-1609459200' is no time"));
    CHECK(one("1795305600,2,3,1,2,1,1") == "1: the candle is not over yet");
    CHECK(of_day("1795219200,2,3,1,2,1,1\n").empty());
    CHECK(one("1609459200,2,3,1,2,1") == "1: 6 columns are not those of kraken");
    const std::string good = "1609545600,2,3,1,2,1,1\n";
    CHECK(
        of_day(good + "1609459200,2,3,1,2,1,1\n" + good + "1609632000,2,3,1,2,1\n") ==
        texts{
            "2: lies before line 1; the oldest candle comes first, and each once",
            "3: has the time of line 1; the oldest candle comes first, and each once",
            "4: 6 columns instead of 7"});
    CHECK(
        complaints(candle_format::coinbase, interval::d1, "time,low,high,open,volume\n1,2\n") ==
        texts{"1: the first line names no column close, which coinbase has"});
    CHECK(
        complaints(
            candle_format::binance, interval::d1,
            "1609459200000,2,3,1,2,1,1609462799999,1,7,1,1,0\n") ==
        texts{"1: '1609462799999' is not the end of a candle of 1d that begins at "
              "'1609459200000'"});
    CHECK(
        complaints(
            candle_format::binance, interval::d1, "1609459200,2,3,1,2,1,1609545599,1,7,1,1,0\n") ==
        texts{"1: '1609459200' is no time; accepted: Unix milliseconds or microseconds"});
    CHECK(of_day(std::string(70'000, '1') + '\n' + good).at(0) == "1: longer than 65536 bytes");
    // Weeks begin on Monday here, and on Thursday at Kraken.
    CHECK(
        complaints(candle_format::kraken, interval::w1, "1609372800,2,3,1,2,1,1\n") ==
        texts{"1: '1609372800' is not the beginning of a candle of 1w"});
}

TEST_CASE("a row in which nothing was traded is no candle", "[transfer]")
{
    const auto got = read_text(
        candle_format::kraken, interval::m1,
        "60,2,3,1,2,0,0\n120,2,3,1,2,0.5,1\n180,2,2,2,2,0,0\n");
    CHECK(got.bad.empty());
    CHECK(got.left_out == 2);
    CHECK(got.candles.size() == 1);
}

TEST_CASE("whose candles they are is told where it is certain", "[transfer]")
{
    const auto guess = [](std::string_view a, std::string_view b = {}) {
        return guess_candles(a, b);
    };
    CHECK(guess("time,low,high,open,close,volume").whose == candle_format::coinbase);
    CHECK_FALSE(guess("time,low,high,open,close,volume").of);
    CHECK(guess("time,open,high,low,close,volume").is_candles);
    CHECK_FALSE(guess("time,open,high,low,close,volume").whose);
    const auto binance = guess("1609459200000,2,3,1,2,1,1609545599999,1,7,1,1,0");
    CHECK(binance.whose == candle_format::binance);
    CHECK(binance.of == interval::d1);
    CHECK(guess("1609459200000000,2,3,1,2,1,1609459259999999,1,7,1,1,0").of == interval::m1);
    const auto with_heading = guess(
        "open_time,open,high,low,close,volume,close_time", "1609459200000,2,3,1,2,1,1609462799999");
    CHECK(with_heading.whose == candle_format::binance);
    CHECK(with_heading.of == interval::h1);
    CHECK(guess("1609459200,2,3,1,2,1,1").is_candles);
    CHECK_FALSE(guess("1609459200,2,3,1,2,1,1").whose);
    for (const auto* none : {"", "timestamp,symbol,price", "1614592800,42.5,1", "{\"price\":1}"})
        CHECK_FALSE(guess(none).is_candles);
}

TEST_CASE("recorded candles are read", "[transfer]")
{
    const auto coinbase =
        read_text(candle_format::coinbase, interval::m1, fixture("coinbase.btc_usd.1m.csv"));
    CHECK(coinbase.bad.empty());
    CHECK(coinbase.candles.size() == 240);
    const auto kraken =
        read_text(candle_format::kraken, interval::m1, fixture("kraken.btc_usdt.1m.csv"));
    CHECK(kraken.bad.empty());
    CHECK(kraken.candles.size() + kraken.left_out == 200);
    CHECK(kraken.left_out > 0);
    const auto text = fixture("binance.btc_usd.1m.csv");
    const auto said = guess_candles(text.substr(0, text.find('\n')), {});
    CHECK(said.whose == candle_format::binance);
    CHECK(said.of == interval::m1);
    const auto binance = read_text(candle_format::binance, interval::m1, text);
    CHECK(binance.bad.empty());
    CHECK(binance.candles.size() + binance.left_out == 180);
}
