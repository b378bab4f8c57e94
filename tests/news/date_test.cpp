// Dates as feeds write them.
#include "news/date.hpp"

#include "support/catch.hpp"

#include <string>

using namespace tickertape;
using namespace tickertape::news;
using namespace std::chrono;

namespace {

// As Unix seconds; 0: none.
double seconds_of(std::string_view text)
{
    const auto at = parse_date(text);
    return at ? static_cast<double>(at->time_since_epoch().count()) / 1000 : 0;
}

constexpr double evening = 1791057600;  // 2026-10-03 20:00:00 UTC

}  // namespace

TEST_CASE("a date is read in every form that feeds use", "[news]")
{
    for (const auto* text :
         {"Sat, 03 Oct 2026 20:00:00 +0000", "Sat, 03 Oct 2026 20:00:00 GMT",
          "Sat, 03 Oct 2026 20:00:00 UT", "Sat, 3 Oct 2026 20:00:00 Z",
          "Sat, 03 Oct 2026 20:00 UTC", "03 Oct 26 16:00:00 EDT", "3 October 2026 12:00:00 PST",
          "Saturday, 03-Oct-26 20:00:00 GMT", "Sat, 03 Oct 2026 22:00:00 +0200",
          "Sun, 04 Oct 2026 01:30:00 +05:30", "Sat, 03 Oct 2026 15:00:00 -0500 (CDT)",
          "Sat 03 Oct 2026 20:00:00 GMT", "  \n Sat, 03 Oct 2026 20:00:00 +0000\t",
          "2026-10-03T20:00:00Z", "2026-10-03t20:00:00z", "2026-10-03 20:00:00+00:00",
          "2026-10-03T22:00:00+02:00", "2026-10-03T20:00:00.000Z", "2026-10-03T15:00-0500",
          // Without a zone it is UTC.
          "Sat, 03 Oct 2026 20:00:00", "2026-10-03T20:00:00"}) {
        CAPTURE(text);
        CHECK(seconds_of(text) == evening);
    }
    CHECK(seconds_of("2026-10-03") == evening - 20 * 3600);
    CHECK(seconds_of("Sat, 03 Oct 2026") == evening - 20 * 3600);
    CHECK(seconds_of("2026-10-03T20:00:00.25Z") == evening + 0.25);
    CHECK(seconds_of("2016-12-31T23:59:60Z") == seconds_of("2017-01-01T00:00:00Z"));
}

TEST_CASE("a year of two digits is of this century or the end of the last", "[news]")
{
    CHECK(seconds_of("03 Oct 26 20:00:00 GMT") == evening);
    CHECK(seconds_of("06 Nov 94 08:49:37 GMT") == 784111777);
    CHECK(seconds_of("03 Oct 126 20:00:00 GMT") == 0);
}

TEST_CASE("what is no date is none", "[news]")
{
    for (const auto* text :
         {"",
          " ",
          "2 hours ago",
          "yesterday",
          "Sat, 31 Feb 2026 20:00:00 GMT",
          "Sat, 03 Oct 2026 24:00:00 GMT",
          "Sat, 03 Oct 2026 20:60:00 GMT",
          "Sat, 03 Oct 2026 20:00:00 NOWHERE",
          "Sat, 03 Oct 2026 20:00:00 +9900",
          "2026-13-01T00:00:00Z",
          "2026-10-03T20",
          "0001-01-01T00:00:00Z",
          "9999-12-31T23:59:59Z",
          "2026-10-03T20:00:00Zulu",
          "1791057600",
          "03/10/2026",
          "Sat, 03 Oct 2026 20:00:00 +",
          "99999999999999999999 Oct 2026",
          "+",
          "("}) {
        CAPTURE(text);
        CHECK_FALSE(parse_date(text));
    }
}
