#include "net/retry_after.hpp"

#include "core/timestamp.hpp"
#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::net;
using namespace std::chrono_literals;

namespace {

// 1994-11-06T08:49:37Z, the date of the standard's examples.
const wall_time standard_day{784'111'777s};

}  // namespace

TEST_CASE("A Retry-After that is neither seconds nor a date is none", "[net]")
{
    const char* const text = GENERATE(
        "", " ", "soon", "-1", "+1", "1.5", "1e3", "0x10", "10s", "1 0", "10,20", "1994-11-06",
        "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 GMT+1", "Sun, 06 Nov 1994 08:49:37 GMTx",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun,06 Nov 1994 08:49:37 GMT",
        "Xyz, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nox 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 29 Feb 1995 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT", "Sunday, 06 Nov 1994 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994", "Sun Nov    08:49:37 1994", "Sun Nov  6 08:49:37 1994 GMT",
        "Sun Nov 06 08:49: 7 1994", "Sun Nov  6 08:49:37 19 4");
    CAPTURE(text);
    CHECK_FALSE(parse_retry_after(text, standard_day));
}

TEST_CASE("Retry-After in seconds is a wait of so many", "[net]")
{
    CHECK(parse_retry_after("0", standard_day) == 0ms);
    CHECK(parse_retry_after("7", standard_day) == 7s);
    CHECK(parse_retry_after("119", standard_day) == 119s);
    CHECK(parse_retry_after(" \t007 ", standard_day) == 7s);
    CHECK(parse_retry_after("259199", standard_day) == 259'199s);
}

TEST_CASE("No Retry-After is longer than three days", "[net]")
{
    CHECK(parse_retry_after("259200", standard_day) == retry_after_max);
    CHECK(parse_retry_after("259201", standard_day) == retry_after_max);
    CHECK(parse_retry_after("18446744073709551616", standard_day) == retry_after_max);
    CHECK(parse_retry_after(std::string(100'000, '9'), standard_day) == retry_after_max);
    CHECK(parse_retry_after("Fri, 31 Dec 9999 23:59:59 GMT", standard_day) == retry_after_max);
}

TEST_CASE("Retry-After as a date is the wait until then", "[net]")
{
    const char* const text = GENERATE(
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994", "Sun Nov 06 08:49:37 1994", "  Sun, 06 Nov 1994 08:49:37 GMT",
        // The day of the week is not what anybody waits for.
        "Mon, 06 Nov 1994 08:49:37 GMT");
    CAPTURE(text);
    CHECK(parse_retry_after(text, standard_day - 90s) == 90s);
    CHECK(parse_retry_after(text, standard_day - 1ms) == 1ms);
    CHECK(parse_retry_after(text, standard_day) == 0ms);
}

TEST_CASE("A Retry-After that is over asks for no wait", "[net]")
{
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", standard_day + 1h) == 0ms);
    CHECK(parse_retry_after("Sat, 01 Jan 0000 00:00:00 GMT", standard_day) == 0ms);
    CHECK(parse_retry_after("Sunday, 06-Nov-94 08:49:37 GMT", standard_day + 1h) == 0ms);
}

TEST_CASE("A leap second can be waited for", "[net]")
{
    const auto end_of_2016 = *parse_rfc3339("2017-01-01T00:00:00Z");
    CHECK(parse_retry_after("Sat, 31 Dec 2016 23:59:60 GMT", end_of_2016 - 5s) == 5s);
}

TEST_CASE("A year of two digits is the last one not more than 50 years ahead", "[net]")
{
    const auto at = [](const char* text) { return *parse_rfc3339(text); };
    // Just ahead, across the end of the century.
    CHECK(parse_retry_after("Friday, 01-Jan-00 00:00:30 GMT", at("1999-12-31T23:59:30Z")) == 60s);
    CHECK(parse_retry_after("Friday, 01-Jan-00 00:00:30 GMT", at("2099-12-31T23:59:30Z")) == 60s);
    // 2075 is 49 years ahead of 2026, 2077 would be 51, so 77 is 1977.
    CHECK(
        parse_retry_after("Sunday, 06-Nov-75 08:49:37 GMT", at("2026-11-06T00:00:00Z")) ==
        retry_after_max);
    CHECK(parse_retry_after("Sunday, 06-Nov-77 08:49:37 GMT", at("2026-11-06T00:00:00Z")) == 0ms);
    // 2100 has no 29 February; 2000 had one.
    CHECK(parse_retry_after("Tuesday, 29-Feb-00 00:00:00 GMT", at("2099-06-01T00:00:00Z")) == 0ms);
}
