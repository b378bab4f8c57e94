#include "provider/market_catalog.hpp"

#include "provider/answers.hpp"
#include "support/catch.hpp"

#include <set>

using namespace tickertape;
using namespace tickertape::provider;
using namespace std::chrono_literals;

namespace {

// Spells a market BASE/QUOTE, has none in the currencies it is told, and takes batches of a size.
class plain_api final : public rest_api {
public:
    explicit plain_api(std::size_t batch, std::set<std::string, std::less<>> without = {})
        : batch_{batch}, without_{std::move(without)}
    {
    }
    std::optional<market_name>
    spelling(std::string_view base, std::string_view quote) const override
    {
        if (without_.contains(quote))
            return std::nullopt;
        return market_name{std::string{base} + "/" + std::string{quote}};
    }
    std::size_t batch_size(std::span<const market> todo) const override
    {
        return std::min(batch_, todo.size());
    }
    net::http_request request(std::span<const market>) const override { return {}; }
    answers read(std::span<const market> batch, const net::http_response&) const override
    {
        return answers(batch.size());
    }

private:
    std::size_t batch_;
    std::set<std::string, std::less<>> without_;
};

// Takes only markets of one currency together, and spells it apart.
class one_currency_api final : public rest_api {
public:
    std::optional<market_name>
    spelling(std::string_view base, std::string_view quote) const override
    {
        return market_name{std::string{base}, std::string{quote}};
    }
    std::size_t batch_size(std::span<const market> todo) const override
    {
        std::size_t size = 1;
        while (size < todo.size() && todo[size].spelled.currency == todo[0].spelled.currency)
            ++size;
        return size;
    }
    net::http_request request(std::span<const market>) const override { return {}; }
    answers read(std::span<const market> batch, const net::http_response&) const override
    {
        return answers(batch.size());
    }
};

symbol_table symbols_named(int count)
{
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i)
        names.push_back("S" + std::to_string(i) + "-USD");
    return symbol_table::from(names).value();
}

std::vector<std::string> names(const std::vector<market>& markets)
{
    std::vector<std::string> all;
    for (const auto& m : markets)
        all.push_back(m.spelled.name);
    return all;
}

std::string symbols_in(const std::vector<market>& markets, const symbol_table& symbols)
{
    std::string all;
    for (const auto& m : markets)
        all += (all.empty() ? "" : " ") + std::string{symbols.name(m.symbol)};
    return all;
}

constexpr steady_time start{1h};

// Asks as rest_source does, of a provider that refuses every batch with a bad market in it. Returns
// how many requests one round took; at most `requests_max`.
int round(
    market_catalog& catalog, const symbol_table& symbols, const std::set<std::size_t>& bad,
    std::set<std::size_t>& quoted, steady_time now, int requests_max)
{
    int requests = 0;
    auto todo = catalog.askable(symbols.all(), now);
    while (!todo.empty() && requests < requests_max) {
        ++requests;
        const auto batch = catalog.next_batch(todo);
        const bool is_poisoned = std::ranges::any_of(
            batch, [&](const market& m) { return bad.contains(index_of(m.symbol)); });
        if (!is_poisoned || batch.size() == 1)
            catalog.answered(batch);
        if (!is_poisoned) {
            for (const auto& m : batch) {
                catalog.quoted(m.symbol);
                quoted.insert(index_of(m.symbol));
            }
        } else if (batch.size() == 1) {
            catalog.missing(batch.front().symbol, now);
        } else {
            catalog.refused(batch);
            todo.insert(todo.begin(), batch.begin(), batch.end());
        }
    }
    return requests;
}

}  // namespace

TEST_CASE("One bad market costs the others a few requests, and then nothing", "[feed]")
{
    const auto symbols = symbols_named(60);
    const plain_api api{100};
    market_catalog catalog{api, symbols, {}};
    std::set<std::size_t> quoted;

    const int first = round(catalog, symbols, {17}, quoted, start, 1000);
    CHECK(first <= 16);  // about two for each halving of 60, and some to grow again
    CHECK(quoted.size() == 59);
    CHECK(catalog.lacks(symbol_id{17}, start));

    quoted.clear();
    CHECK(round(catalog, symbols, {17}, quoted, start + 10s, 1000) == 1);
    CHECK(quoted.size() == 59);

    // When it is time to look again, only the suspect pays.
    quoted.clear();
    CHECK(round(catalog, symbols, {17}, quoted, start + 31s, 1000) == 2);
    CHECK(quoted.size() == 59);
}

TEST_CASE("A search for the bad market goes on where the last round ran out of requests", "[feed]")
{
    const auto symbols = symbols_named(64);
    const plain_api api{100};
    market_catalog catalog{api, symbols, {}};
    std::set<std::size_t> quoted;

    int rounds = 0;
    for (; !catalog.lacks(symbol_id{63}, start) && rounds < 20; ++rounds)
        round(catalog, symbols, {63}, quoted, start, 3);

    CHECK(rounds <= 7);
    CHECK(quoted.size() == 63);
}

TEST_CASE("A market that was delisted poisons its batch only until it is found", "[feed]")
{
    const auto symbols = symbols_named(8);
    const plain_api api{100};
    market_catalog catalog{api, symbols, {}};
    std::set<std::size_t> quoted;
    CHECK(round(catalog, symbols, {}, quoted, start, 1000) == 1);

    quoted.clear();
    round(catalog, symbols, {5}, quoted, start, 1000);

    CHECK(quoted.size() == 7);
    CHECK(round(catalog, symbols, {5}, quoted, start, 1000) == 1);
}

TEST_CASE("A provider of one currency at a time has one request for each", "[feed]")
{
    const auto symbols =
        symbol_table::from(std::vector<std::string>{"BTC-USD", "BTC-EUR", "ETH-USD", "ETH-EUR"})
            .value();
    const one_currency_api api;
    market_catalog catalog{api, symbols, {}};
    auto todo = catalog.askable(symbols.all(), start);

    CHECK(symbols_in(catalog.next_batch(todo), symbols) == "ETH-USD BTC-USD");
    CHECK(symbols_in(catalog.next_batch(todo), symbols) == "BTC-EUR ETH-EUR");
    CHECK(todo.empty());

    // Suspects stand apart from the good ones, whatever their currency.
    catalog.missing(symbol_id{0}, start);
    todo = catalog.askable(symbols.all(), start + 30s);
    CHECK(symbols_in(catalog.next_batch(todo), symbols) == "ETH-EUR BTC-EUR");
    CHECK(symbols_in(catalog.next_batch(todo), symbols) == "ETH-USD");
    CHECK(symbols_in(catalog.next_batch(todo), symbols) == "BTC-USD");
}

TEST_CASE("A provider that is asked rarely comes to every currency in its turn", "[feed]")
{
    const auto symbols =
        symbol_table::from(std::vector<std::string>{
                               "BTC-USD", "BTC-EUR", "ETH-USD", "BTC-AUD", "ETH-AUD", "LTC-USD"})
            .value();
    const one_currency_api api;
    market_catalog catalog{api, symbols, {}};

    // One batch a round; each round goes on behind the last of the batch before, as rest_source
    // does.
    std::size_t begin_at = 0;
    std::string asked;
    for (int i = 0; i < 6; ++i) {
        auto todo = catalog.askable(symbols.all(), start);
        std::rotate(
            todo.begin(), todo.begin() + static_cast<std::ptrdiff_t>(begin_at % todo.size()),
            todo.end());
        const auto batch = catalog.next_batch(todo);
        asked += batch.front().spelled.currency + ' ';
        begin_at = index_of(batch.back().symbol) + 1;
    }

    CHECK(asked == "USD EUR USD AUD USD EUR ");
}

TEST_CASE("Several bad markets are all found", "[feed]")
{
    const auto symbols = symbols_named(50);
    const plain_api api{20};
    market_catalog catalog{api, symbols, {}};
    std::set<std::size_t> quoted;

    for (int i = 0; i < 5; ++i)
        round(catalog, symbols, {0, 1, 19, 20, 49}, quoted, start, 1000);

    CHECK(quoted.size() == 45);
    CHECK(round(catalog, symbols, {0, 1, 19, 20, 49}, quoted, start, 1000) == 3);
}

TEST_CASE("A missing market is asked for again, later each time", "[feed]")
{
    const auto symbols = symbols_named(1);
    const plain_api api{1};
    market_catalog catalog{api, symbols, {}};
    auto now = start;
    const symbol_id only{0};

    CHECK_FALSE(catalog.missing(only, now));
    CHECK(catalog.is_news(only));
    CHECK(catalog.askable({&only, 1}, now + 30s - 1ms).empty());
    now += 30s;
    REQUIRE(catalog.askable({&only, 1}, now).size() == 1);
    CHECK_FALSE(catalog.missing(only, now));
    CHECK_FALSE(catalog.is_news(only));
    CHECK(catalog.askable({&only, 1}, now + 60s - 1ms).empty());
    for (int i = 0; i < 20; ++i)
        CHECK_FALSE(catalog.missing(only, now));
    CHECK(catalog.askable({&only, 1}, now + 1h - 1ms).empty());
    CHECK(catalog.askable({&only, 1}, now + 1h).size() == 1);

    catalog.quoted(only);
    catalog.missing(only, now);
    CHECK(catalog.askable({&only, 1}, now + 30s).size() == 1);
}

TEST_CASE("A stablecoin stands in for the dollar only where the operator says so", "[feed]")
{
    const auto symbols =
        symbol_table::from(std::vector<std::string>{"BTC-USD", "BTC-EUR", "USDT-USD"}).value();
    const plain_api api{10, {"USD"}};
    market_catalog strict{api, symbols, {}};
    CHECK(names(strict.askable(symbols.all(), start)) == std::vector<std::string>{"BTC/EUR"});
    CHECK(strict.lacks(symbol_id{0}, start));

    const std::vector allowed{usd_standin::usdt};
    market_catalog lenient{api, symbols, allowed};
    CHECK(
        names(lenient.askable(symbols.all(), start)) ==
        std::vector<std::string>{"BTC/USDT", "BTC/EUR"});
    CHECK(lenient.standin(symbol_id{0}) == usd_standin::usdt);
    CHECK(lenient.standin(symbol_id{1}) == usd_standin::none);
}

TEST_CASE("A stand-in is asked for only after the dollar itself is missing", "[feed]")
{
    const auto symbols = symbols_named(1);
    const plain_api api{10};
    const std::vector allowed{usd_standin::usdc, usd_standin::usdt};
    market_catalog catalog{api, symbols, allowed};
    const symbol_id only{0};

    CHECK(names(catalog.askable({&only, 1}, start)) == std::vector<std::string>{"S0/USD"});
    CHECK(catalog.missing(only, start));
    CHECK(names(catalog.askable({&only, 1}, start)) == std::vector<std::string>{"S0/USDC"});
    CHECK(catalog.missing(only, start));
    CHECK(names(catalog.askable({&only, 1}, start)) == std::vector<std::string>{"S0/USDT"});
    CHECK_FALSE(catalog.missing(only, start));
    CHECK(catalog.askable({&only, 1}, start).empty());
    // The next time it begins with the dollar.
    CHECK(names(catalog.askable({&only, 1}, start + 30s)) == std::vector<std::string>{"S0/USD"});
}

TEST_CASE("A dollar market that was missing for a moment is found again", "[feed]")
{
    const auto symbols = symbols_named(1);
    const plain_api api{10};
    const std::vector allowed{usd_standin::usdt};
    market_catalog catalog{api, symbols, allowed};
    const symbol_id only{0};
    (void)catalog.askable({&only, 1}, start);
    CHECK(catalog.missing(only, start));
    catalog.quoted(only);  // USDT

    CHECK(names(catalog.askable({&only, 1}, start + 29s)) == std::vector<std::string>{"S0/USDT"});
    CHECK(names(catalog.askable({&only, 1}, start + 30s)) == std::vector<std::string>{"S0/USD"});
    // Missing again: the next try is further off.
    CHECK(catalog.missing(only, start + 30s));
    catalog.quoted(only);
    CHECK(names(catalog.askable({&only, 1}, start + 89s)) == std::vector<std::string>{"S0/USDT"});
    CHECK(names(catalog.askable({&only, 1}, start + 90s)) == std::vector<std::string>{"S0/USD"});
    catalog.quoted(only);
    CHECK(names(catalog.askable({&only, 1}, start + 91s)) == std::vector<std::string>{"S0/USD"});
    CHECK(catalog.standin(only) == usd_standin::none);
}

TEST_CASE("A market that stays missing for months leaves the batches as they are", "[feed]")
{
    const auto symbols = symbols_named(3);
    const plain_api api{100};
    market_catalog catalog{api, symbols, {}};
    std::set<std::size_t> quoted;
    auto now = start;
    for (int i = 0; i < 3'000; ++i, now += 1h) {
        quoted.clear();
        CHECK(round(catalog, symbols, {1}, quoted, now, 100) <= 6);
        CHECK(quoted.size() == 2);
    }
}

TEST_CASE("A market that was quoted before is looked for again soon", "[feed]")
{
    const auto symbols = symbols_named(1);
    const plain_api api{1};
    market_catalog catalog{api, symbols, {}};
    const symbol_id only{0};
    catalog.quoted(only);
    auto now = start;
    for (int i = 0; i < 10; ++i)
        CHECK_FALSE(catalog.missing(only, now));
    CHECK(catalog.askable({&only, 1}, now + 119s).empty());
    CHECK(catalog.askable({&only, 1}, now + 120s).size() == 1);
}

TEST_CASE("Markets known to be missing do not spoil the search for others", "[feed]")
{
    const auto symbols = symbols_named(250);
    const plain_api api{60};
    market_catalog catalog{api, symbols, {}};
    std::set<std::size_t> bad;
    for (std::size_t i = 0; i < 250; i += 10)
        bad.insert(i);
    std::set<std::size_t> quoted;
    // Rounds of 10 s with seven requests each, as a limit of 40 a minute leaves.
    int rounds = 0;
    auto now = start;
    for (; quoted.size() < 225 && rounds < 200; ++rounds, now += 10s)
        round(catalog, symbols, bad, quoted, now, 7);
    CHECK(rounds <= 60);
}

TEST_CASE(
    "A socket is asked for each symbol's own market, or else the first stand-in's", "[provider]")
{
    // Sells in dollars and in two stand-ins, but no ETH in dollars, and nothing in euros.
    struct : market_speller {
        std::optional<market_name>
        spelling(std::string_view base, std::string_view quote) const override
        {
            if (quote == "EUR" || (base == "ETH" && quote == "USD"))
                return std::nullopt;
            return market_name{std::string{base} + "-" + std::string{quote}};
        }
    } at;
    const auto symbols =
        symbol_table::from(std::vector<std::string>{"BTC-USD", "BTC-EUR", "ETH-USD"}).value();
    const std::array standins{usd_standin::usdt, usd_standin::usdc};

    const auto chosen = choose_markets(at, symbols, standins);

    REQUIRE(chosen.markets.size() == 2);
    CHECK(chosen.markets[0].symbol == static_cast<symbol_id>(0));
    CHECK(chosen.markets[0].spelled.name == "BTC-USD");
    CHECK(chosen.markets[1].symbol == static_cast<symbol_id>(2));
    CHECK(chosen.markets[1].spelled.name == "ETH-USDT");
    CHECK(chosen.standins == std::vector{usd_standin::none, usd_standin::none, usd_standin::usdt});
    CHECK(choose_markets(at, symbols, {}).markets.size() == 1);
}
