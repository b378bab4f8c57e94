#include "net/answer_date.hpp"

#include "core/timestamp.hpp"
#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::net;
using namespace std::chrono_literals;

namespace {

const moment start{
    steady_time{1000h}, *parse_rfc3339("2026-06-19T16:43:33.000Z"), boot_time{1000h}};

}  // namespace

TEST_CASE("The Date of an answer tells how far our clock is ahead, and how sure that is", "[net]")
{
    // Theirs is 16:43:33 and some part of a second; the answer took 200 ms.
    const answer_date said{"Fri, 19 Jun 2026 16:43:33 GMT", "", 200ms};
    const auto exact = read_clock(said, {start.steady, start.wall + 600ms, start.boot});
    REQUIRE(exact);
    CHECK(exact->ahead == 0ms);
    CHECK(exact->unsure == 600ms);
    CHECK(read_clock(said, {start.steady, start.wall + 190s + 600ms, start.boot})->ahead == 190s);
    CHECK(read_clock(said, {start.steady, start.wall - 1h + 600ms, start.boot})->ahead == -1h);
    // It lay 30 seconds in a cache.
    const answer_date cached{"Fri, 19 Jun 2026 16:43:03 GMT", "30", 200ms};
    CHECK(read_clock(cached, {start.steady, start.wall + 1100ms, start.boot})->ahead == 0ms);

    for (const auto* date : {"", "now", "2026-06-19T16:43:33Z", "Fri, 19 Jun 2026 16:43:33 CET"})
        CHECK_FALSE(read_clock({date, "", 200ms}, start));
    for (const auto* age : {"-1", "x", "1.5", "99999999999999999999"})
        CHECK_FALSE(read_clock({"Fri, 19 Jun 2026 16:43:33 GMT", age, 200ms}, start));
}
