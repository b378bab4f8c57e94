#include "hub/commit_horizon.hpp"

#include "hub/held.hpp"
#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::hub;

namespace {

const std::vector<symbol_id> both{symbol_id{0}, symbol_id{1}};

struct heard {
    std::vector<std::pair<symbol_id, std::optional<position>>> news;
    auto listener()
    {
        return
            [this](symbol_id of, std::optional<position> newest) { news.emplace_back(of, newest); };
    }
};

}  // namespace

TEST_CASE("a look tells of each symbol that has moved, once", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}};
    commit_horizon seen{h.ticks};
    heard first;
    h.add(1, 10, 2'000);
    seen.look(both, first.listener());
    REQUIRE(first.news.size() == 1);
    CHECK(first.news[0].first == symbol_id{1});
    CHECK(first.news[0].second == h.ticks.committed());
    CHECK(seen.until() == h.ticks.committed());

    heard second;
    seen.look(both, second.listener());
    CHECK(second.news.empty());
}

TEST_CASE("a tick beyond what may be sent is no news of itself yet", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}};
    commit_horizon seen{h.ticks};
    heard nobody;
    h.add(0, 1, 2'000);
    seen.look(std::vector{symbol_id{0}}, nobody.listener());
    h.add(1, 10, 3'000);

    heard early;
    seen.look_at(symbol_id{1}, early.listener());
    REQUIRE(early.news.size() == 1);
    CHECK_FALSE(early.news[0].second);

    heard later;
    seen.look(both, later.listener());
    REQUIRE(later.news.size() == 1);
    CHECK(later.news[0].first == symbol_id{1});
    CHECK(later.news[0].second == h.ticks.committed());
}
