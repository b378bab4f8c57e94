#include "hub/watermark_log.hpp"

#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::hub;
using namespace std::chrono_literals;

TEST_CASE("a tick is as old as the first look that saw it", "[hub]")
{
    watermark_log log{30s};
    CHECK(log.age(position{1'000, 0}, 5s) == 0ms);
    log.note(position{1'000, 0}, 10s);
    log.note(position{2'000, 7}, 20s);
    CHECK(log.age(position{999, 0}, 21s) == 11s);
    CHECK(log.age(position{1'000, 0}, 21s) == 11s);
    CHECK(log.age(position{1'000, 1}, 21s) == 1s);
    CHECK(log.age(position{2'000, 7}, 21s) == 1s);
    CHECK(log.age(position{2'000, 8}, 21s) == 0ms);
}

TEST_CASE("ages do not depend on the times that ticks are dated by", "[hub]")
{
    watermark_log log{30s};
    log.note(position{1'000, 0}, 10s);
    // The wall clock was set forward by a year.
    log.note(position{31'536'000'000, 0}, 12s);
    CHECK(log.age(position{31'536'000'000, 0}, 15s) == 3s);
    CHECK(log.age(position{1'000, 0}, 15s) == 5s);
    log.clear();
    CHECK(log.age(position{1'000, 0}, 15s) == 0ms);
}

TEST_CASE("what is older than what is remembered counts as that old, and no more is kept", "[hub]")
{
    watermark_log log{32s};
    for (std::uint64_t second = 1; second <= 1'000; ++second)
        log.note(position{second * 1'000, 0}, std::chrono::seconds{second});
    const auto now = 1'000s;
    CHECK(log.age(position{1'000, 0}, now) == 33s);
    CHECK(log.age(position{968'000, 0}, now) == 32s);
    CHECK(log.age(position{967'999, 0}, now) == 33s - 1s);
    CHECK(log.age(position{999'000, 0}, now) == 1s);
}

TEST_CASE("looks that follow each other closely are one", "[hub]")
{
    watermark_log log{32s};
    log.note(position{1'000, 0}, 1s);
    log.note(position{1'500, 0}, 1'999ms);
    log.note(position{2'000, 0}, 2s);
    CHECK(log.age(position{1'500, 0}, 3s) == 1s);
}
