// The market's table as a client gets it.
#include "market/board.hpp"
#include "market/currency_rates.hpp"
#include "small_site.hpp"
#include "support/catch.hpp"
#include "web/topics.hpp"

#include <boost/json/parse.hpp>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

market::coin coin_of(const std::string& id, double value, std::optional<double> cap)
{
    market::coin one{
        .id = id, .symbol = id.substr(0, 3), .name = id, .value = price::from(value).value()};
    one.market_cap = cap;
    return one;
}

struct market_site : small_site {
    market_site()
    {
        market::table table{.source = "coingecko", .coins = {}, .dropped = 0, .updated_at = {}};
        table.updated_at = now - 10s;
        auto btc = coin_of("bitcoin", 65610, 1312155114762);
        btc.symbol = "BTC";
        btc.name = "Bitcoin";
        btc.volume_24h = 43631967321;
        btc.change_24h_percent = -2.95991;
        btc.high_24h = 68116;
        btc.low_24h = 65224;
        btc.circulating_supply = 19995671;
        btc.max_supply = 21000000;
        btc.ath = 126080;
        btc.ath_at = wall_time{1759777062558ms};
        btc.updated_at = now - 10s;
        btc.sparkline = "[62968.4,null,65610]";
        table.coins.push_back(btc);
        auto eth = coin_of("ethereum", 1921.27, std::nullopt);
        eth.change_24h_percent = 4;
        eth.withheld.push_back({"market_cap", "is not price times supply"});
        table.coins.push_back(eth);
        table.coins.push_back(coin_of("tether", 1, 183557246716));
        table.coins.push_back(coin_of("Zcash", 40, 700));
        show(std::move(table));
        auto all = site();
        all.market = &board;
        routes = make_router(all);
    }

    void show(market::table table)
    {
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
    // The ids in their order: "bitcoin ethereum".
    std::string ids(const std::string& query) const
    {
        const auto answer = body("/api/cryptos?" + query);
        std::string all;
        for (const auto& one : answer.at("coins").as_array())
            all += (all.empty() ? "" : " ") + std::string{one.at("id").as_string()};
        return all;
    }

    market::board board{15min, [] {}};
};

}  // namespace

TEST_CASE("the market's table has every figure, and null for what is not known", "[web]")
{
    const market_site s;
    const auto r = s.get("/api/cryptos?limit=1");
    CHECK(r.status == 200);
    CHECK(r.content_type == "application/json");
    CHECK(header_of(r, "Cache-Control") == "no-cache");
    CHECK(
        r.body ==
        "{\"currency\":\"usd\",\"updated_at\":1712525470.000,\"age_seconds\":10.000,"
        "\"source\":\"coingecko\",\"stale\":false,\"page\":1,\"total\":4,\"dropped\":0,\"market\":"
        "null,\"coins\":"
        "["
        "{\"rank\":1,\"id\":\"bitcoin\",\"symbol\":\"BTC\",\"name\":\"Bitcoin\",\"price\":65610,"
        "\"price_source\":\"coingecko\",\"price_symbol\":null,\"market_cap\":1312155114762,"
        "\"volume_24h\":43631967321,\"change_1h_percent\":null,\"change_24h_percent\":-2.95991,"
        "\"change_7d_percent\":null,\"high_24h\":68116,\"low_24h\":65224,"
        "\"circulating_supply\":19995671,\"total_supply\":null,\"max_supply\":21000000,"
        "\"ath\":126080,\"ath_at\":1759777062.558,\"updated_at\":1712525470.000,"
        "\"stale\":false,\"inactive\":false,\"sparkline\":[62968.4,null,65610]}]}\n");
}

TEST_CASE("the market's table in another currency is that of the rate it names", "[web]")
{
    market_site s;
    market::currency_board currencies{15min, [] {}};
    auto all = s.site();
    all.market = &s.board;
    all.currencies = &currencies;
    s.routes = make_router(all);
    CHECK(s.get("/api/cryptos?currency=eur").status == 503);
    market::currency_rates rates{.day = std::chrono::sys_days{2024y / 4 / 5}, .all = {}};
    rates.all = {{"EUR", 0.92}, {"TRY", 3.2, true}};
    const auto show = [&] {
        currencies.post(std::make_shared<market::currency_snapshot>(market::currency_snapshot{
            .rates = rates, .received = same_on_boot_clock(s.now), .received_at = s.now}));
    };
    show();
    const auto dollars = s.get("/api/cryptos?limit=1").body;
    CHECK(s.get("/api/cryptos?limit=1&currency=usd").body == dollars);
    CHECK(
        s.get("/api/cryptos?limit=1&currency=eur").body ==
        "{\"currency\":\"eur\",\"rate\":{\"pair\":\"USD-EUR\",\"value\":0.92,\"source\":\"ECB\","
        "\"date\":\"2024-04-05\",\"stale\":false},"
        "\"updated_at\":1712525470.000,\"age_seconds\":10.000,"
        "\"source\":\"coingecko\",\"stale\":false,\"page\":1,\"total\":4,\"dropped\":0,\"market\":"
        "null,\"coins\":"
        "["
        "{\"rank\":1,\"id\":\"bitcoin\",\"symbol\":\"BTC\",\"name\":\"Bitcoin\",\"price\":60361.2,"
        "\"price_source\":\"coingecko\",\"price_symbol\":null,\"market_cap\":1207182705580,"
        "\"volume_24h\":40141409935.3,\"change_1h_percent\":null,\"change_24h_percent\":-2.95991,"
        "\"change_7d_percent\":null,\"high_24h\":62666.72,\"low_24h\":60006.08,"
        "\"circulating_supply\":19995671,\"total_supply\":null,\"max_supply\":21000000,"
        "\"ath\":null,\"ath_at\":null,\"updated_at\":1712525470.000,"
        "\"stale\":false,\"inactive\":false,\"withheld\":{\"ath\":\"is known in US dollars only: "
        "the rate of its "
        "day is not known\"},\"sparkline\":[57930.9,null,60361.2]}]}\n");
    const auto refusal = [&s](const std::string& code) {
        const auto r = s.get("/api/cryptos?currency=" + code);
        return std::to_string(r.status) + ' ' + r.body;
    };
    CHECK(refusal("xyz").find("\"accepted\":\"usd, eur, try\"") != std::string::npos);
    CHECK(refusal("euro").starts_with("400 "));
    CHECK(refusal("try").starts_with("503 "));
    rates.day -= std::chrono::days{4};
    show();
    CHECK(s.body("/api/cryptos?currency=eur").at("stale").as_bool());
    CHECK_FALSE(s.body("/api/cryptos").at("stale").as_bool());
}

TEST_CASE("a figure that is withheld says why", "[web]")
{
    const market_site s;
    const auto row = s.body("/api/cryptos?q=ethereum").at("coins").at(0).as_object();
    CHECK(row.at("market_cap").is_null());
    CHECK(row.at("withheld").at("market_cap").as_string() == "is not price times supply");
    CHECK(row.at("sparkline").is_null());
    CHECK_FALSE(s.body("/api/cryptos?q=tether").at("coins").at(0).as_object().contains("withheld"));
}

TEST_CASE("a price that we stream is ours, while it is fresh", "[web]")
{
    market_site s;
    auto table = s.board.newest()->coins;
    table.coins[0].streamed = s.symbols.find("BTC-USD");
    s.show(table);
    CHECK(s.body("/api/cryptos").at("coins").at(0).at("price").to_number<double>() == 65610);
    const auto ms = s.now.time_since_epoch().count();
    s.publish(ms - 1'000, 66000.5);
    const auto row = s.body("/api/cryptos").at("coins").at(0).as_object();
    CHECK(row.at("price").to_number<double>() == 66000.5);
    CHECK(row.at("price_source").as_string() == "coingecko");
    CHECK(row.at("price_symbol").as_string() == "BTC-USD");
    s.now += 121s;  // no tick since
    const auto later = s.body("/api/cryptos").at("coins").at(0).as_object();
    CHECK(later.at("price").to_number<double>() == 65610);
    CHECK(later.at("price_symbol").is_null());
}

TEST_CASE("coins are sorted by any figure, with the unknown ones last", "[web]")
{
    const market_site s;
    CHECK(s.ids("") == "bitcoin ethereum tether Zcash");
    CHECK(s.ids("sort=rank&order=desc") == "Zcash tether ethereum bitcoin");
    CHECK(s.ids("sort=market_cap") == "bitcoin tether Zcash ethereum");
    CHECK(s.ids("sort=market_cap&order=asc") == "Zcash tether bitcoin ethereum");
    CHECK(s.ids("sort=price&order=asc") == "tether Zcash ethereum bitcoin");
    CHECK(s.ids("sort=name") == "bitcoin ethereum tether Zcash");
    CHECK(s.ids("sort=name&order=desc") == "Zcash tether ethereum bitcoin");
    CHECK(s.ids("sort=change_24h_percent") == "ethereum bitcoin tether Zcash");
    CHECK(s.ids("sort=change_7d_percent&order=asc") == "bitcoin ethereum tether Zcash");
}

TEST_CASE("a page of a search keeps the ranks of the whole table", "[web]")
{
    const market_site s;
    CHECK(s.ids("limit=2") == "bitcoin ethereum");
    CHECK(s.ids("limit=2&page=2") == "tether Zcash");
    CHECK(s.ids("limit=2&page=3").empty());
    CHECK(s.body("/api/cryptos?limit=2&page=2").at("total").as_int64() == 4);
    CHECK(s.ids("q=BTC") == "bitcoin");
    CHECK(s.ids("q=zCaSh") == "Zcash");
    CHECK(s.ids("q=nothing").empty());
    CHECK(s.ids("q=") == "bitcoin ethereum tether Zcash");
    const auto found = s.body("/api/cryptos?q=tether");
    CHECK(found.at("coins").at(0).at("rank").as_int64() == 3);
    CHECK(found.at("total").as_int64() == 1);
}

TEST_CASE("bad parameters of the market's table are refused by name", "[web]")
{
    const market_site s;
    const auto refusal = [&](const std::string& query) {
        const auto r = s.get("/api/cryptos?" + query);
        CHECK(r.content_type == "application/problem+json");
        const auto body = boost::json::parse(r.body).as_object();
        CHECK_FALSE(body.at("accepted").as_string().empty());
        return std::to_string(r.status) + ' ' + std::string{body.at("parameter").as_string()};
    };
    CHECK(refusal("limit=0") == "400 limit");
    CHECK(refusal("limit=251") == "400 limit");
    CHECK(refusal("limit=ten") == "400 limit");
    CHECK(refusal("limit=") == "400 limit");
    CHECK(refusal("page=0") == "400 page");
    CHECK(refusal("page=-1") == "400 page");
    CHECK(refusal("page=18446744073709551615") == "400 page");
    CHECK(refusal("sort=beauty") == "400 sort");
    CHECK(refusal("order=up") == "400 order");
    CHECK(refusal("currency=eur") == "400 currency");
    CHECK(refusal("q=" + std::string(65, 'a')) == "400 q");
    CHECK(refusal("limit=1&limit=2") == "400 limit");
    CHECK(refusal("limits=1") == "400 limits");
    CHECK(refusal("since=1") == "400 since");
    CHECK(s.get("/api/cryptos?currency=USD&utm_source=x").status == 200);
}

TEST_CASE("the page has a tab for the market where there is a table", "[web]")
{
    const market_site with;
    const small_site without;
    for (const auto* target : {"/", "/market"}) {
        CAPTURE(target);
        CHECK(with.get(target).status == 200);
        CHECK(with.get(target).content().find("data-tabs=\"market\"") != std::string_view::npos);
        CHECK(without.get(target).status == 200);
        CHECK(without.get(target).content().find("data-tabs=\"\"") != std::string_view::npos);
    }
}

TEST_CASE("a parameter of the market's table means nothing on other routes", "[web]")
{
    const market_site s;
    CHECK(s.get("/api/prices?sort=price").status == 400);
    CHECK(s.get("/api/prices?currency=usd").status == 400);
}

TEST_CASE("before the first table the answer says so, and when to come back", "[web]")
{
    market_site s;
    s.board.post(nullptr);
    const auto r = s.get("/api/cryptos");
    CHECK(r.status == 503);
    CHECK(header_of(r, "Retry-After") == "5");
    CHECK(r.body.find("no-market-yet") != std::string::npos);
    // A mistake is told first.
    CHECK(s.get("/api/cryptos?limit=0").status == 400);
}

TEST_CASE("a server without a table says so", "[web]")
{
    const small_site s;
    const auto r = s.get("/api/cryptos");
    CHECK(r.status == 404);
    CHECK(r.body.find("MARKET=on turns it on") != std::string::npos);
}

TEST_CASE("an old table is stale, with its age", "[web]")
{
    market_site s;
    s.now += 15min;
    CHECK_FALSE(s.body("/api/cryptos").at("stale").as_bool());
    s.now += 1s;
    const auto body = s.body("/api/cryptos");
    CHECK(body.at("stale").as_bool());
    CHECK(body.at("age_seconds").to_number<double>() == 911);
    CHECK(body.at("updated_at").to_number<double>() == 1712525470);
}

TEST_CASE("a table without times is as old as its answer", "[web]")
{
    market_site s;
    auto table = s.board.newest()->coins;
    table.source = "coinlore";
    table.updated_at.reset();
    s.show(table);
    CHECK(s.body("/api/cryptos").at("updated_at").to_number<double>() == 1712525480);
}

TEST_CASE("the market as a whole stands beside its table", "[web]")
{
    market_site s;
    auto both = *s.board.newest();
    both.whole = market::totals{.source = "coinpaprika"};
    both.whole->market_cap = 2275830186050.3335;
    both.whole->bitcoin_dominance_percent = 56.5;
    s.board.post(std::make_shared<market::snapshot>(both));
    const auto whole = s.body("/api/cryptos?limit=1").at("market").as_object();
    CHECK(whole.at("market_cap").to_number<double>() == 2275830186050.3335);
    CHECK(whole.at("source").as_string() == "coinpaprika");
    CHECK(whole.at("volume_24h").is_null());
}

TEST_CASE("a request for the table is a reader of it", "[web]")
{
    const market_site s;
    CHECK_FALSE(s.board.is_watched(same_on_boot_clock(s.now)));
    s.get("/api/cryptos?limit=0");
    CHECK_FALSE(s.board.is_watched(same_on_boot_clock(s.now)));
    s.get("/api/cryptos");
    CHECK(s.board.is_watched(same_on_boot_clock(s.now)));
}

TEST_CASE("rows that were dropped are counted, and had places", "[web]")
{
    market_site s;
    auto table = s.board.newest()->coins;
    table.dropped = 1;
    table.dropped_at = {2};
    s.show(table);
    const auto said = s.body("/api/cryptos");
    CHECK(said.at("dropped").as_int64() == 1);
    CHECK(said.at("total").as_int64() == 4);
    const auto& coins = said.at("coins").as_array();
    CHECK(coins[0].at("rank").as_int64() == 1);
    CHECK(coins[1].at("rank").as_int64() == 3);
    // Parts of the topic have no gaps, because a client counts them.
    const auto topic = market_topic(s.site(), *s.board.newest(), same_on_boot_clock(s.now));
    REQUIRE(topic->parts.size() == 4);
    const auto second = boost::json::parse(topic->parts[1].text).as_object();
    CHECK(second.at("rank").as_int64() == 3);
    CHECK(second.at("place").as_int64() == 2);
}

TEST_CASE("a row that is older than its table says so", "[web]")
{
    market_site s;
    auto table = s.board.newest()->coins;
    table.coins[0].updated_at = s.now - 23h;
    s.show(table);
    const auto said = s.body("/api/cryptos");
    CHECK_FALSE(said.at("stale").as_bool());
    CHECK(said.at("coins").at(0).at("stale").as_bool());
    CHECK_FALSE(said.at("coins").at(0).at("inactive").as_bool());
    CHECK_FALSE(said.at("coins").at(1).at("stale").as_bool());
}

TEST_CASE("a price that is withheld is null, unless it is ours", "[web]")
{
    market_site s;
    auto table = s.board.newest()->coins;
    table.coins[0].withheld.push_back({"price", "is far from our own price"});
    s.show(table);
    const auto row = s.body("/api/cryptos?limit=1").at("coins").at(0).as_object();
    CHECK(row.at("price").is_null());
    CHECK(row.at("withheld").as_object().contains("price"));
    table.coins[0].streamed = symbol_id{0};
    s.show(table);
    s.publish(s.now.time_since_epoch().count(), 65420.25);
    const auto ours = s.body("/api/cryptos?limit=1").at("coins").at(0).as_object();
    CHECK(ours.at("price").to_number<double>() == 65420.25);
    CHECK_FALSE(ours.contains("withheld"));
}

TEST_CASE("figures that our own price contradicts are not shown beside it", "[web]")
{
    market_site s;
    auto table = s.board.newest()->coins;
    auto& bitcoin = table.coins[0];
    bitcoin.streamed = symbol_id{0};
    bitcoin.value = price::from(65610000).value();
    bitcoin.market_cap = 1.3e15;
    s.show(table);
    s.publish(s.now.time_since_epoch().count(), 65420.25);
    const auto row = s.body("/api/cryptos?limit=1").at("coins").at(0).as_object();
    CHECK(row.at("price").to_number<double>() == 65420.25);
    CHECK(row.at("market_cap").is_null());
    CHECK(row.at("withheld").as_object().contains("market_cap"));
    CHECK(row.at("ath").to_number<double>() == 126080);
}

TEST_CASE("the topic of the market has a part for each place, with the table's own price", "[web]")
{
    market_site m;
    auto table = *m.board.newest();
    table.coins.coins.front().streamed = symbol_id{0};
    m.publish(m.now.time_since_epoch().count(), 69420.25);
    const auto of = m.site();
    const auto now = same_on_boot_clock(m.now);
    const auto said = market_topic(of, table, now);
    CHECK(said->event == "market");
    CHECK(said->list == "coins");
    REQUIRE(said->parts.size() == 4);
    CHECK(said->parts[1].key == "2");
    const auto bitcoin = boost::json::parse(said->parts[0].text).as_object();
    CHECK(bitcoin.at("price").as_int64() == 65610);
    CHECK(bitcoin.at("streamed_as").as_string() == "BTC-USD");
    CHECK_FALSE(bitcoin.contains("sparkline"));
    const auto head = boost::json::parse("{" + said->head + "}").as_object();
    CHECK(head.at("source").as_string() == "coingecko");
    CHECK(head.at("total").as_int64() == 4);
    CHECK_FALSE(head.at("stale").as_bool());
    // Time alone changes nothing but this.
    const auto later = market_topic(of, table, now + 16min);
    CHECK(boost::json::parse("{" + later->head + "}").at("stale").as_bool());
    CHECK(later->parts[0].text == said->parts[0].text);
}
