#include "hub/sweep_queue.hpp"

#include "support/catch.hpp"

#include <fcntl.h>

using namespace tickertape;
using namespace tickertape::hub;
using namespace std::chrono_literals;

namespace {

const symbol_id btc{0};
const symbol_id eth{1};

struct rig {
    subscriber_id add(symbol_id symbol, std::chrono::milliseconds interval = 0ms)
    {
        return table.add(
            stream_socket{::open("/dev/null", O_RDONLY | O_CLOEXEC)},
            {.symbols = {symbol}, .newest_only = interval > 0ms, .interval = interval}, {});
    }
    group_id group(subscriber_id id) { return table[id].group; }
    // Who is visited, in order.
    std::vector<subscriber_id>
    run(std::size_t budget, std::chrono::milliseconds now,
        std::vector<subscriber_id> unfinished = {})
    {
        std::vector<subscriber_id> visited;
        sweep.run(budget, now, [&](subscriber_id id) {
            visited.push_back(id);
            return std::ranges::find(unfinished, id) == unfinished.end()
                       ? sweep_queue::visited::served
                       : sweep_queue::visited::unfinished;
        });
        return visited;
    }

    subscriber_table table{2};
    sweep_queue sweep{table};
};

using visited = std::vector<subscriber_id>;

std::vector<group_id> interested_in(const subscriber_table& t, symbol_id symbol)
{
    std::vector<group_id> all;
    t.for_each_interested(symbol, [&](group_id id) { all.push_back(id); });
    return all;
}

}  // namespace

TEST_CASE("a sweep visits the members of groups with news, a slice at a time", "[hub]")
{
    rig r;
    const auto a = r.add(btc);
    const auto b = r.add(btc);
    const auto c = r.add(eth);
    r.sweep.add(r.group(a), 0ms);
    r.sweep.add(r.group(a), 0ms);
    r.sweep.add(r.group(c), 0ms);
    CHECK(r.run(1, 0ms) == visited{a});
    CHECK_FALSE(r.sweep.empty());
    CHECK(r.run(5, 0ms) == visited{b, c});
    CHECK(r.sweep.empty());
}

TEST_CASE("news that comes while the sweep is in a group takes it round again", "[hub]")
{
    rig r;
    const auto a = r.add(btc);
    const auto b = r.add(btc);
    r.sweep.add(r.group(a), 0ms);
    r.run(1, 0ms);
    r.sweep.add(r.group(a), 0ms);
    CHECK(r.run(3, 0ms) == visited{b, a, b});
}

TEST_CASE("a group is visited again for members that are not through", "[hub]")
{
    rig r;
    const auto a = r.add(btc);
    const auto b = r.add(btc);
    r.sweep.add(r.group(a), 0ms);
    CHECK(r.run(2, 0ms, {b}) == visited{a, b});
    CHECK_FALSE(r.sweep.empty());
    CHECK(r.run(2, 0ms) == visited{a, b});
    CHECK(r.sweep.empty());
}

TEST_CASE("members that leave during the sweep keep nobody from being visited", "[hub]")
{
    rig r;
    const auto a = r.add(btc);
    const auto b = r.add(btc);
    const auto c = r.add(btc);
    const auto group = r.group(a);
    r.sweep.add(group, 0ms);
    visited seen;
    r.sweep.run(10, 0ms, [&](subscriber_id id) {
        seen.push_back(id);
        r.table.remove(id);
        return sweep_queue::visited::served;
    });
    CHECK(seen == visited{a, c, b});
    CHECK(interested_in(r.table, btc).empty());
}

TEST_CASE("a group that asked for less waits for its time", "[hub]")
{
    rig r;
    const auto a = r.add(btc, 800ms);
    r.sweep.add(r.group(a), 1'000ms);
    CHECK(r.run(5, 1'000ms) == visited{a});
    r.sweep.add(r.group(a), 1'100ms);
    CHECK(r.run(5, 1'100ms).empty());
    CHECK(r.sweep.next_due() == 1'800ms);
    r.sweep.release(1'799ms);
    CHECK(r.run(5, 1'799ms).empty());
    r.sweep.release(1'800ms);
    CHECK(r.run(5, 1'800ms) == visited{a});
    CHECK_FALSE(r.sweep.next_due());
}

TEST_CASE("a group for which there was nothing does not have to wait", "[hub]")
{
    rig r;
    const auto a = r.add(btc, 800ms);
    r.sweep.add(r.group(a), 1'000ms);
    r.sweep.run(5, 1'000ms, [](subscriber_id) { return sweep_queue::visited::in_vain; });
    r.sweep.add(r.group(a), 1'001ms);
    CHECK(r.run(5, 1'001ms) == visited{a});
}

TEST_CASE("members whose time has not come are looked for again within an eighth of it", "[hub]")
{
    rig r;
    const auto a = r.add(btc, 800ms);
    r.sweep.add(r.group(a), 1'000ms);
    CHECK(r.run(5, 1'000ms, {a}) == visited{a});
    CHECK(r.sweep.next_due() == 1'100ms);
}

TEST_CASE("a group that became empty while it waited for its time goes", "[hub]")
{
    rig r;
    const auto a = r.add(btc, 800ms);
    const auto group = r.group(a);
    r.sweep.add(group, 1'000ms);
    r.run(5, 1'000ms);
    r.sweep.add(group, 1'100ms);
    r.table.remove(a);
    CHECK_FALSE(r.table.remove_if_empty(group));
    r.sweep.release(1'800ms);
    CHECK(r.run(5, 1'800ms).empty());
    CHECK(interested_in(r.table, btc).empty());
}
