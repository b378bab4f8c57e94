#include "feed/provider_clocks.hpp"

#include "core/timestamp.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

using namespace tickertape;
using namespace tickertape::feed;
using namespace tickertape::net;
using namespace std::chrono_literals;

namespace {

using std::chrono::milliseconds;

const moment start{
    steady_time{1000h}, *parse_rfc3339("2026-06-19T16:43:33.000Z"), boot_time{1000h}};

struct fixture {
    moment now = start;
    provider_clocks clocks{{"a", "b", "c", "d"}};

    void pass(milliseconds time)
    {
        now.steady += time;
        now.wall += time;
        now.boot += time;
    }
    void answers(std::size_t provider, milliseconds ahead)
    {
        clocks.note(provider, {ahead, 600ms, now});
    }
    std::vector<std::string> said()
    {
        std::vector<std::string> all;
        for (const auto& [is_good, words] : clocks.changes(now))
            all.push_back((is_good ? "good: " : "bad: ") + words);
        return all;
    }
};

using lines = std::vector<std::string>;

}  // namespace

TEST_CASE("Our clock is wrong where most of the providers agree that it is, said once", "[feed]")
{
    fixture f;
    f.answers(0, 190s);
    f.answers(1, 190s + 400ms);
    f.answers(2, 189s);
    CHECK(f.said() == lines{"bad: this machine's clock is 3 min 10 s fast"});
    for (int i = 0; i < 20; ++i) {
        f.pass(10s);
        for (const std::size_t p : {0, 1, 2})
            f.answers(p, 190s);
        CHECK(f.said().empty());
    }
    CHECK(f.clocks.ahead(f.now) == 190s);
    CHECK(f.clocks.ahead(1, f.now) == 190s);
    CHECK_FALSE(f.clocks.ahead(3, f.now));

    for (const std::size_t p : {0, 1, 2})
        f.answers(p, 100ms);
    CHECK(f.said() == lines{"good: this machine's clock is right again"});
    for (const std::size_t p : {0, 1, 2})
        f.answers(p, -1h);
    CHECK(f.said() == lines{"bad: this machine's clock is 1 h slow"});
}

TEST_CASE("One provider's clock that is off is that provider's", "[feed]")
{
    fixture f;
    f.answers(0, 0s);
    f.answers(1, -300s);
    f.answers(2, 1s);
    CHECK(f.said() == lines{"bad: the clock of b is 5 min fast"});
    CHECK(f.said().empty());
    f.answers(1, 0s);
    CHECK(f.said() == lines{"good: the clock of b agrees with this machine's again"});

    // Of three providers, two say that it is ours and one agrees with us.
    f.answers(0, 60s);
    f.answers(1, 60s);
    CHECK(
        f.said() ==
        lines{"bad: this machine's clock is 1 min fast", "bad: the clock of c is 59 s fast"});
}

TEST_CASE("Two of four are no majority against our clock", "[feed]")
{
    fixture f;
    f.answers(0, 60s);
    f.answers(1, 60s);
    f.answers(2, 0s);
    f.answers(3, 0s);
    CHECK(
        f.said() ==
        lines{"bad: the clock of a is 1 min slow", "bad: the clock of b is 1 min slow"});
}

TEST_CASE("Where only one provider was asked, either clock may be the wrong one", "[feed]")
{
    fixture f;
    f.answers(0, 190s);
    CHECK(
        f.said() ==
        lines{
            "bad: this machine's clock is 3 min 10 s ahead of that of a: one of the two is wrong"});
    CHECK(f.said().empty());
    f.answers(1, 190s);
    CHECK(f.said() == lines{"bad: this machine's clock is 3 min 10 s fast"});
    // The one that is still asked goes on to say so.
    f.pass(9min);
    f.answers(0, 190s);
    f.pass(2min);
    CHECK(f.said().empty());
    f.answers(0, 0s);
    CHECK(f.said() == lines{"good: this machine's clock is right again"});
}

TEST_CASE("What the resolution of a Date leaves open is not said to be wrong", "[feed]")
{
    fixture f;
    for (const auto ahead : {0ms, 999ms, -999ms, 9'000ms, -10'500ms}) {
        f.answers(0, ahead);
        f.answers(1, ahead);
        CHECK(f.said().empty());
    }
    // A slow answer may be wrong by half of what it took.
    f.clocks.note(0, {14s, 5s, f.now});
    f.clocks.note(1, {14s, 5s, f.now});
    CHECK(f.said().empty());
}

TEST_CASE("A reading is of the clock as it was, and of nothing after a step or a sleep", "[feed]")
{
    for (const milliseconds step : {-3'600'000ms, -120'000ms, 180'000ms, 3'600'000ms}) {
        fixture f;
        f.answers(0, 0s);
        f.answers(1, 0s);
        f.pass(1s);
        CHECK(f.clocks.ahead(f.now) == 0ms);
        f.now.wall += step;  // or, forward, a sleep
        CHECK_FALSE(f.clocks.ahead(f.now));
        CHECK(f.said().empty());
        f.answers(0, step);
        f.answers(1, step);
        CHECK(f.said().size() == 1);
    }
    fixture f;
    f.answers(0, 0s);
    f.pass(11min);
    CHECK_FALSE(f.clocks.ahead(0, f.now));
}
