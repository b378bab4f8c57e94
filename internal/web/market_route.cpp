// GET /api/cryptos: the coins with the largest market capitalisation, and the market as a whole.
//
// An answer is made in one go, and all other clients of the lane wait meanwhile. The longest part
// of a row, the week of prices, is text already when it comes here. Measured with a week of prices
// for each coin: an answer with 50 coins has 93 KB and takes 0.2 ms, one with 250 has 466 KB and
// takes 0.5 to 1.2 ms.
#include "web/site.hpp"

#include "core/significant.hpp"
#include "core/text.hpp"
#include "market/board.hpp"
#include "market/figure_text.hpp"
#include "web/currency.hpp"
#include "web/market_request.hpp"
#include "web/problems.hpp"
#include "json/json_text.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tickertape::web {
namespace {

// Of what follows from a rate, which has some five digits.
constexpr int converted_digits = 12;

// What money is shown in. Dollars are shown as the sources say them.
class money_of {
public:
    money_of() = default;
    explicit money_of(rate_of_day rate) : rate_{std::move(rate)} {}

    const std::optional<rate_of_day>& rate() const noexcept { return rate_; }
    std::string code() const { return rate_ ? lower_case(rate_->code) : "usd"; }
    bool is_stale() const noexcept { return rate_ && rate_->is_stale; }

    std::optional<double> figure(const std::optional<double>& dollars) const
    {
        if (!dollars || !rate_ || !std::isfinite(*dollars * rate_->value))
            return dollars;
        return rounded_to_digits(*dollars * rate_->value, converted_digits);
    }
    std::string figures(const std::string& dollars) const
    {
        return rate_ ? market::scaled_figures(dollars, rate_->value) : dollars;
    }

private:
    std::optional<rate_of_day> rate_;
};

constexpr std::string_view no_old_rate =
    "is known in US dollars only: the rate of its day is not known";

// A coin with the price that is shown.
struct shown_coin {
    const market::coin* row;
    std::size_t rank;
    std::optional<tape::symbol_tape::entry> ours{};  // none: the price is that of the table

    double price() const { return ours ? ours->value.value() : row->value.value(); }
};

// Our price, while it is fresh.
std::optional<tape::symbol_tape::entry>
our_price(const site& s, const market::coin& row, boot_time now)
{
    if (!row.streamed)
        return std::nullopt;
    const auto ours = fresh_tick_of(s, *row.streamed, now);
    return ours ? std::optional{ours->newest} : std::nullopt;
}

bool is_found(const market::coin& row, const std::string& search)
{
    if (search.empty())
        return true;
    for (const auto* text : {&row.symbol, &row.name, &row.id})
        if (lower_case(*text).find(search) != std::string::npos)
            return true;
    return false;
}

std::optional<double> figure_of(const shown_coin& one, coin_order by)
{
    switch (by) {
    case coin_order::rank:
    case coin_order::name:
        return static_cast<double>(one.rank);
    case coin_order::price:
        return one.price();
    case coin_order::market_cap:
        return one.row->market_cap;
    case coin_order::volume_24h:
        return one.row->volume_24h;
    case coin_order::change_1h_percent:
        return one.row->change_1h_percent;
    case coin_order::change_24h_percent:
        return one.row->change_24h_percent;
    case coin_order::change_7d_percent:
        return one.row->change_7d_percent;
    }
    return std::nullopt;
}

// Unknown figures come last in both orders, and coins with the same figure in the order of their
// ranks.
void sort(std::vector<shown_coin>& coins, const market_request& wanted)
{
    if (wanted.by == coin_order::name) {
        std::ranges::stable_sort(coins, [&](const shown_coin& a, const shown_coin& b) {
            const auto x = lower_case(a.row->name);
            const auto y = lower_case(b.row->name);
            return wanted.is_descending ? y < x : x < y;
        });
        return;
    }
    std::ranges::stable_sort(coins, [&](const shown_coin& a, const shown_coin& b) {
        const auto x = figure_of(a, wanted.by);
        const auto y = figure_of(b, wanted.by);
        if (!x || !y)
            return x.has_value() && !y.has_value();
        return wanted.is_descending ? *y < *x : *x < *y;
    });
}

std::string withheld_object(const std::vector<market::withheld_figure>& withheld)
{
    json::object o;
    for (const auto& one : withheld)
        o.text(one.figure, one.why);
    return std::move(o).done();
}

std::string
coin_object(const site& s, const shown_coin& one, std::string_view source, const money_of& money)
{
    const auto& row = *one.row;
    json::object o;
    o.reserve(800 + row.sparkline.size());
    const auto figure = [&o](std::string_view name, const std::optional<double>& value) {
        o.json(name, market::figure_text(value));
    };
    const auto amount = [&](std::string_view name, const std::optional<double>& value) {
        figure(name, money.figure(value));
    };
    o.number("rank", static_cast<std::int64_t>(one.rank));
    o.text("id", row.id).text("symbol", row.symbol).text("name", row.name);
    amount("price", one.price());
    o.text("price_source", one.ours ? std::string_view{s.sources.name(one.ours->source)} : source);
    if (one.ours)
        o.text("price_symbol", s.prices.symbols().name(*row.streamed));
    else
        o.null("price_symbol");
    amount("market_cap", row.market_cap);
    amount("volume_24h", row.volume_24h);
    figure("change_1h_percent", row.change_1h_percent);
    figure("change_24h_percent", row.change_24h_percent);
    figure("change_7d_percent", row.change_7d_percent);
    amount("high_24h", row.high_24h);
    amount("low_24h", row.low_24h);
    figure("circulating_supply", row.circulating_supply);
    figure("total_supply", row.total_supply);
    figure("max_supply", row.max_supply);
    // A high of years ago at today's rate would be a price that never was.
    const bool has_ath = !money.rate();
    figure("ath", has_ath ? row.ath : std::nullopt);
    o.time("ath_at", has_ath ? row.ath_at : std::nullopt).time("updated_at", row.updated_at);
    o.boolean("inactive", row.is_inactive);
    auto withheld = row.withheld;
    if (!has_ath && row.ath)
        withheld.push_back({"ath", no_old_rate});
    if (!withheld.empty())
        o.json("withheld", withheld_object(withheld));
    o.json("sparkline", row.sparkline.empty() ? "null" : money.figures(row.sparkline));
    return std::move(o).done();
}

std::string totals_object(const market::totals& whole, const money_of& money)
{
    json::object o;
    o.json("market_cap", market::figure_text(money.figure(whole.market_cap)));
    o.json("volume_24h", market::figure_text(money.figure(whole.volume_24h)));
    o.json(
        "market_cap_change_24h_percent", market::figure_text(whole.market_cap_change_24h_percent));
    o.json("bitcoin_dominance_percent", market::figure_text(whole.bitcoin_dominance_percent));
    o.text("source", whole.source).time("updated_at", whole.updated_at);
    if (!whole.withheld.empty())
        o.json("withheld", withheld_object(whole.withheld));
    return std::move(o).done();
}

http::response no_table(const site& s)
{
    if (s.market == nullptr)
        // Not 503: to wait changes nothing.
        return http::to_response(
            {.status = 404,
             .type = "no-market",
             .detail = "this server has no table of the market: it runs with MARKET=off"});
    return refusal_for_now(
        {.status = 503,
         .type = "no-market-yet",
         .detail = "no source has given a table of the market since the start"});
}

// What was asked for, or why there is none.
std::variant<money_of, http::response>
money_in(const site& s, const std::string& code, const http::request& r)
{
    if (code == "USD")
        return money_of{};
    auto found = rate_of(s, code, r);
    if (auto* rate = std::get_if<rate_of_day>(&found))
        return money_of{std::move(*rate)};
    const auto why = std::get<no_rate>(found);
    if (why == no_rate::yet || why == no_rate::shown)
        return no_rate_for_now(code, why);
    const auto others = lower_case(known_currencies(s));
    return http::to_response(http::bad_parameter(
        "currency", "there are no figures in " + http::quoted(lower_case(code)),
        others.empty() ? "usd" : "usd, " + others));
}

http::answer cryptos(const site& s, const http::request& r)
{
    const auto read = read_market_request(r.url);
    if (const auto* bad = std::get_if<http::problem>(&read))
        return http::to_response(*bad);
    const auto& wanted = std::get<market_request>(read);
    const auto now = s.market == nullptr ? nullptr : s.market->read(r.boot_now);
    if (!now)
        return no_table(s);
    const auto in = money_in(s, wanted.currency, r);
    if (const auto* refused = std::get_if<http::response>(&in))
        return *refused;
    const auto& money = std::get<money_of>(in);

    std::vector<shown_coin> found;
    std::size_t rank = 0;
    for (const auto& row : now->coins.coins) {
        ++rank;
        if (is_found(row, wanted.search))
            found.push_back({&row, rank, our_price(s, row, r.boot_now)});
    }
    sort(found, wanted);
    json::array coins;
    const auto first = std::min((wanted.page - 1) * wanted.limit, found.size());
    const auto last = std::min(first + wanted.limit, found.size());
    for (auto i = first; i < last; ++i)
        coins.json(coin_object(s, found[i], now->coins.source, money));

    json::object o;
    o.text("currency", money.code());
    if (money.rate())
        o.json("rate", rate_json(*money.rate()));
    o.time("updated_at", now->coins.updated_at.value_or(now->received_at));
    o.seconds("age_seconds", now->age(r.boot_now));
    o.text("source", now->coins.source);
    o.boolean("stale", now->is_stale(r.boot_now) || money.is_stale());
    o.number("page", static_cast<std::int64_t>(wanted.page));
    o.number("total", static_cast<std::int64_t>(found.size()));
    o.json("market", now->whole ? totals_object(*now->whole, money) : "null");
    o.json("coins", std::move(coins).done());
    return json_response(std::move(o).done());
}

}  // namespace

void add_market_route(http::router& to, const site& of)
{
    to.add(
        "/api/cryptos",
        [of](const http::request& r) {
            return tape::within_an_era(of.prices, [&] { return cryptos(of, r); });
        },
        "the coins with the largest market capitalisation: limit, page, sort, order, q, currency");
}

}  // namespace tickertape::web
