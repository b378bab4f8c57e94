// Currencies, and prices in them, as a client gets them.
#include "market/currency_rates.hpp"
#include "small_site.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

// Sunday, 2024-04-07, 21:31:20: the rates are of Friday.
struct currency_site : small_site {
    currency_site()
    {
        auto all = site();
        all.currencies = &board;
        routes = make_router(all);
    }

    void say(std::chrono::sys_days day = std::chrono::sys_days{2024y / 4 / 5})
    {
        market::currency_rates rates{.day = day, .all = {}};
        rates.all = {{"EUR", 0.92}, {"INR", 83.4}, {"JPY", 151.5}, {"TRY", 3.2, true}};
        board.post(std::make_shared<market::currency_snapshot>(market::currency_snapshot{
            .rates = std::move(rates),
            .received = same_on_boot_clock(now - 1h),
            .received_at = now - 1h}));
    }
    boost::json::object body(std::string_view target) const
    {
        const auto r = get(target);
        CHECK(r.status == 200);
        return boost::json::parse(r.body).as_object();
    }
    // "404 unknown-symbol"
    std::string refusal(std::string_view target) const
    {
        const auto r = get(target);
        const auto type = boost::json::parse(r.body).at("type").as_string();
        return std::to_string(r.status) + ' ' +
               std::string{std::string_view{type}.substr(sizeof "urn:tickertape:problem:" - 1)};
    }

    market::currency_board board{15min, [] {}};
};

}  // namespace

TEST_CASE("currencies are told with their date and whose they are", "[web]")
{
    currency_site s;
    CHECK(s.refusal("/api/currencies") == "503 no-rates-yet");
    s.say();
    CHECK(
        s.get("/api/currencies").body ==
        "{\"base\":\"USD\",\"date\":\"2024-04-05\",\"source\":\"ECB\",\"by\":\"frankfurter\","
        "\"updated_at\":1712521880.000,\"age_seconds\":3600.000,\"stale\":false,\"currencies\":["
        "{\"code\":\"EUR\",\"rate\":0.92},{\"code\":\"INR\",\"rate\":83.4},"
        "{\"code\":\"JPY\",\"rate\":151.5},{\"code\":\"TRY\",\"rate\":null,"
        "\"withheld\":\"has jumped, and no other day has confirmed it\"}]}\n");
    CHECK(s.board.is_watched(same_on_boot_clock(s.now)));
    CHECK(small_site{}.get("/api/currencies").status == 404);
}

TEST_CASE("a price in another currency is derived of ours and of the rate of the day", "[web]")
{
    currency_site s;
    s.say();
    CHECK(s.refusal("/api/prices/btc-eur") == "503 no-price");
    const auto source = s.sources.intern("median(coinbase,kraken)", 2).value();
    s.publish(1712525476123, 69420.25, "BTC-USD", source);
    CHECK(
        s.get("/api/prices/btc-eur").body ==
        "{\"symbol\":\"BTC-EUR\",\"price\":63866.63,\"timestamp\":1712525476,"
        "\"source\":\"derived: median(coinbase,kraken) BTC-USD × ECB 2024-04-05 USD-EUR\","
        "\"age_seconds\":3.877,\"stale\":false,\"derived_from\":{\"price\":"
        "{\"symbol\":\"BTC-USD\",\"price\":69420.25,\"timestamp\":1712525476,"
        "\"source\":\"median(coinbase,kraken)\",\"sources\":2,\"age_seconds\":3.877,"
        "\"stale\":false},\"rate\":{\"pair\":\"USD-EUR\",\"value\":0.92,\"source\":\"ECB\","
        "\"date\":\"2024-04-05\",\"stale\":false}}}\n");
    CHECK(s.body("/api/prices/BTC-INR").at("price").as_double() == 5789648.85);
    CHECK(s.get("/api/prices/btc-jpy.txt").body == "10517167.875\n");
    CHECK(
        s.get("/api/prices/btc-eur.csv").body ==
        "symbol,price,currency,source,time,age_seconds,stale\r\n"
        "BTC-EUR,63866.63,EUR,\"derived: median(coinbase,kraken) BTC-USD × ECB 2024-04-05 "
        "USD-EUR\",2024-04-07T21:31:16.123Z,3.877,false\r\n");
    // Of the other symbol there is no price yet.
    CHECK(s.refusal("/api/prices/eth-eur") == "503 no-price");
}

TEST_CASE("a derived price is stale with either leg, and says of which time it is", "[web]")
{
    currency_site s;
    s.say();
    s.publish(1712525476123, 69420.25);
    s.now += 2min;
    const auto old_price = s.body("/api/prices/btc-eur");
    CHECK(old_price.at("stale").as_bool());
    CHECK(old_price.at("timestamp").as_int64() == 1712525476);
    CHECK(old_price.at("derived_from").at("price").at("stale").as_bool());
    CHECK_FALSE(old_price.at("derived_from").at("rate").at("stale").as_bool());
    CHECK(s.refusal("/api/prices/btc-eur.txt") == "503 stale-price");

    s.now -= 2min;
    s.say(std::chrono::sys_days{2024y / 4 / 1});  // six days ago
    const auto old_rate = s.body("/api/prices/btc-eur");
    CHECK(old_rate.at("stale").as_bool());
    CHECK(old_rate.at("timestamp").as_int64() == 1711929600);  // 2024-04-01
    CHECK(old_rate.at("age_seconds").as_double() == 595880);
    CHECK_FALSE(old_rate.at("derived_from").at("price").at("stale").as_bool());
    CHECK(s.refusal("/api/prices/btc-eur.txt") == "503 stale-price");
    CHECK(s.get("/api/prices/btc-eur.csv").body.ends_with(",true\r\n"));
    CHECK(s.body("/api/currencies").at("stale").as_bool());
}

TEST_CASE("what cannot be derived is a 404 that says what can", "[web]")
{
    currency_site s;
    s.say();
    s.publish(1712525476123, 69420.25);
    for (const auto* name :
         {"btc-xyz", "doge-eur", "eur-usd", "usd-eur", "btceur", "btc-", "btc"}) {
        CAPTURE(name);
        const auto r = s.get(std::string{"/api/prices/"} + name);
        CHECK(r.status == 404);
        CHECK(
            boost::json::parse(r.body).at("accepted").as_string() ==
            "BTC-USD, ETH-USD; and those in USD also in EUR, INR, JPY, TRY");
    }
    CHECK(s.refusal("/api/prices/btc-try") == "503 rate-withheld");
    CHECK(s.refusal("/api/prices/btc-eur?limit=1") == "400 bad-parameter");
    // Other routes derive nothing.
    CHECK(s.refusal("/api/prices/btc-eur/history") == "404 unknown-symbol");
    CHECK(s.refusal("/api/prices?symbols=btc-eur") == "404 unknown-symbol");
}

TEST_CASE("what is derived of prices that are no market's says so", "[web]")
{
    currency_site s;
    s.say();
    s.publish(1712525476123, 69420.25, "BTC-USD", s.sources.intern("simulator").value());
    CHECK(
        s.body("/api/prices/btc-eur").at("source").as_string() ==
        "derived: simulator BTC-USD × ECB 2024-04-05 USD-EUR");
}

TEST_CASE("a server without rates, and one that has none yet, say so", "[web]")
{
    small_site without;
    without.publish(1712525476123, 69420.25);
    CHECK(without.get("/api/prices/btc-eur").status == 404);
    currency_site s;
    s.publish(1712525476123, 69420.25);
    const auto r = s.get("/api/prices/btc-eur");
    CHECK(r.status == 503);
    CHECK(header_of(r, "Retry-After") == "5");
    CHECK(s.refusal("/api/prices/btc-eur") == "503 no-rates-yet");
}
