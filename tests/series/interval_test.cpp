#include "series/errors.hpp"
#include "series/interval.hpp"

#include "core/timestamp.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

#include <algorithm>

using namespace tickertape;
using namespace tickertape::series;
using namespace std::chrono_literals;

namespace {

std::string open_of(interval of, const char* at)
{
    return format_rfc3339(bucket_open(of, parse_rfc3339(at).value()));
}

}  // namespace

TEST_CASE("Every interval is read by its name and by its seconds", "[series]")
{
    for (const interval of : intervals) {
        CAPTURE(text(of));
        CHECK(parse_interval(text(of)) == of);
        CHECK(parse_interval(std::to_string(length(of).count())) == of);
    }
    CHECK(parse_interval("1m") == interval::m1);
    CHECK(parse_interval("1w") == interval::w1);
    CHECK(parse_interval("86400") == interval::d1);
}

TEST_CASE(
    "Any other interval is refused, and the message names those that are accepted", "[series]")
{
    // 1M is a month elsewhere, so case counts.
    for (const char* text :
         {"", "1M", "1D", "2m", "7d", "m", "1", "60.0", " 1m", "1m ", "-60", "0"})
        CHECK(parse_interval(text).error() == series_errc::unknown_interval);
    CHECK(
        parse_interval("2m").error().message() ==
        "no such interval: 1m, 5m, 15m, 30m, 1h, 4h, 6h, 1d, 1w or their seconds");
}

TEST_CASE("Intervals go from the shortest to the longest", "[series]")
{
    CHECK(std::ranges::is_sorted(intervals, {}, length));
    CHECK(length(interval::m15) == 15min);
    CHECK(length(interval::w1) == std::chrono::days{7});
}

TEST_CASE("Buckets are aligned to the Unix epoch in UTC", "[series]")
{
    CHECK(open_of(interval::m1, "2024-04-07T21:31:59.999Z") == "2024-04-07T21:31:00.000Z");
    CHECK(open_of(interval::m1, "2024-04-07T21:32:00Z") == "2024-04-07T21:32:00.000Z");
    CHECK(open_of(interval::m15, "2024-04-07T21:31:16Z") == "2024-04-07T21:30:00.000Z");
    CHECK(open_of(interval::h4, "2024-04-07T21:31:16Z") == "2024-04-07T20:00:00.000Z");
    CHECK(open_of(interval::h6, "2024-04-07T21:31:16Z") == "2024-04-07T18:00:00.000Z");
    CHECK(open_of(interval::d1, "2024-04-07T21:31:16Z") == "2024-04-07T00:00:00.000Z");
}

TEST_CASE("A week begins on Monday", "[series]")
{
    CHECK(open_of(interval::w1, "2024-04-07T23:59:59.999Z") == "2024-04-01T00:00:00.000Z");
    CHECK(open_of(interval::w1, "2024-04-08T00:00:00Z") == "2024-04-08T00:00:00.000Z");
    // The epoch was a Thursday.
    CHECK(bucket_open(interval::w1, wall_time{}) == wall_time{-std::chrono::days{3}});
}

TEST_CASE("A time before the epoch is in the bucket that opened before it", "[series]")
{
    CHECK(bucket_open(interval::m1, wall_time{-1ms}) == wall_time{-1min});
    CHECK(bucket_open(interval::d1, wall_time{-1ms}) == wall_time{-24h});
}

TEST_CASE("A candle is closed when its interval is over", "[series]")
{
    const candle_time opens{10min};
    CHECK(end_of(interval::m5, opens) == candle_time{15min});
    CHECK_FALSE(is_closed(interval::m5, opens, wall_time{15min - 1ms}));
    CHECK(is_closed(interval::m5, opens, wall_time{15min}));
}

TEST_CASE("Each interval is made of a shorter one, and a minute of ticks", "[series]")
{
    CHECK(finer_of(interval::m1) == std::nullopt);
    for (const interval of : {interval::m5, interval::m15, interval::m30, interval::h1})
        CHECK(finer_of(of) == interval::m1);
    for (const interval of : {interval::h4, interval::h6, interval::d1})
        CHECK(finer_of(of) == interval::h1);
    CHECK(finer_of(interval::w1) == interval::d1);
}

TEST_CASE("Candles of one interval fill one of another only where it is a multiple", "[series]")
{
    CHECK(divides(interval::m1, interval::w1));
    CHECK(divides(interval::h6, interval::w1));
    CHECK(divides(interval::d1, interval::d1));
    CHECK_FALSE(divides(interval::h4, interval::h6));
    CHECK_FALSE(divides(interval::h1, interval::m1));
}
