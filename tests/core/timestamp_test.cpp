#include "core/timestamp.hpp"

#include "support/catch.hpp"

#include <random>

using namespace tickertape;
using std::chrono::milliseconds;

namespace {

// Milliseconds since 1970, or -1 for a refusal.
std::int64_t read_ms(std::string_view text)
{
    const auto t = parse_timestamp(text);
    return t ? t->time_since_epoch().count() : -1;
}

}  // namespace

TEST_CASE("a text that is not a time is refused", "[core]")
{
    const auto text = GENERATE(
        "", " ", "now", "yesterday", "-1", "-1712525476", "-0", "NaN", "nan", "inf", "-inf",
        "1e400", "1e9", "0x10", " 1712525476", "1712525476 ", "17125 25476", "+1712525476",
        "1712525476.", ".5", "1712525476.5.5", "1712525476.5s", "1712525476,5", "1_712_525_476",
        "\t", "1712525476\n", "null", "true");
    CAPTURE(text);
    const auto read = parse_timestamp(text);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error() == core_errc::bad_timestamp);
}

TEST_CASE("a zero byte inside a time is refused", "[core]")
{
    CHECK(read_ms(std::string_view{"1712525476\0", 11}) == -1);
    CHECK(read_ms(std::string_view{"\0", 1}) == -1);
}

TEST_CASE("a number of seconds past the year 2500 is refused, not wrapped", "[core]")
{
    CHECK(read_ms("16725225600") == 16725225600000);
    CHECK(read_ms("16725225601") == -1);
    CHECK(read_ms("171252547612") == -1);    // 12 digits: neither seconds nor milliseconds
    CHECK(read_ms("17125254761234") == -1);  // 14 digits
    CHECK(read_ms("99999999999999999999999999") == -1);
    CHECK(read_ms(std::string(100'000, '9')) == -1);
}

TEST_CASE("a date that does not exist is refused", "[core]")
{
    const auto text = GENERATE(
        "2023-02-29T00:00:00Z", "2024-02-30T00:00:00Z", "2024-13-01T00:00:00Z",
        "2024-00-01T00:00:00Z", "2024-04-31T00:00:00Z", "2024-04-00T00:00:00Z",
        "2024-04-07T24:00:00Z", "2024-04-07T23:60:00Z", "2024-04-07T23:59:61Z",
        "2024-04-07T21:31:16+24:00", "2024-04-07T21:31:16+01:60", "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+00:01", "2500-01-01T00:00:01Z", "9999-12-31T23:59:59Z",
        "0000-01-01T00:00:00Z");
    CAPTURE(text);
    CHECK(read_ms(text) == -1);
    CHECK_FALSE(parse_rfc3339(text).has_value());
}

TEST_CASE("a text that is almost RFC 3339 is refused", "[core]")
{
    const auto text = GENERATE(
        "2024-04-07", "2024-04-07T21:31Z", "2024-04-07T21:31:16", "2024-04-07 21:31:16Z",
        "2024-4-7T21:31:16Z", "2024-04-07T21:31:16.Z", "2024-04-07T21:31:16,5Z",
        "2024-04-07T21:31:16+0200", "2024-04-07T21:31:16+02", "2024-04-07T21:31:16ZZ",
        "2024-04-07T21:31:16 Z", " 2024-04-07T21:31:16Z", "20240407T213116Z",
        "+2024-04-07T21:31:16Z", "2024-04-07T21:31:16EST", "2024-04-07T21:31:16Z\n");
    CAPTURE(text);
    CHECK(read_ms(text) == -1);
}

TEST_CASE("an offset whose plus sign a query string turned into a blank is refused", "[core]")
{
    CHECK(read_ms("2024-04-07T23:31:16 02:00") == -1);
    CHECK(read_ms("2024-04-07T23:31:16+02:00") == 1712525476000);
}

TEST_CASE("seconds may have decimals, which are rounded up to the millisecond", "[core]")
{
    CHECK(read_ms("1712525476") == 1712525476000);
    CHECK(read_ms("1712525476.1") == 1712525476100);
    CHECK(read_ms("1712525476.123") == 1712525476123);
    CHECK(read_ms("1712525476.123000") == 1712525476123);
    CHECK(read_ms("1712525476.1230001") == 1712525476124);
    CHECK(read_ms("1712525476.9999") == 1712525477000);
    CHECK(read_ms("1712525476.0000000000000000000001") == 1712525476001);
    CHECK(read_ms("0") == 0);
    CHECK(read_ms("0.0") == 0);
}

TEST_CASE("exactly 13 digits are milliseconds", "[core]")
{
    CHECK(read_ms("1712525476123") == 1712525476123);
    CHECK(read_ms("0000000000001") == 1);
    CHECK(read_ms("9999999999999") == 9999999999999);
    CHECK(read_ms("1712525476123.5") == -1);
}

TEST_CASE("RFC 3339 is read with Z, with an offset, in either case", "[core]")
{
    CHECK(read_ms("2024-04-07T21:31:16Z") == 1712525476000);
    CHECK(read_ms("2024-04-07t21:31:16z") == 1712525476000);
    CHECK(read_ms("2024-04-07T21:31:16.123Z") == 1712525476123);
    CHECK(read_ms("2024-04-07T21:31:16.1230000001Z") == 1712525476124);
    CHECK(read_ms("2024-04-08T03:01:16+05:30") == 1712525476000);
    CHECK(read_ms("2024-04-07T13:31:16-08:00") == 1712525476000);
    CHECK(read_ms("2024-04-07T21:31:16-00:00") == 1712525476000);
    CHECK(read_ms("2024-02-29T00:00:00Z") == 1709164800000);
}

TEST_CASE("a leap second is the first second after it", "[core]")
{
    CHECK(read_ms("2016-12-31T23:59:60Z") == 1483228800000);
    CHECK(read_ms("2016-12-31T23:59:60.5Z") == 1483228800500);
}

TEST_CASE("what only reads RFC 3339 reads no number", "[core]")
{
    CHECK_FALSE(parse_rfc3339("1712525476").has_value());
    CHECK_FALSE(parse_rfc3339("1712525476123").has_value());
    CHECK_FALSE(parse_rfc3339("").has_value());
}

TEST_CASE("a time is written in UTC with three decimals", "[core]")
{
    CHECK(format_rfc3339(wall_time{milliseconds{1712525476123}}) == "2024-04-07T21:31:16.123Z");
    CHECK(format_rfc3339(wall_time{milliseconds{0}}) == "1970-01-01T00:00:00.000Z");
    CHECK(format_rfc3339(wall_time{milliseconds{-1}}) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("any time that is written reads back", "[core]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    std::uniform_int_distribution<std::int64_t> ms{0, 16'725'225'600'000};
    for (int i = 0; i < 20'000; ++i) {
        const wall_time t{milliseconds{ms(random)}};
        const auto read = parse_timestamp(format_rfc3339(t));
        if (!read || *read != t) {
            CAPTURE(format_rfc3339(t));
            FAIL("a time that does not read back");
        }
    }
}

TEST_CASE("A span is said in its two largest units", "[core]")
{
    using namespace std::chrono_literals;
    CHECK(words_of_span(0ms) == "0 s");
    CHECK(words_of_span(12'400ms) == "12 s");
    CHECK(words_of_span(-190s) == "3 min 10 s");
    CHECK(words_of_span(1h) == "1 h");
    CHECK(words_of_span(1h + 59s) == "1 h");
    CHECK(words_of_span(8h + 5min + 7s) == "8 h 5 min");
    CHECK(words_of_span(24h * 365) == "365 d");
    CHECK(words_of_span(24h * 365 + 6h) == "365 d 6 h");
}

TEST_CASE("a span back from now is a minus, a number and a unit", "[core]")
{
    using namespace std::chrono_literals;
    CHECK(parse_span_back("-30s").value() == 30s);
    CHECK(parse_span_back("-10m").value() == 10min);
    CHECK(parse_span_back("-2h").value() == 2h);
    CHECK(parse_span_back("-1d").value() == 24h);
    CHECK(parse_span_back("-0s").value() == 0s);
    CHECK(parse_span_back("-36525d").value() == 24h * 36'525);
    const auto text = GENERATE(
        "", "-", "10m", "+10m", "-10", "-m", "-10M", "-10min", "-10m ", " -10m", "--10m", "-1.5h",
        "-1h30m", "-36526d", "-99999999999999999999s", "-16725225600d");
    CAPTURE(text);
    REQUIRE_FALSE(parse_span_back(text).has_value());
    CHECK(parse_span_back(text).error() == core_errc::bad_timestamp);
}

TEST_CASE("a moment is a time, or a date and with that its midnight", "[core]")
{
    CHECK(parse_moment("1712525476").value() == parse_timestamp("1712525476").value());
    CHECK(parse_moment("2024-04-07T21:31:16Z").value() == parse_timestamp("1712525476").value());
    CHECK(parse_moment("2024-04-07").value() == parse_rfc3339("2024-04-07T00:00:00Z").value());
    const auto text = GENERATE("", "2024-4-7", "2024-04-31", "2024-04-07 ", "yesterday", "-2h");
    CAPTURE(text);
    CHECK(parse_moment(text).error() == core_errc::bad_timestamp);
}
