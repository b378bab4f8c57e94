// Figures as texts that outlive the process: they read back as they were, grow old, and nothing
// that is damaged is taken for figures.
#include "bodies.hpp"
#include "core/noted_time.hpp"
#include "market/checks.hpp"
#include "market/coins_known.hpp"
#include "market/kept_currencies.hpp"
#include "market/kept_fear_greed.hpp"
#include "market/kept_network.hpp"
#include "market/kept_table.hpp"
#include "market/network_api.hpp"
#include "market/network_figures.hpp"
#include "market/table_api.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

#include <string>
#include <vector>

using namespace tickertape;
using namespace tickertape::market;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

const wall_time then = at("2026-09-12T18:00:00Z");
// Another process: its clocks that count from its machine's start say something else.
const moment later{steady_time{3h}, then + 7min, boot_time{4h}};

// Two coins with figures that cannot be true, of which each rule withholds some.
const std::string doubtful =
    R"([{"id":"a","symbol":"a","name":"A \"coin\"","current_price":1e-09,"market_cap":9,
    "circulating_supply":5,"max_supply":4,"total_volume":-1,"high_24h":1,"low_24h":2,
    "price_change_percentage_24h":-100},
    {"id":"b","symbol":"b","name":"Bé","current_price":0.1,"market_cap":9,"circulating_supply":5,
    "total_supply":4,"total_volume":1000},
    {"id":"c","symbol":"c","name":"C","current_price":3,"market_cap":9,"circulating_supply":5}])";

snapshot shown_of(const table_api& source, const std::string& body)
{
    snapshot shown{
        .coins = source.read_table(answer_of(body), then).value(),
        .received = boot_time{100h},
        .received_at = then,
        .lag = 90s,
        .stale_after = 15min};
    return shown;
}

snapshot with_whole(snapshot shown)
{
    shown.whole = make_coingecko_totals()
                      ->read_totals(answer_of(recorded("coingecko.global.2026-08-18.json")))
                      .value();
    shown.whole->bitcoin_dominance_percent = 101;
    check(*shown.whole, nullptr);
    shown.whole_received = boot_time{99h};
    shown.whole_received_at = then - 1h;
    return shown;
}

std::vector<snapshot> shown_snapshots()
{
    const auto gecko = make_coingecko_table();
    const auto paprika = make_coinpaprika_table();
    const auto lore = make_coinlore_table();
    return {
        shown_of(*gecko, recorded("coingecko.coins_markets.9coins.2026-09-12.json")),
        with_whole(shown_of(
            *gecko, recorded("coingecko.coins_markets.bitcoin.sparkline.2026-08-22.json"))),
        with_whole(shown_of(*gecko, doubtful)),
        shown_of(*paprika, recorded("coinpaprika.tickers.3coins.2023-09-14.json")),
        shown_of(*lore, R"({"data":)" + recorded("coinlore.ticker.90.2026-10-05.json") + "}")};
}

network_parts known_network()
{
    network_parts all;
    const auto say = [](auto what, std::string_view by, wall_time when) {
        return said<decltype(what)>{
            .what = what, .source = by, .at = when, .received = boot_time{100h}};
    };
    auto blocks =
        read_blockchain_stats(answer_of(recorded("blockchain_info.stats.2026-10-05.json")), then)
            .value();
    blocks.mined_at = then - 5min;
    blocks.fortnight = block_window{.blocks = 2'016, .span = 1'199'521s, .difficulties = 2.7e17};
    all.blocks = say(blocks, blockchain, then);
    all.next =
        say(read_mempool_adjustment(
                answer_of(recorded("mempool.difficulty_adjustment.2026-10-05.json")))
                .value(),
            mempool, then - 1h);
    all.fees = say(
        read_mempool_fees(answer_of(recorded("mempool.fees_recommended.2026-10-01.json"))).value(),
        mempool, then - 2h);
    all.waiting = say(
        read_mempool_backlog(answer_of(recorded("mempool.mempool.2026-10-01.cut.json"))).value(),
        mempool, then - 3h);
    return all;
}

std::string replaced(std::string in, const std::string& what, const std::string& by)
{
    const auto at = in.find(what);
    REQUIRE(at != std::string::npos);
    return in.replace(at, what.size(), by);
}

}  // namespace

TEST_CASE("a table reads back as it was", "[market]")
{
    for (const auto& shown : shown_snapshots()) {
        const auto text = write_kept(shown);
        CAPTURE(text);
        const auto back = read_kept_table(text, later, 15min);
        REQUIRE(back);
        CHECK(write_kept(*back) == text);
        REQUIRE(back->coins.coins.size() == shown.coins.coins.size());
        CHECK(back->coins.source == shown.coins.source);
        for (std::size_t i = 0; i < shown.coins.coins.size(); ++i) {
            const auto& was = shown.coins.coins[i];
            const auto& is = back->coins.coins[i];
            CHECK(is.id == was.id);
            CHECK(is.name == was.name);
            CHECK(is.value == was.value);
            CHECK(is.market_cap == was.market_cap);
            CHECK(is.circulating_supply == was.circulating_supply);
            CHECK(is.change_24h_percent == was.change_24h_percent);
            CHECK(is.ath_at == was.ath_at);
            CHECK(is.sparkline == was.sparkline);
            CHECK(is.is_inactive == was.is_inactive);
            REQUIRE(is.withheld.size() == was.withheld.size());
            for (std::size_t k = 0; k < was.withheld.size(); ++k) {
                CHECK(is.withheld[k].figure == was.withheld[k].figure);
                CHECK(is.withheld[k].why == was.withheld[k].why);
            }
        }
        CHECK(back->coins.dropped_at == shown.coins.dropped_at);
        CHECK(back->received_at == then);
        CHECK(back->age(later.boot) == 7min + 90s);
        CHECK_FALSE(back->is_stale(later.boot));
        CHECK(back->is_stale(later.boot + 9min));
        CHECK(back->whole.has_value() == shown.whole.has_value());
    }
}

TEST_CASE("every reason for which a figure is withheld is known again", "[market]")
{
    // A volume far above the market cap, and a whole that cannot be, beside those of `doubtful`.
    const auto all = with_whole(shown_of(*make_coingecko_table(), doubtful));
    std::size_t withheld = all.whole->withheld.size();
    for (const auto& row : all.coins.coins)
        withheld += row.withheld.size();
    CHECK(withheld >= 9);
    totals lost{.source = coingecko};
    lost.market_cap = -1;
    lost.volume_24h = -1;
    lost.market_cap_change_24h_percent = -100;
    lost.bitcoin_dominance_percent = 50;
    lost.updated_at = then;
    auto before = lost;
    before.bitcoin_dominance_percent = 60;
    check(lost, &before);
    CHECK(lost.withheld.size() == 4);
    for (const auto& one : lost.withheld)
        CHECK(known_reason(one.why) == one.why);
    CHECK(known_reason("because").empty());
}

TEST_CASE("what a clock noted that was set back since is never fresh", "[market]")
{
    const auto text = write_kept(with_whole(shown_snapshots().front()));
    const moment before{steady_time{3h}, then - 2h, boot_time{4h}};
    const auto back = read_kept_table(text, before, 72h);
    REQUIRE(back);
    CHECK(back->is_stale(before.boot));
    // Two machines whose clocks differ by seconds.
    const moment beside{steady_time{3h}, then - 2s, boot_time{4h}};
    const auto other = read_kept_table(text, beside, 15min);
    REQUIRE(other);
    CHECK(other->age(beside.boot) == 90s);
    const auto mood = read_kept_fear_greed(
        write_kept(fear_greed_snapshot{
            .index = {.value = 41, .word = "Fear", .day = then - 10h},
            .received = {},
            .received_at = then}),
        before);
    REQUIRE(mood);
    CHECK(before.boot - mood->received == age_where_unknown);
}

TEST_CASE("which of two is later", "[market]")
{
    CHECK(is_later(then + 1s, then, then + 1min));
    CHECK_FALSE(is_later(then, then, then + 1min));
    CHECK_FALSE(is_later(then - 1s, then, then + 1min));
    // The one before is of a time that has not come.
    CHECK(is_later(then - 1s, then + 1h, then));
    CHECK_FALSE(is_later(then + 1h, then - 1s, then));
    // Both: our own clock may be the one that is wrong.
    CHECK(is_later(then + 2h, then + 1h, then));
    CHECK_FALSE(is_later(then + 1h, then + 2h, then));
}

TEST_CASE("what is known of the network reads back as it was", "[market]")
{
    const auto known = known_network();
    const auto text = write_kept(known);
    const auto back = read_kept_network(text, later);
    REQUIRE(back);
    CHECK(write_kept(*back) == text);
    CHECK(back->blocks->source == blockchain);
    CHECK(back->fees->source == mempool);
    CHECK(later.boot - back->blocks->received == 7min);
    CHECK(later.boot - back->fees->received == 2h + 7min);
    const auto was = figures_of(known);
    const auto is = figures_of(*back);
    REQUIRE(is.size() == was.size());
    for (std::size_t i = 0; i < was.size(); ++i) {
        CAPTURE(was[i].name);
        CHECK(is[i].value == was[i].value);
        CHECK(is[i].at == was[i].at);
        CHECK(is[i].source == was[i].source);
        CHECK(is[i].withheld == was[i].withheld);
    }
}

TEST_CASE("parts of the network that nobody has said are not there", "[market]")
{
    auto known = known_network();
    known.next.reset();
    known.fees.reset();
    known.blocks->what.day.reset();
    const auto back = read_kept_network(write_kept(known), later);
    REQUIRE(back);
    CHECK_FALSE(back->next);
    CHECK_FALSE(back->fees);
    CHECK_FALSE(back->blocks->what.day);
    CHECK(back->waiting);
    known.blocks.reset();
    CHECK_FALSE(read_kept_network(write_kept(known), later));
}

TEST_CASE("the index reads back as it was", "[market]")
{
    const fear_greed_snapshot shown{
        .index = {.value = 41.5, .word = "Extreme Fear", .day = then - 10h},
        .received = boot_time{100h},
        .received_at = then};
    const auto back = read_kept_fear_greed(write_kept(shown), later);
    REQUIRE(back);
    CHECK(back->index.value == 41.5);
    CHECK(back->index.word == "Extreme Fear");
    CHECK(back->index.day == then - 10h);
    CHECK(later.boot - back->received == 7min);
}

TEST_CASE("the rates of currencies read back as they were", "[market]")
{
    const currency_snapshot shown{
        .rates =
            {.day = std::chrono::sys_days{std::chrono::year{2026} / 9 / 11},
             .all = {{"EUR", 0.89087, false}, {"INR", 92.9, true}, {"JPY", 147.32, false}},
             .dropped = 0},
        .received = boot_time{100h},
        .received_at = then};
    const auto back = read_kept_currencies(write_kept(shown), later);
    REQUIRE(back);
    CHECK(back->rates.day == shown.rates.day);
    REQUIRE(back->rates.all.size() == 3);
    CHECK(back->rates.find("INR")->value == 92.9);
    CHECK(back->rates.find("INR")->is_withheld);
    CHECK_FALSE(back->rates.find("JPY")->is_withheld);
    CHECK(later.boot - back->received == 7min);

    auto text = write_kept(shown);
    const auto wrong = GENERATE("eur", "USDX", "ZZZ");
    text.replace(text.find("EUR"), 3, wrong);
    CHECK_FALSE(read_kept_currencies(text, later));
}

TEST_CASE("a text that is damaged, or of something else, holds no figures", "[market]")
{
    const auto table = write_kept(with_whole(shown_of(*make_coingecko_table(), doubtful)));
    const auto is_refused = [](const std::string& text) {
        CAPTURE(text);
        const auto back = read_kept_table(text, later, 15min);
        CHECK_FALSE(back);
        if (!back)
            CHECK_FALSE(words_of(back.error()).empty());
    };
    for (const auto* rubbish : {"", "null", "[]", "{}", "\xff", R"({"kept":"market table"})"})
        is_refused(rubbish);
    is_refused(table.substr(0, table.size() / 2));
    is_refused(replaced(table, R"("version":1)", R"("version":2)"));
    is_refused(replaced(table, R"("source":"coingecko")", R"("source":"somebody")"));
    is_refused(replaced(table, R"("id":"b")", R"("id":"a")"));
    is_refused(replaced(table, R"("id":"b")", R"("id":"b\u0000")"));
    is_refused(replaced(table, R"("inactive":false)", R"("inactive":0)"));
    is_refused(replaced(table, R"("price":0.1)", R"("price":-0.1)"));
    is_refused(replaced(table, "is not price times supply", "because"));
    is_refused(replaced(table, R"("received_at":)", R"("received_at":-)"));
    is_refused(replaced(table, R"("coins":[)", R"("coins":[],"others":[)"));
    is_refused(write_kept(known_network()));
    CHECK_FALSE(read_kept_network(table, later));
    CHECK_FALSE(read_kept_network(
        replaced(write_kept(known_network()), R"("seconds":)", R"("seconds":-)"), later));
    CHECK_FALSE(read_kept_fear_greed(
        R"({"kept":"fear and greed","version":1,"received_at":1,"day":1,"value":101,"word":""})",
        later));
    CHECK_FALSE(read_kept_fear_greed(
        R"({"kept":"fear and greed","version":1,"received_at":1,"day":1,"value":1,"word":"é"})",
        later));
}
