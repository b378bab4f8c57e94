#include "http/http_date.hpp"

#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::http;
using namespace std::chrono_literals;

TEST_CASE("a date is written as HTTP wants it, in seconds of UTC", "[http]")
{
    CHECK(http_date(wall_time{1712525476s}) == "Sun, 07 Apr 2024 21:31:16 GMT");
    CHECK(http_date(wall_time{1712525476999ms}) == "Sun, 07 Apr 2024 21:31:16 GMT");
    CHECK(http_date(wall_time{784111777s}) == "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110
    CHECK(http_date(wall_time{0ms}) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(http_date(wall_time{1709164800s}) == "Thu, 29 Feb 2024 00:00:00 GMT");
    CHECK(http_date(wall_time{1735689599s}) == "Tue, 31 Dec 2024 23:59:59 GMT");
}

TEST_CASE("a clock before 1970 still gives a date", "[http]")
{
    CHECK(http_date(wall_time{-1ms}) == "Wed, 31 Dec 1969 23:59:59 GMT");
}

TEST_CASE("every day of a week and every month has its name", "[http]")
{
    std::string days;
    for (int day = 0; day < 7; ++day)
        days += http_date(wall_time{std::chrono::days{3 + day}}).substr(0, 4);
    CHECK(days == "Sun,Mon,Tue,Wed,Thu,Fri,Sat,");
    std::string months;
    for (unsigned month = 1; month <= 12; ++month)
        months += http_date(std::chrono::sys_days{
                                std::chrono::year{2024} / std::chrono::month{month} / 15})
                      .substr(8, 3);
    CHECK(months == "JanFebMarAprMayJunJulAugSepOctNovDec");
}
