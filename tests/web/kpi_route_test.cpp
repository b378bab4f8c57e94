// Bitcoin in figures, as a client gets them.
#include "market/board.hpp"
#include "market/fear_greed.hpp"
#include "market/network_board.hpp"
#include "market/network_figures.hpp"
#include "small_site.hpp"
#include "support/catch.hpp"
#include "support/fake_history.hpp"

#include <boost/json/parse.hpp>

#include <set>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

// Sunday, 2024-04-07, 21:31:20.
constexpr std::int64_t midnight = 1712448000;
constexpr std::int64_t day = 86'400;

struct kpi_site : small_site {
    explicit kpi_site(bool has_market_prices = true)
    {
        market::coin bitcoin{
            .id = "bitcoin",
            .symbol = "BTC",
            .name = "Bitcoin",
            .value = price::from(65610).value()};
        bitcoin.market_cap = 1312155114762;
        bitcoin.change_24h_percent = -2.5;
        bitcoin.ath = 131220;
        bitcoin.ath_at = wall_time{1704067200500ms};
        bitcoin.updated_at = now - 10s;
        bitcoin.withheld.push_back({"volume_24h", "is negative"});
        table.coins.source = "coingecko";
        table.coins.coins.push_back(bitcoin);
        table.received = same_on_boot_clock(now);
        table.received_at = now;
        table.stale_after = 15min;
        show();
        market::network_snapshot chain{.parts = {}, .figures = {}, .stale_after = 30min};
        chain.parts.blocks = market::said<market::chain>{
            .what = {.height = 969'992, .difficulty = 132716002350731.5},
            .source = market::mempool,
            .at = now,
            .received = same_on_boot_clock(now)};
        chain.figures = market::figures_of(chain.parts);
        network.post(std::make_shared<market::network_snapshot>(chain));
        mood.post(std::make_shared<market::fear_greed_snapshot>(market::fear_greed_snapshot{
            .index =
                {.value = 41, .word = "Fear", .day = wall_time{std::chrono::seconds{midnight}}},
            .received = same_on_boot_clock(now),
            .received_at = now}));
        // Closed days up to yesterday, and today's.
        for (int i = 31; i >= 0; --i)
            past.add(midnight - i * day, 100, 101, 100, i % 2 == 0 ? 100 : 101);
        past.kept.back().is_forming = true;
        routes = make_router(
            {prices,
             sources,
             reports,
             figures,
             files,
             staleness{120s},
             draining,
             [](auto&&...) {},
             &past,
             {},
             {},
             0ms,
             15s,
             &board,
             &network,
             nullptr,
             &mood,
             has_market_prices});
    }

    void show() { board.post(std::make_shared<market::snapshot>(table)); }
    boost::json::object body() const
    {
        const auto r = get("/api/bitcoin/kpis");
        CHECK(r.status == 200);
        return boost::json::parse(r.body).as_object();
    }

    market::snapshot table{};
    fake_history past{};
    mutable market::board board{15min, [] {}};
    mutable market::network_board network{15min, [] {}};
    mutable market::fear_greed_board mood{15min, [] {}};
};

double number(const boost::json::object& in, const char* name)
{
    return in.at(name).to_number<double>();
}

const boost::json::object& source(const boost::json::object& in, const char* name)
{
    return in.at("sources").at(name).as_object();
}

}  // namespace

TEST_CASE("Bitcoin's figures are flat numbers, with their sources beside them", "[web]")
{
    kpi_site s;
    s.publish(1712525478000, 65700.5);
    const auto body = s.body();
    CHECK(number(body, "price") == 65700.5);
    CHECK(number(body, "market_cap") == 1312155114762);
    CHECK(number(body, "change_24h_percent") == -2.5);
    CHECK(number(body, "ath") == 131220);
    CHECK(number(body, "ath_at") == 1704067200.5);
    CHECK(number(body, "days_since_ath") == 97);
    CHECK(number(body, "drawdown_percent") == 50);
    CHECK(number(body, "circulating_supply") == 20093728.125);
    CHECK(number(body, "max_supply") == 20999999.9769);
    CHECK(number(body, "fear_greed") == 41);
    CHECK(std::abs(number(body, "volatility_30d") - 19.335062583013325) < 1e-9);
    CHECK(body.at("dominance").is_null());
    CHECK(body.at("volume_24h").is_null());
    CHECK(body.at("volatility_90d").is_null());
    CHECK(body.at("withheld").at("volume_24h").as_string() == "is negative");
    CHECK(
        body.at("withheld").at("volatility_90d").as_string() ==
        "of the last 90 days the archive has 31 closes, too few");
    CHECK_FALSE(body.at("stale").as_bool());

    CHECK(source(body, "price").at("source").as_string() == "coingecko");
    CHECK(number(source(body, "price"), "at") == 1712525478);
    CHECK(number(source(body, "price"), "age_seconds") == 2);
    CHECK(number(source(body, "market_cap"), "age_seconds") == 10);
    CHECK_FALSE(source(body, "market_cap").at("computed").as_bool());
    CHECK(source(body, "drawdown_percent").at("computed").as_bool());
    CHECK(source(body, "circulating_supply").at("source").as_string() == "mempool");
    CHECK(source(body, "max_supply").at("source").as_string() == "protocol");
    CHECK(source(body, "max_supply").at("at").is_null());
    CHECK(source(body, "max_supply").at("age_seconds").is_null());
    const auto& volatility = source(body, "volatility_30d");
    CHECK(volatility.at("source").as_string() == "archive");
    CHECK(number(volatility, "at") == midnight);
    CHECK(volatility.at("window_days") == 30);
    CHECK(volatility.at("days_known") == 30);
    CHECK(volatility.at("closes_of").as_array() == boost::json::array{"archive"});
    CHECK(source(body, "fear_greed").at("source").as_string() == "alternative.me");
    CHECK(source(body, "fear_greed").at("word").as_string() == "Fear");
    // Every figure that is known has a source.
    for (const auto& [name, value] : body)
        if (name != "stale" && name != "sources" && name != "withheld" && !value.is_null()) {
            CAPTURE(std::string{name});
            CHECK(body.at("sources").as_object().contains(name));
        }
}

TEST_CASE("the archive is asked for closed days alone", "[web]")
{
    const kpi_site s;
    s.body();
    CHECK(s.past.asked.of == series::interval::d1);
    CHECK(s.past.asked.from == wall_time{std::chrono::seconds{midnight - 91 * day}});
    CHECK(s.past.asked.until == wall_time{std::chrono::seconds{midnight}});
    CHECK_FALSE(s.past.asked.with_forming);
}

TEST_CASE("the price is the table's where ours is stale", "[web]")
{
    kpi_site s;
    s.publish(1712525478000, 65700.5);
    s.now += 121s;
    const auto body = s.body();
    CHECK(number(body, "price") == 65610);
    CHECK(number(source(body, "price"), "age_seconds") == 131);
    CHECK_FALSE(body.at("stale").as_bool());
    s.now += 15min;
    CHECK(s.body().at("stale").as_bool());
}

TEST_CASE("simulated prices and their past are no figures of Bitcoin", "[web]")
{
    kpi_site s{false};
    s.publish(1712525478000, 1.5);
    const auto body = s.body();
    CHECK(number(body, "price") == 65610);
    CHECK(body.at("volatility_30d").is_null());
    CHECK_FALSE(body.at("sources").as_object().contains("volatility_30d"));
}

TEST_CASE("an archive that cannot be asked costs its own figures alone", "[web]")
{
    kpi_site s;
    s.past.failure = make_error_code(boost::system::errc::device_or_resource_busy);
    const auto body = s.body();
    CHECK(body.at("volatility_30d").is_null());
    CHECK(body.at("withheld").at("volatility_30d").as_string() == "the archive cannot be read now");
    CHECK(number(body, "price") == 65610);
}

TEST_CASE("a day whose last prices are missing has no close, unless it was fetched", "[web]")
{
    kpi_site s;
    const auto known = [&s] {
        return source(s.body(), "volatility_30d").at("days_known").as_int64();
    };
    auto& yesterday = s.past.kept[30];
    yesterday.value.overlaps_hole = true;
    const auto hole_until = [&s](std::int64_t ms) {
        s.past.holes = {
            {position::at(wall_time{std::chrono::milliseconds{(midnight - 7'200) * 1000}}),
             position::at(wall_time{std::chrono::milliseconds{ms}})}};
    };
    hole_until(midnight * 1000 - 1);
    CHECK(known() == 29);
    // Over before the day was.
    hole_until(midnight * 1000 - 2);
    CHECK(known() == 30);
    hole_until(midnight * 1000 + 5);
    CHECK(known() == 29);
    yesterday.source = "coinbase";
    CHECK(known() == 30);
    CHECK(
        source(s.body(), "volatility_30d").at("closes_of").as_array() ==
        boost::json::array{"archive", "coinbase"});
}

TEST_CASE("a request for Bitcoin's figures is a reader of all they follow from", "[web]")
{
    const kpi_site s;
    const auto now = same_on_boot_clock(s.now);
    CHECK_FALSE(s.board.is_watched(now));
    s.body();
    CHECK(s.board.is_watched(now));
    CHECK(s.network.is_watched(now));
    CHECK(s.mood.is_watched(now));
}

TEST_CASE("before anything is known of Bitcoin the answer says so", "[web]")
{
    kpi_site s;
    s.board.post(nullptr);
    s.mood.post(nullptr);
    CHECK(number(s.body(), "circulating_supply") == 20093728.125);
    CHECK(s.body().at("stale").as_bool());
    s.network.post(nullptr);
    const auto r = s.get("/api/bitcoin/kpis");
    CHECK(r.status == 503);
    CHECK(header_of(r, "Retry-After") == "5");
    CHECK(r.body.find("no-kpis-yet") != std::string::npos);
    CHECK(s.get("/api/bitcoin/kpis?limit=1").status == 400);
    s.publish(1712525478000, 65700.5);
    CHECK(number(s.body(), "price") == 65700.5);
    const small_site off;
    CHECK(off.get("/api/bitcoin/kpis").status == 404);
}
