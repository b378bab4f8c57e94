#include "pricing/quote_checks.hpp"

#include "core/errors.hpp"
#include "pricing/errors.hpp"
#include "pricing/recorded_rows.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

using namespace tickertape;
using namespace tickertape::pricing;
using namespace std::chrono_literals;

TEST_CASE("A quote older than the limit is never shown as live", "[feed]")
{
    const wall_time now{1'700'000'000'000ms};
    const quote_limits limits{.age_max = 120s, .ahead_max = 300s};
    quote q{symbol_id{0}, *price::from(1), now - 120s};

    CHECK_FALSE(check_age(q, now, limits));  // the limit itself is still fresh
    q.upstream_time = now - 120s - 1ms;
    CHECK(check_age(q, now, limits) == pricing_errc::stale_quote);
    q.upstream_time = now + 300s;
    CHECK_FALSE(check_age(q, now, limits));
    q.upstream_time = now + 300s + 1ms;
    CHECK(check_age(q, now, limits) == pricing_errc::future_quote);
    q.upstream_time.reset();
    CHECK_FALSE(check_age(q, now, limits));
}

TEST_CASE("An absurd price is refused", "[feed]")
{
    CHECK_FALSE(plausible_price(0.0));
    CHECK_FALSE(plausible_price(-1.0));
    CHECK_FALSE(plausible_price(1e16));
    CHECK_FALSE(plausible_price(1e-19));
    CHECK_FALSE(plausible_price("1e308"));
    CHECK(plausible_price(1e-14));
    CHECK(plausible_price("102345.678"));
}

namespace {

quote with_book(double last, double bid, double ask)
{
    return {symbol_id{0}, *price::from(last), {}, book_top{bid, ask}};
}

// Of a row of "pair,last,bid,ask": what refuses it, if anything does.
boost::system::error_code refusal(const std::vector<std::string>& row)
{
    const auto last = plausible_price(row.at(1));
    if (!last)
        return last.error();
    return check_book(with_book(last->value(), std::stod(row.at(2)), std::stod(row.at(3))), {});
}

}  // namespace

TEST_CASE("A market of which a side is empty has no price", "[feed]")
{
    CHECK(check_book(with_book(100, 0, 101), {}) == pricing_errc::dead_market);
    CHECK(check_book(with_book(100, 99, 0), {}) == pricing_errc::dead_market);
    CHECK(check_book(with_book(100, 0, 0), {}) == pricing_errc::dead_market);
    CHECK(check_book(with_book(100, -99, 101), {}) == pricing_errc::dead_market);
    CHECK(check_book(with_book(100, std::nan(""), 101), {}) == pricing_errc::dead_market);
    CHECK(check_book(with_book(100, 99, std::nan("")), {}) == pricing_errc::dead_market);
}

TEST_CASE("A market whose sides are too far apart has no price", "[feed]")
{
    CHECK_FALSE(check_book(with_book(100, 95, 105), {.spread_max = 0.10}));
    CHECK(
        check_book(with_book(100, 94.9, 105), {.spread_max = 0.10}) == pricing_errc::absurd_spread);
    CHECK(check_book(with_book(100, 1e-300, 1e300), {}) == pricing_errc::absurd_spread);
    const double infinite = std::numeric_limits<double>::infinity();
    CHECK(check_book(with_book(100, 99, infinite), {}) == pricing_errc::absurd_spread);
    CHECK(check_book(with_book(100, infinite, infinite), {}) == pricing_errc::absurd_spread);
}

TEST_CASE("A book may be crossed for a moment, but not by more than it may be wide", "[feed]")
{
    CHECK_FALSE(check_book(with_book(100, 101, 100), {}));
    CHECK(check_book(with_book(100, 120, 100), {}) == pricing_errc::absurd_spread);
}

TEST_CASE("A last trade far outside the book is no price", "[feed]")
{
    const quote_limits limits{.spread_max = 0.10, .outside_max = 0.01};
    // A book of width 4: it may lie 4 outside.
    CHECK_FALSE(check_book(with_book(94, 98, 102), limits));
    CHECK(check_book(with_book(93.9, 98, 102), limits) == pricing_errc::outside_book);
    CHECK_FALSE(check_book(with_book(106, 98, 102), limits));
    CHECK(check_book(with_book(106.1, 98, 102), limits) == pricing_errc::outside_book);
    // Of a crossed book likewise.
    CHECK_FALSE(check_book(with_book(94, 102, 98), limits));
    CHECK(check_book(with_book(93.9, 102, 98), limits) == pricing_errc::outside_book);
    CHECK(check_book(with_book(106.1, 102, 98), limits) == pricing_errc::outside_book);
    // A narrow one, with its middle at 100: 1 outside.
    CHECK_FALSE(check_book(with_book(98.97, 99.97, 100.03), limits));
    CHECK(check_book(with_book(98.96, 99.97, 100.03), limits) == pricing_errc::outside_book);
    CHECK(check_book(with_book(101.04, 99.97, 100.03), limits) == pricing_errc::outside_book);
}

TEST_CASE("A quote without a book is not refused for it", "[feed]")
{
    CHECK_FALSE(check_book({symbol_id{0}, *price::from(100)}, {}));
}

TEST_CASE("Kraken's dead and deserted markets are refused, and its living ones are not", "[feed]")
{
    std::map<std::string, int> counts;
    int living = 0;
    const auto rows = testing::recorded_rows("kraken.books.2026-06-24.csv");
    REQUIRE(rows.size() == 201);
    for (const auto& row : rows) {
        const auto why = refusal(row);
        ++counts[why ? why.message() : "none"];
        for (const auto* const pair : {"BTC/USD", "ETH/BTC", "PEPE/USD"})
            living += !why && row[0] == pair;
    }
    CHECK(counts["none"] == 14);
    CHECK(living == 3);
    // Of those that never traded, 19 lack a side as well, and 76 are wider than a tenth.
    CHECK(counts[make_error_code(core_errc::implausible_price).message()] == 108);
    CHECK(counts[make_error_code(pricing_errc::absurd_spread).message()] == 77);
    CHECK(counts[make_error_code(pricing_errc::outside_book).message()] == 2);
    CHECK(counts.size() == 4);
}

TEST_CASE("Most markets that never traded are dead by their book alone", "[feed]")
{
    std::map<std::string, int> counts;
    for (const auto& row : testing::recorded_rows("kraken.books.2026-06-24.csv")) {
        if (plausible_price(row.at(1)))
            continue;
        const double bid = std::stod(row.at(2));
        const double ask = std::stod(row.at(3));
        const double middle = std::max((bid + ask) / 2, 1e-9);
        const auto why = check_book(with_book(middle, bid, ask), {});
        ++counts[why ? why.message() : "none"];
    }
    CHECK(counts[make_error_code(pricing_errc::dead_market).message()] == 19);
    CHECK(counts[make_error_code(pricing_errc::absurd_spread).message()] == 76);
    CHECK(counts["none"] == 13);
}
