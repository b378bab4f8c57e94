// Feeds that take what an earlier life, or another instance, has asked for: what they show, and
// when they ask again.
#include "feed/kept_figures.hpp"

#include "feed/market_feed.hpp"
#include "feed/news_feed.hpp"
#include "feed/sources_asked.hpp"
#include "market/coins_known.hpp"
#include "support/catch.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

using namespace tickertape;
using namespace tickertape::feed;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

struct market_kept : sources_asked<market_feed> {
    explicit market_kept(market::cadence rhythm = slow(), std::size_t calls = 8'000)
        : sources_asked{{gecko}}
    {
        feed::gated_client::parts parts{
            .clients = {},
            .gate = gates.of(
                "coingecko", {.per_minute = 60'000, .burst = 1000}, {.open_first = 50ms},
                h.time.steady_now()),
            .budget = call_budget{market::monthly(calls), h.time.steady_now()}};
        parts.clients.push_back(std::make_unique<net::http_client>(
            strand, *net::parse_base_url("http://127.0.0.1:" + servers[0]->port()), trust,
            net::http_limits{.response = 1s}));
        std::vector<market_feed::source> sources;
        sources.push_back(
            {market::coingecko, market::make_coingecko_table(), market::make_coingecko_totals(),
             std::make_unique<gated_client>(
                 strand, h.time, std::move(parts),
                 gated_client::limits{
                     .attempts_max = 1, .retry = {2ms, 4ms}, .wait_max = 1s, .pause_max = 0ms},
                 [] { return 0.5; })});
        asked.emplace(
            market_feed::parts{strand, h.symbols, h.time, h.log, h.counters, true}, rhythm,
            std::move(sources));
    }

    static reply gecko(const std::string& request)
    {
        if (request.starts_with("GET /global"))
            return json_reply(R"({"data":{"total_market_cap":{"usd":1e12}}})");
        return json_reply(
            R"([{"id":"bitcoin","symbol":"btc","name":"Bitcoin","current_price":100}])");
    }
    static market::cadence slow()
    {
        return {.watched = 5min, .unwatched = 1h, .totals = 1h, .after_failure = 1min};
    }
    static market::cadence quick()
    {
        return {.watched = 50ms, .unwatched = 50ms, .totals = 1h, .after_failure = 20ms};
    }

    std::size_t requests() { return servers[0]->requests().size(); }

    // Runs it for a while.
    void go_on(std::chrono::milliseconds time)
    {
        if (!std::exchange(has_begun, true))
            asked->start();
        h.io.run_for(time);
    }
    // Runs it until it is so, and then to the end.
    template <class Condition>
    void end_once(Condition is_so)
    {
        for (int i = 0; i < 2'000 && !is_so(); ++i)
            go_on(5ms);
        CHECK(is_so());
        asked->stop();
        servers[0]->stop();
        CHECK(h.run_to_the_end());
    }

    bool has_begun = false;
};

// What a feed shows once it has asked for a table and the whole.
std::string kept_table(std::string* budgets = nullptr)
{
    market_kept m;
    m.end_once([&] { return m.shown() && m.shown()->whole; });
    if (budgets != nullptr)
        *budgets = m.asked->budgets().write();
    return m.asked->write();
}

}  // namespace

TEST_CASE("after a restart the table is there, and nothing is asked before it is due", "[feed]")
{
    const auto text = kept_table();
    market_kept m;
    CHECK(m.asked->changes() == 0);
    REQUIRE_FALSE(m.asked->take(text));
    CHECK(m.asked->changes() == 1);
    REQUIRE(m.shown());
    CHECK(m.shown()->coins.coins.at(0).streamed == m.h.symbols.find("BTC-USD"));
    CHECK(m.shown()->whole->market_cap == 1e12);
    CHECK(m.shown()->stale_after == 15min);
    CHECK(m.asked->write() == text);
    m.read();  // somebody reads it: it would be asked for every five minutes
    m.go_on(300ms);
    CHECK(m.requests() == 0);
    // A reader comes once the table is old enough.
    m.h.time.steady_offset += 5min;
    m.asked->stand_by(false);
    m.end_once([&] { return m.requests() >= 1; });
}

TEST_CASE("a table that is older than it should be is asked for at once", "[feed]")
{
    const auto text = kept_table();
    market_kept m;
    m.h.time.wall_offset = 2h;
    REQUIRE_FALSE(m.asked->take(text));
    CHECK(m.shown()->age(m.h.time.boot_now()) >= 2h);
    CHECK(m.shown()->is_stale(m.h.time.boot_now()));
    m.end_once([&] { return m.requests() >= 2; });
}

TEST_CASE("a table that a wrong clock dated ahead is stale, and asked for at once", "[feed]")
{
    const auto text = kept_table();
    market_kept m;
    m.h.time.wall_offset = -2h;
    REQUIRE_FALSE(m.asked->take(text));
    CHECK(m.shown()->is_stale(m.h.time.boot_now()));
    m.end_once([&] { return !m.shown()->is_stale(m.h.time.boot_now()); });
    CHECK(m.requests() >= 1);
    // What came since is not replaced by it.
    REQUIRE_FALSE(m.asked->take(text));
    CHECK_FALSE(m.shown()->is_stale(m.h.time.boot_now()));
}

TEST_CASE("a text that cannot be read changes nothing", "[feed]")
{
    market_kept m;
    CHECK(m.asked->take("{}"));
    CHECK(m.asked->budgets().take("[1]"));
    CHECK(m.asked->changes() == 0);
    CHECK_FALSE(m.shown());
}

TEST_CASE("while it stands by a feed asks nobody, and goes on from what it was given", "[feed]")
{
    const auto text = kept_table();
    market_kept m{market_kept::quick()};
    m.asked->stand_by(true);
    m.go_on(200ms);
    CHECK(m.requests() == 0);
    m.read();
    REQUIRE_FALSE(m.asked->take(text));
    m.go_on(200ms);
    CHECK(m.requests() == 0);
    CHECK(m.shown());
    m.asked->stand_by(false);
    m.end_once([&] { return m.requests() >= 2; });
}

TEST_CASE("what was spent of a budget stays spent over a restart", "[feed]")
{
    std::string budgets;
    const auto text = kept_table(&budgets);
    // Of 25 calls a month one may be made at once; two were made.
    market_kept m{market_kept::quick(), 100};
    CHECK_FALSE(m.asked->budgets().take(budgets));
    const auto whole_in = [&](market_kept& of) {
        std::string after = of.asked->budgets().write();
        const auto at = after.find(R"("coingecko":)");
        REQUIRE(at != std::string::npos);
        return wall_time{std::chrono::milliseconds{std::stoll(after.substr(at + 12))}} -
               of.h.time.wall_now();
    };
    // Two requests of a budget of 8,000 a month are made good in 11.6 minutes.
    CHECK(whole_in(m) > 11min);
    CHECK(whole_in(m) < 12min);
    market_kept fresh;
    CHECK(whole_in(fresh) < 1min);
    fresh.h.time.wall_offset = -24h * 365;  // the clock of the writer was a year ahead
    CHECK_FALSE(fresh.asked->budgets().take(budgets));
    CHECK(whole_in(fresh) < 12min);
}

TEST_CASE("who reads on another instance counts as reading", "[feed]")
{
    const auto text = kept_table();
    market_kept m{{.watched = 50ms, .unwatched = 1h, .totals = 1h, .after_failure = 20ms}};
    REQUIRE_FALSE(m.asked->take(text));
    m.go_on(200ms);
    CHECK(m.requests() == 0);
    m.asked->note_reader_elsewhere(m.h.time.boot_now());
    CHECK_FALSE(m.asked->is_read_here(m.h.time.boot_now()));
    m.end_once([&] { return m.requests() >= 2; });
    m.read();
    CHECK(m.asked->is_read_here(m.h.time.boot_now()));
}
