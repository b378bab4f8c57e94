// Single coins, their histories and what is trending, as a client gets them.
#include "market/board.hpp"
#include "market/coin_answers.hpp"
#include "small_site.hpp"
#include "support/catch.hpp"
#include "support/fake_history.hpp"

#include <boost/json/parse.hpp>

#include <functional>
#include <memory>
#include <set>
#include <string>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;
using namespace std::chrono_literals;
using market::coin_topic;

namespace {

// Says what the test put there, and remembers what it was asked.
struct written_answers final : market::coin_answers {
    market::coin_answer detail{};
    market::coin_answer hours{};
    market::coin_answer days{};
    market::coin_answer list{};
    std::vector<std::string> asked{};

    void ask(market::coin_question what, on_answer then) override
    {
        const auto& said = what.of == coin_topic::detail  ? detail
                           : what.of == coin_topic::hours ? hours
                           : what.of == coin_topic::days  ? days
                                                          : list;
        asked.push_back(what.id);
        then(said);
    }
};

// Its clock says 2024-04-07T21:31:20Z.
struct coin_site : small_site {
    fake_history past{};
    written_answers answers{};
    market::board board{15min, [] {}};

    coin_site()
    {
        show("coingecko");
        auto all = site(&past);
        all.market = &board;
        all.coins = &answers;
        all.has_market_prices = true;
        routes = make_router(all);
    }

    void show(std::string_view source)
    {
        market::table table{.source = source, .coins = {}, .dropped = 0, .updated_at = now};
        table.coins.push_back(
            {.id = "bitcoin",
             .symbol = "BTC",
             .name = "Bitcoin",
             .value = price::from(65610).value()});
        table.coins.back().streamed = symbols.find("BTC-USD");
        table.coins.back().circulating_supply = 20'000'000;
        table.coins.push_back(
            {.id = "monero", .symbol = "XMR", .name = "Monero", .value = price::from(120).value()});
        board.post(std::make_shared<market::snapshot>(market::snapshot{
            .coins = std::move(table),
            .received = same_on_boot_clock(now),
            .received_at = now,
            .lag = 10s,
            .stale_after = 15min,
            .whole = {}}));
    }
    boost::json::object body(std::string_view target) const
    {
        const auto r = get(target);
        CHECK(r.status == 200);
        return boost::json::parse(r.body).as_object();
    }
    void know_chart(market::coin_answer& of, std::vector<market::chart_point> points) const
    {
        auto chart = std::make_shared<market::coin_chart>();
        chart->points = std::move(points);
        of.chart = std::move(chart);
        of.received = same_on_boot_clock(now);
    }
};

constexpr auto day_before_today = std::chrono::seconds{1712361600};  // 2024-04-06

}  // namespace

TEST_CASE("a coin has its row of the table, and what the source says beyond it", "[web]")
{
    coin_site s;
    auto detail = std::make_shared<market::coin_detail>();
    detail->id = "bitcoin";
    detail->description = "A <b> \"coin\".";
    detail->homepages = {"https://bitcoin.org"};
    detail->ath = 73738;
    detail->circulating_supply = 20'000'000'000;
    detail->max_supply = 21'000'000;
    detail->ath_at = wall_time{1710400236635ms};
    s.answers.detail.detail = detail;
    s.answers.detail.received = same_on_boot_clock(s.now) - 30s;
    const auto said = s.body("/api/cryptos/bitcoin");
    CHECK(said.at("source").as_string() == "coingecko");
    CHECK(said.at("coin").at("rank").as_int64() == 1);
    CHECK(said.at("coin").at("name").as_string() == "Bitcoin");
    const auto& d = said.at("detail").as_object();
    CHECK(d.at("description").as_string() == "A <b> \"coin\".");
    CHECK(d.at("homepages").as_array().size() == 1);
    CHECK(d.at("ath").to_number<double>() == 73738);
    CHECK(d.at("atl").is_null());
    CHECK(d.at("circulating_supply").is_null());  // the row has a thousandth of it
    CHECK(d.at("max_supply").to_number<double>() == 21'000'000);
    CHECK(d.at("genesis_date").is_null());
    CHECK(d.at("age_seconds").to_number<double>() == 30);
    CHECK(said.at("why").is_null());
    CHECK(said.at("retry_after").is_null());
}

TEST_CASE("the price of a coin that is streamed is ours", "[web]")
{
    coin_site s;
    s.publish(1712525479000, 65700.5);
    const auto coin = s.body("/api/cryptos/bitcoin").at("coin").as_object();
    CHECK(coin.at("price").to_number<double>() == 65700.5);
    CHECK(coin.at("price_symbol").as_string() == "BTC-USD");
}

TEST_CASE("while nothing more can be had, a coin has its row and the reason", "[web]")
{
    coin_site s;
    s.answers.detail.why = "the budget is spent";
    s.answers.detail.retry_after = 360s;
    const auto said = s.body("/api/cryptos/monero");
    CHECK(said.at("coin").at("symbol").as_string() == "XMR");
    CHECK(said.at("detail").is_null());
    CHECK(said.at("why").as_string() == "the budget is spent");
    CHECK(said.at("retry_after").as_int64() == 360);
    s.show("coinpaprika");
    s.answers.asked.clear();
    CHECK(
        s.body("/api/cryptos/monero").at("why").as_string().find("another source") !=
        std::string::npos);
    CHECK(s.answers.asked.empty());  // ids of one source are not those of another
}

TEST_CASE("a coin that is not in the table is refused, and nobody is asked for it", "[web]")
{
    const coin_site s;
    for (const auto* target :
         {"/api/cryptos/dogecoin", "/api/cryptos/BITCOIN", "/api/cryptos/%2e%2e",
          "/api/cryptos/dogecoin/history"}) {
        CAPTURE(target);
        const auto r = s.get(target);
        CHECK(r.status == 404);
        CHECK(r.body.find("unknown-coin") != std::string::npos);
        CHECK(r.body.find("/api/cryptos?limit=250") != std::string::npos);
    }
    CHECK(s.answers.asked.empty());
    for (const auto* target :
         {"/api/cryptos/BTC", "/api/cryptos/Bitcoin", "/api/cryptos/btc/history"}) {
        CAPTURE(target);
        CHECK(s.get(target).body.find("did you mean 'bitcoin'") != std::string::npos);
    }
    CHECK(s.get("/api/cryptos/dogecoin").body.find("did you mean") == std::string::npos);
    const small_site none;
    CHECK(none.get("/api/cryptos/bitcoin").status == 404);
    CHECK(none.get("/api/cryptos/bitcoin").body.find("MARKET=on turns it on") != std::string::npos);
    CHECK(none.get("/api/trending").status == 404);
}

TEST_CASE("a coin that an earlier table had is not unknown while another source stands in", "[web]")
{
    coin_site s;
    auto other = *s.board.newest();
    other.coins.source = "coinpaprika";
    other.coins.coins.clear();
    other.absent = std::make_shared<const std::set<std::string, std::less<>>>(
        std::set<std::string, std::less<>>{"bitcoin"});
    s.board.post(std::make_shared<market::snapshot>(other));
    for (const auto* target : {"/api/cryptos/bitcoin", "/api/cryptos/bitcoin/history"}) {
        CAPTURE(target);
        const auto r = s.get(target);
        CHECK(r.status == 503);
        CHECK(r.body.find("coin-absent") != std::string::npos);
    }
    CHECK(s.get("/api/cryptos/monero").status == 404);
}

TEST_CASE(
    "a history is of the archive where that has the coin, and of the source otherwise", "[web]")
{
    coin_site s;
    s.know_chart(
        s.answers.days, {{wall_time{day_before_today}, 64000.5}, {wall_time{s.now}, 65610}});
    // One day of thirty: the source says more.
    s.past.add(day_before_today.count(), 1, 1, 1, 1);
    const auto of_source = s.body("/api/cryptos/bitcoin/history?range=30d");
    CHECK(of_source.at("sources").at(0).as_string() == "coingecko");
    CHECK(of_source.at("points").as_array().size() == 2);
    CHECK(of_source.at("points").at(0).at(0).as_int64() == day_before_today.count());
    CHECK(of_source.at("points").at(0).at(1).to_number<double>() == 64000.5);
    CHECK(of_source.at("step").as_string() == "1d");

    s.past.kept.clear();
    for (int i = 25; i > 0; --i)
        s.past.add(day_before_today.count() - (i - 1) * 86'400, 2, 3, 1, 100 + i);
    const auto own = s.body("/api/cryptos/bitcoin/history?range=30d");
    CHECK(own.at("sources").at(0).as_string() == "archive");
    REQUIRE(own.at("points").as_array().size() == 25);
    // A close is the price at the end of its day.
    CHECK(own.at("points").as_array().back().at(0).as_int64() == day_before_today.count() + 86'400);
    CHECK(own.at("points").as_array().back().at(1).to_number<double>() == 101);

    // The same days are too few of a longer range; and no other coin has them.
    CHECK(
        s.body("/api/cryptos/bitcoin/history?range=90d").at("sources").at(0).as_string() ==
        "coingecko");
    CHECK(s.body("/api/cryptos/monero/history").at("sources").at(0).as_string() == "coingecko");
}

TEST_CASE("a history by the hour is asked for by the hour, and keeps to its range", "[web]")
{
    coin_site s;
    s.know_chart(s.answers.hours, {{s.now - 8 * 24h, 1}, {s.now - 6 * 24h, 2}, {s.now, 3}});
    const auto said = s.body("/api/cryptos/monero/history?range=7d");
    CHECK(said.at("step").as_string() == "1h");
    CHECK(said.at("points").as_array().size() == 2);
}

TEST_CASE("a history that cannot be had says why, with what the archive has of it", "[web]")
{
    coin_site s;
    s.answers.days.why = "it is being asked for";
    s.answers.days.retry_after = 5s;
    s.past.add(day_before_today.count(), 1, 1, 1, 7);
    const auto said = s.body("/api/cryptos/bitcoin/history");
    CHECK(said.at("why").as_string() == "it is being asked for");
    CHECK(said.at("retry_after").as_int64() == 5);
    CHECK(said.at("points").as_array().size() == 1);
    CHECK(said.at("sources").at(0).as_string() == "archive");
    const auto none = s.body("/api/cryptos/monero/history");
    CHECK(none.at("points").as_array().empty());
    CHECK(none.at("sources").as_array().empty());
}

TEST_CASE("a range of more than a year says whose wall that is", "[web]")
{
    const coin_site s;
    for (const auto* range : {"10y", "366d", "1h", ""}) {
        CAPTURE(range);
        const auto r = s.get(std::string{"/api/cryptos/bitcoin/history?range="} + range);
        CHECK(r.status == 400);
        CHECK(r.body.find("only the last 365 days") != std::string::npos);
        CHECK(r.body.find("7d, 30d, 90d, 365d") != std::string::npos);
    }
}

TEST_CASE("what is trending has its place, and says which coins the table has", "[web]")
{
    coin_site s;
    auto list = std::make_shared<market::trending>();
    list->coins.push_back({.id = "monero", .symbol = "XMR", .name = "Monero"});
    list->coins.back().market_cap = 1'944'863'204;
    list->coins.push_back({.id = "nothing", .symbol = "NO", .name = "Nothing"});
    s.answers.list.list = list;
    s.answers.list.received = same_on_boot_clock(s.now) - 60s;
    s.answers.list.received_at = s.now - 60s;
    const auto said = s.body("/api/trending");
    CHECK(said.at("source").as_string() == "coingecko");
    CHECK(said.at("age_seconds").to_number<double>() == 60);
    REQUIRE(said.at("coins").as_array().size() == 2);
    CHECK(said.at("coins").at(0).at("in_table").as_bool());
    CHECK(said.at("coins").at(0).at("market_cap").as_int64() == 1'944'863'204);
    CHECK(said.at("coins").at(0).at("price").is_null());
    CHECK_FALSE(said.at("coins").at(1).at("in_table").as_bool());
    s.answers.list = {};
    s.answers.list.why = "it is being asked for";
    s.answers.list.retry_after = 5s;
    const auto none = s.get("/api/trending");
    CHECK(none.status == 503);
    CHECK(header_of(none, "Retry-After") == "5");
    CHECK(none.body.find("being asked for") != std::string::npos);
}

TEST_CASE("the page of a coin finds what it is made of one step up", "[web]")
{
    const coin_site s;
    CHECK(s.get("/coin/bitcoin").content().find("<base href=\"../\">") != std::string_view::npos);
    CHECK(s.get("/market").content().find("<base href=\"./\">") != std::string_view::npos);
    CHECK(s.get("/coin/bitcoin").status == 200);
}
