// When the sources of the market's table are asked, and whose answer is shown.
#include "feed/market_feed.hpp"

#include "feed/sources_asked.hpp"
#include "market/bodies.hpp"
#include "market/coins_known.hpp"
#include "support/catch.hpp"

#include <array>
#include <memory>
#include <optional>

using namespace tickertape;
using namespace tickertape::feed;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

const std::string gecko_rows =
    R"([{"id":"bitcoin","symbol":"btc","name":"Bitcoin","current_price":100},
    {"id":"fake-bitcoin","symbol":"btc","name":"Fake","current_price":7}])";
const std::string gecko_whole = R"({"data":{"total_market_cap":{"usd":1e12}}})";
const std::string paprika_rows =
    R"([{"id":"btc-bitcoin","symbol":"BTC","name":"Bitcoin","quotes":{"USD":{"price":101}}}])";

bool is_for(const std::string& request, std::string_view target)
{
    return request.starts_with("GET " + std::string{target});
}

struct market_asked : sources_asked<market_feed> {
    explicit market_asked(
        fake_http_server::answer_function first, fake_http_server::answer_function second,
        bool has_market_prices = true, market::cadence rhythm = quick())
        : sources_asked{{std::move(first), std::move(second)}, {"BTC-USD", "BTC-EUR", "ETH-USD"}}
    {
        std::vector<market_feed::source> sources;
        sources.push_back(
            {market::coingecko, market::make_coingecko_table(), market::make_coingecko_totals(),
             client(0, "coingecko")});
        sources.push_back(
            {market::coinpaprika, market::make_coinpaprika_table(), nullptr,
             client(1, "coinpaprika")});
        asked.emplace(
            market_feed::parts{strand, h.symbols, h.time, h.log, h.counters, has_market_prices},
            rhythm, std::move(sources));
    }

    static market::cadence quick()
    {
        return {.watched = 50ms, .unwatched = 1h, .totals = 1h, .after_failure = 20ms};
    }

    std::string source() { return shown() ? std::string{shown()->coins.source} : "none"; }
};

reply gecko(const std::string& request)
{
    return json_reply(is_for(request, "/global") ? gecko_whole : gecko_rows);
}

reply paprika(const std::string&)
{
    return json_reply(paprika_rows);
}

}  // namespace

TEST_CASE("the first source that answers has the table, and the whole comes beside it", "[feed]")
{
    market_asked m{gecko, paprika};
    m.run_until([&] { return m.shown() && m.shown()->whole; });
    CHECK(m.source() == "coingecko");
    CHECK(m.shown()->coins.coins.size() == 2);
    CHECK(m.shown()->whole->market_cap == 1e12);
    CHECK(m.servers[1]->requests().empty());
    CHECK(m.servers[0]->requests().size() == 2);
    CHECK(m.h.counted("tickertape_market_requests_total{source=\"coingecko\"}") == 2);
}

TEST_CASE("a row is ours by its id, and in dollars alone", "[feed]")
{
    market_asked m{gecko, paprika};
    m.run_until([&] { return m.shown() != nullptr; });
    CHECK(m.shown()->coins.coins[0].streamed == m.h.symbols.find("BTC-USD"));
    CHECK_FALSE(m.shown()->coins.coins[1].streamed);
}

TEST_CASE("prices that are not the market's are nobody's in its table", "[feed]")
{
    market_asked m{gecko, paprika, false};
    m.run_until([&] { return m.shown() != nullptr; });
    CHECK_FALSE(m.shown()->coins.coins[0].streamed);
}

TEST_CASE("the next source is asked where one fails, and the first again the next time", "[feed]")
{
    int asked = 0;
    market_asked m{
        [&](const std::string& request) {
            if (is_for(request, "/coins") && ++asked <= 2)
                return json_reply("{}", 503);
            return gecko(request);
        },
        paprika};
    m.read();
    bool fell_back = false;
    m.run_until([&] {
        fell_back = fell_back || m.source() == "coinpaprika";
        return fell_back && m.source() == "coingecko";
    });
    CHECK(m.servers[1]->requests().size() == 1);
    CHECK(m.h.counted("tickertape_market_failures_total") == 1);
}

TEST_CASE("a source that asks for a pause is not asked again before it is over", "[feed]")
{
    market_asked m{
        [](const std::string&) {
            return reply{"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3600\r\nContent-Length: "
                         "2\r\n\r\n{}"};
        },
        paprika};
    m.read();
    m.run_until([&] { return m.servers[1]->requests().size() >= 3; });
    CHECK(m.servers[0]->requests().size() == 1);
    CHECK(m.source() == "coinpaprika");
}

TEST_CASE("a source that says \"too many\" without a time is left alone all the same", "[feed]")
{
    market_asked m{[](const std::string&) { return json_reply("{}", 429); }, paprika};
    m.read();
    m.run_until([&] { return m.servers[1]->requests().size() >= 3; });
    // For 15 s at least: tables were due twice since.
    CHECK(m.servers[0]->requests().size() == 1);
    CHECK(m.source() == "coinpaprika");
}

TEST_CASE("half an answer, a redirect and a page for people are no tables", "[feed]")
{
    const auto bad = GENERATE(
        as<std::string>{},
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n"
        "Connection: close\r\n\r\n[{\"id\":\"bitcoin\",\"symbol\":\"btc\"",
        "HTTP/1.1 301 Moved Permanently\r\nLocation: https://other.test/\r\n"
        "Content-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>");
    CAPTURE(bad);
    market_asked m{
        [&](const std::string&) { return reply{.bytes = bad, .then = afterwards::close}; },
        paprika};
    m.read();
    m.run_until([&] { return m.source() == "coinpaprika"; });
    CHECK(m.h.counted("tickertape_market_failures_total") >= 1);
}

TEST_CASE("garbage takes no table's place", "[feed]")
{
    const auto garbage = GENERATE(
        as<std::string>{}, "[]", "{}", "<html></html>", "[{\"id\":1}]", "[[[[", "null",
        R"({"error":"no"})");
    CAPTURE(garbage);
    int asked = 0;
    market_asked m{
        [&](const std::string& request) {
            if (is_for(request, "/coins") && ++asked > 1)
                return json_reply(garbage);
            return gecko(request);
        },
        [&](const std::string&) { return json_reply(garbage); }};
    m.read();
    m.run_until([&] { return m.servers[1]->requests().size() >= 2; });
    CHECK(m.source() == "coingecko");
    CHECK(m.shown()->coins.coins.size() == 2);
}

TEST_CASE("a table that was cut, or has no Bitcoin, takes no table's place", "[feed]")
{
    const auto few = GENERATE(
        as<std::string>{},
        R"([{"id":"other","symbol":"x","name":"X","current_price":7},
            {"id":"others","symbol":"x","name":"X","current_price":7}])",
        R"([{"id":"bitcoin","symbol":"btc","name":"Bitcoin","current_price":100},{},{}])");
    int asked = 0;
    market_asked m{
        [&](const std::string& request) {
            if (is_for(request, "/coins") && ++asked > 1)
                return json_reply(few);
            return gecko(request);
        },
        [&](const std::string&) { return json_reply("{}", 503); }};
    m.read();
    m.run_until([&] { return asked >= 3; });
    CHECK(m.source() == "coingecko");
    CHECK(m.shown()->coins.coins.size() == 2);
    CHECK(m.h.counted("tickertape_market_failures_total") >= 2);
}

TEST_CASE("a fuller table that is fresh is not given up for one of another source", "[feed]")
{
    const std::string three = gecko_rows.substr(0, gecko_rows.size() - 1) +
                              R"(,{"id":"third","symbol":"x","name":"X","current_price":7}])";
    int asked = 0;
    market_asked m{
        [&](const std::string& request) {
            if (is_for(request, "/global"))
                return json_reply(gecko_whole);
            return ++asked > 1 ? json_reply("{}", 503) : json_reply(three);
        },
        paprika,
        true,
        {.watched = 2s, .unwatched = 1h, .totals = 1h, .after_failure = 20ms}};
    m.read();
    std::string first;  // whose table is shown when the other source has answered once
    m.run_until([&] {
        if (first.empty() && m.servers[1]->requests().size() >= 2)
            first = m.source();
        return m.source() == "coinpaprika";
    });
    CHECK(first == "coingecko");
    REQUIRE(m.shown()->absent);
    CHECK(m.shown()->absent->contains("bitcoin"));
}

TEST_CASE("while nobody reads the table it is asked for once, and a reader wakes it", "[feed]")
{
    market_asked m{gecko, paprika};
    std::size_t before = 0;
    bool has_read = false;
    m.run_until([&] {
        if (!has_read && m.shown() && m.shown()->whole) {
            m.h.io.run_for(200ms);  // four times the interval
            before = m.servers[0]->requests().size();
            m.read();
            has_read = true;
        }
        return m.servers[0]->requests().size() >= 4;
    });
    CHECK(before == 2);
}

TEST_CASE("the market's requests count towards the gate that all share", "[feed]")
{
    market_asked m{gecko, paprika};
    auto& gate = m.gates.of(
        "coingecko", {.per_minute = 60'000, .burst = 1000}, {.open_first = 50ms},
        m.h.time.steady_now());
    m.run_until([&] { return m.shown() && m.shown()->whole; });
    CHECK(gate.last_success());
}

TEST_CASE("a market that is stopped while a source is silent ends", "[feed]")
{
    market_asked m{[](const std::string&) { return reply{"", afterwards::hang}; }, paprika};
    m.run_until([&] { return !m.servers[0]->requests().empty(); });
    CHECK(m.source() == "none");
}

TEST_CASE("a supply that jumps with its market cap is withheld, and said", "[feed]")
{
    int asked = 0;
    market_asked m{
        [&](const std::string& request) {
            if (!is_for(request, "/coins/markets"))
                return json_reply(gecko_whole);
            const std::string coins = ++asked == 1 ? "1000" : "1000000";
            return json_reply(
                R"([{"id":"bitcoin","symbol":"btc","name":"Bitcoin","current_price":2,"market_cap":2)" +
                coins.substr(1) + R"(,"circulating_supply":)" + coins + R"(,"total_supply":)" +
                coins + "}]");
        },
        [](const std::string&) { return json_reply(paprika_rows); }};
    m.run_until([&] {
        m.read();
        return asked >= 3;
    });
    const auto row = m.shown()->coins.coins.front();
    CHECK_FALSE(row.circulating_supply);
    CHECK_FALSE(row.market_cap);
    CHECK(row.withheld.size() == 3);
    CHECK(m.h.counted("tickertape_market_figures_withheld_total") >= 3);
}
