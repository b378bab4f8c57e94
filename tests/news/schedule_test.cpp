// When a feed is asked.
#include "news/schedule.hpp"

#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::news;
using namespace std::chrono_literals;

namespace {

constexpr steady_time now{1000h};

}  // namespace

TEST_CASE("a feed is asked at once, every ten minutes while read, and rarely otherwise", "[news]")
{
    schedule s{{}};
    CHECK(s.next(false) <= now);
    s.answered(now, 0ms);
    CHECK(s.next(true) == now + 10min);
    CHECK(s.next(false) == now + 1h);
}

TEST_CASE("a feed's max-age keeps us from asking, for an hour at most", "[news]")
{
    schedule s{{}};
    s.answered(now, 20min);
    CHECK(s.next(true) == now + 20min);
    s.answered(now, 24h);
    CHECK(s.next(true) == now + 1h);
}

TEST_CASE("a feed that fails is asked more and more rarely", "[news]")
{
    schedule s{{}};
    for (const auto wait : {1min, 2min, 4min, 8min, 16min, 32min, 60min, 60min}) {
        s.failed(now, 0ms);
        CHECK(s.next(true) == now + wait);
    }
    CHECK(s.failures() == 8);
    CHECK(s.next(false) == now + 1h);
    s.failed(now, 3h);
    CHECK(s.next(true) == now + 3h);
    CHECK(s.next(false) == now + 3h);
    s.answered(now, 0ms);
    CHECK(s.next(true) == now + 10min);
    s.failed(now, 0ms);
    CHECK(s.next(true) == now + 1min);
}

TEST_CASE("after a failure it is no more often than the interval if that is short", "[news]")
{
    schedule s{{.watched = 1s}};
    s.failed(now, 0ms);
    CHECK(s.next(true) == now + 1s);
    s.failed(now, 0ms);
    CHECK(s.next(true) == now + 2s);
}

TEST_CASE("max-age is read among other words, and nothing else is", "[news]")
{
    CHECK(max_age_of("max-age=60") == 60s);
    CHECK(max_age_of("public, Max-Age=300 , s-maxage=9") == 300s);
    CHECK(max_age_of("max-age=99999999999999999999999") == 24h);
    for (const auto* text :
         {"", ",,,", "no-cache", "max-age", "max-age=", "max-age=-1", "max-age=1x", "s-maxage=10",
          "x-max-age=10"}) {
        CAPTURE(text);
        CHECK(max_age_of(text) == 0ms);
    }
}
