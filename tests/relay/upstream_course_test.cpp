#include "relay/upstream_course.hpp"

#include "relay/recorded_history.hpp"
#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace tickertape;
using namespace tickertape::relay;
using namespace tickertape::testing;
using namespace std::chrono_literals;
using lines = std::vector<std::string>;
using kind = upstream_course::step::kind;

namespace {

upstream_tick
tick_at(std::uint64_t ms, const std::string& symbol, const std::string& source = "pipe")
{
    return {{ms, 0}, symbol, *price::from(static_cast<double>(ms)), source, 0};
}

upstream_gap gap_of_all(std::uint64_t from, std::uint64_t to, gap_cause why)
{
    return {{from, 0}, {to, 0}, why, true, {}, false};
}

upstream_gap gap_of(const std::string& symbol, std::uint64_t from, std::uint64_t to)
{
    return {{from, 0}, {to, 0}, gap_cause::evicted, false, {symbol}, false};
}

struct rig {
    explicit rig(position top = {10, 0}, std::string_view only = {})
        : course{history, symbols, top, only}
    {
    }

    const symbol_table symbols = [] {
        const std::vector<std::string> names{"BTC-USD", "ETH-USD"};
        return *symbol_table::from(names);
    }();
    recorded_history history{symbols};
    upstream_course course;
};

}  // namespace

TEST_CASE("Ticks are taken once, with their ids, in their order", "[relay]")
{
    rig r;

    for (const std::uint64_t ms : {9u, 10u, 11u, 12u, 12u, 11u, 13u})
        CHECK(r.course.take(tick_at(ms, "BTC-USD")).what == kind::go_on);
    r.course.take(upstream_tick{{14, 3}, "ETH-USD", *price::from(2.5), "median(a,b)", 2});

    CHECK(
        r.history.lines == lines{
                               "11-0 BTC-USD 11 pipe", "12-0 BTC-USD 12 pipe",
                               "13-0 BTC-USD 13 pipe", "14-3 ETH-USD 2.5 median(a,b) 2"});
    CHECK(r.course.top() == position{14, 3});
    CHECK(r.course.now().repeated.value() == 4);
}

TEST_CASE("Ticks of symbols that we do not have are passed by, and not asked for again", "[relay]")
{
    rig r;

    r.course.take(tick_at(11, "XYZ-USD"));

    CHECK(r.history.lines.empty());
    CHECK(r.course.top() == position{11, 0});
    CHECK(r.course.now().others.value() == 1);
}

TEST_CASE("A gap of all symbols is passed on as it was told", "[relay]")
{
    rig r;

    r.course.take(gap_of_all(10, 20, gap_cause::restarted));
    r.course.take(tick_at(21, "BTC-USD"));

    CHECK(r.history.lines == lines{"gap 10-0 20-0 restarted", "21-0 BTC-USD 21 pipe"});
}

TEST_CASE("Gaps of single symbols become one of all, and no tick within it follows", "[relay]")
{
    rig r;

    r.course.take(gap_of("BTC-USD", 10, 20));
    r.course.take(gap_of("ETH-USD", 10, 15));
    r.course.take(tick_at(16, "ETH-USD"));
    r.course.take(tick_at(21, "BTC-USD"));

    CHECK(r.history.lines == lines{"gap 10-0 20-0 evicted", "21-0 BTC-USD 21 pipe"});
    CHECK(r.course.now().dropped.value() == 1);
    CHECK(r.course.now().repeated.value() == 0);
}

TEST_CASE("A gap is not kept back while nothing but heartbeats come", "[relay]")
{
    rig r;

    r.course.take(gap_of("BTC-USD", 10, 20));
    r.course.take(upstream_heartbeat{});

    CHECK(r.history.lines == lines{"gap 10-0 20-0 evicted"});
}

TEST_CASE("A gap that was not passed on when the connection ended is told anew", "[relay]")
{
    rig r;

    r.course.take(gap_of("BTC-USD", 10, 20));
    CHECK(r.course.top() == position{10, 0});
    r.course.begin();
    r.course.take(gap_of("BTC-USD", 10, 22));
    r.course.take(tick_at(23, "BTC-USD"));

    CHECK(r.history.lines == lines{"gap 10-0 22-0 evicted", "23-0 BTC-USD 23 pipe"});
}

TEST_CASE("A gap of symbols that we do not have is none of ours", "[relay]")
{
    rig r;

    r.course.take(gap_of("XYZ-USD", 10, 20));
    r.course.take(tick_at(11, "BTC-USD"));

    CHECK(r.history.lines == lines{"11-0 BTC-USD 11 pipe"});
}

TEST_CASE("A gap that lies before what we have is passed on, once", "[relay]")
{
    rig r;

    r.course.take(gap_of_all(5, 10, gap_cause::evicted));
    r.course.take(gap_of_all(3, 4, gap_cause::evicted));
    r.course.begin();
    r.course.take(gap_of_all(5, 10, gap_cause::evicted));
    r.course.take(gap_of_all(6, 10, gap_cause::evicted));
    r.course.take(tick_at(11, "BTC-USD"));

    CHECK(
        r.history.lines ==
        lines{"gap 5-0 10-0 evicted", "gap 3-0 4-0 evicted", "11-0 BTC-USD 11 pipe"});
    CHECK(r.course.now().gaps.value() == 2);
}

TEST_CASE(
    "A new beginning where we are already is no gap, nor is one symbol's before it", "[relay]")
{
    rig r;

    r.course.take(gap_of_all(5, 10, gap_cause::restarted));
    r.course.take(gap_of("BTC-USD", 5, 9));
    r.course.take(tick_at(11, "BTC-USD"));

    CHECK(r.history.lines == lines{"11-0 BTC-USD 11 pipe"});
}

TEST_CASE("We were too slow: we ask again, and nothing is missing yet", "[relay]")
{
    rig r;
    auto lapped = gap_of_all(10, 20, gap_cause::evicted);
    lapped.is_lapped = true;

    CHECK(r.course.take(lapped).what == kind::resume);

    CHECK(r.history.lines.empty());
    CHECK(r.course.top() == position{10, 0});
}

TEST_CASE("Where the other's positions start anew, so do ours", "[relay]")
{
    rig r{{100, 0}};

    r.course.take(gap_of_all(100, 20, gap_cause::restarted));
    r.course.take(tick_at(21, "BTC-USD"));

    CHECK(r.history.lines == lines{"gap 100-0 20-0 restarted", "21-0 BTC-USD 21 pipe"});
    CHECK(r.course.top() == position{21, 0});
    CHECK(r.course.now().anew.value() == 1);
}

TEST_CASE("A tick that cannot be read is a gap", "[relay]")
{
    rig r;

    r.course.take(tick_at(11, "BTC-USD"));
    r.course.take(upstream_damage{{12, 0}});
    r.course.take(tick_at(13, "BTC-USD"));

    CHECK(
        r.history.lines ==
        lines{"11-0 BTC-USD 11 pipe", "gap 11-0 12-0 damaged", "13-0 BTC-USD 13 pipe"});
}

TEST_CASE("A goodbye says how long to wait", "[relay]")
{
    rig r;

    const auto moving = r.course.take(upstream_goodbye{1789ms, false});
    CHECK(moving.what == kind::leave);
    CHECK(moving.wait == 1789ms);
    CHECK_FALSE(moving.is_busy);
    CHECK(r.course.take(upstream_goodbye{30s, true}).is_busy);
}

TEST_CASE("Prices of another kind of feed are refused", "[relay]")
{
    rig live{{10, 0}, "live"};
    CHECK(live.course.take(tick_at(11, "BTC-USD", "median(a,b)")).what == kind::go_on);
    CHECK(live.course.take(tick_at(12, "BTC-USD", "simulator")).what == kind::wrong_kind);
    CHECK(live.course.top() == position{11, 0});

    rig piped{{10, 0}, "pipe"};
    CHECK(piped.course.take(tick_at(11, "BTC-USD", "pipe")).what == kind::go_on);
    CHECK(piped.course.take(tick_at(12, "BTC-USD", "coinbase")).what == kind::wrong_kind);

    rig any;
    CHECK(any.course.take(tick_at(11, "BTC-USD", "simulator")).what == kind::go_on);
    CHECK(any.course.take(tick_at(12, "BTC-USD", "coinbase")).what == kind::go_on);
}
