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
#include "web/coin_json.hpp"
#include "web/currency.hpp"
#include "web/market_request.hpp"
#include "web/problems.hpp"
#include "web/topics.hpp"
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

// A part is a place in the table: where two coins change places, both parts change. Prices are the
// table's, because ours are ticks of the same stream.
topic_text market_topic(const site& s, const market::snapshot& known, boot_time now)
{
    hub::topic_state state{.event = "market", .head = {}, .list = "coins", .parts = {}};
    std::size_t rank = 0;
    for (const auto& row : known.coins.coins) {
        ++rank;
        state.parts.push_back(
            {.key = std::to_string(rank),
             .text = coin_object(s, {&row, rank}, known.coins.source, {}, week::left_out)});
    }
    json::object head;
    head.text("currency", "usd");
    head.time("updated_at", known.coins.updated_at.value_or(known.received_at));
    head.text("source", known.coins.source).boolean("stale", known.is_stale(now));
    head.number("total", static_cast<std::int64_t>(rank));
    head.json("market", known.whole ? totals_object(*known.whole, {}) : "null");
    state.head = members_of(std::move(head).done());
    return std::make_shared<const hub::topic_state>(std::move(state));
}

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
