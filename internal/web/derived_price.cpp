#include "web/derived_price.hpp"

#include "core/quote.hpp"
#include "core/significant.hpp"
#include "core/symbol.hpp"
#include "core/text.hpp"
#include "market/currency_rates.hpp"
#include "web/problems.hpp"
#include "json/json_text.hpp"

#include <algorithm>

namespace tickertape::web {
namespace {

// As of the prices that DERIVE makes.
constexpr int digits_told = 12;

// "btc-eur" as the symbol of ours in dollars and a currency.
struct wanted_price {
    std::string symbol;
    std::string currency;
    symbol_id leg;
};
std::optional<wanted_price> wanted_of(std::string_view name, const symbol_table& symbols)
{
    const auto symbol = normalized_symbol(name);
    if (!symbol)
        return std::nullopt;
    const auto dash = symbol->rfind('-');
    if (dash == std::string::npos)
        return std::nullopt;
    const auto currency = market::currency_code(std::string_view{*symbol}.substr(dash + 1));
    const auto leg = symbols.find(symbol->substr(0, dash) + "-USD");
    if (!currency || *currency == "USD" || !leg)
        return std::nullopt;
    return wanted_price{*symbol, *currency, *leg};
}

// As for a symbol that nobody has, but with the currencies there are.
http::response no_such_price(const site& s, std::string_view name)
{
    auto told = unknown_symbol(name, s.prices.symbols());
    if (const auto all = known_currencies(s); !all.empty())
        told.accepted += "; and those in USD also in " + all;
    return http::to_response(told);
}

derived_price
of_legs(const wanted_price& wanted, price value, const std::string& source, const rate_of_day& rate)
{
    return {
        .symbol = wanted.symbol,
        .currency = wanted.currency,
        .value = value,
        .source = source,
        .time = {},
        .age = {},
        .is_stale = rate.is_stale,
        .leg = wanted.leg,
        .rate = rate};
}

}  // namespace

std::variant<derived_price, http::response>
derive_price(const site& s, std::string_view name, const http::request& r)
{
    const auto& symbols = s.prices.symbols();
    const auto wanted = wanted_of(name, symbols);
    if (!wanted)
        return no_such_price(s, name);
    const auto found = rate_of(s, wanted->currency, r);
    if (const auto* why = std::get_if<no_rate>(&found)) {
        if (*why == no_rate::here || *why == no_rate::known)
            return no_such_price(s, name);
        return no_rate_for_now(wanted->currency, *why);
    }
    const auto& rate = std::get<rate_of_day>(found);
    const auto observed = s.prices.observed(wanted->leg);  // asked first, so no age is too small
    const auto newest = s.prices.newest_tick(wanted->leg);
    if (!newest || !observed)
        return refusal_for_now(no_price_yet(symbols.name(wanted->leg)));
    const auto product =
        plausible_price(rounded_to_digits(newest->value.value() * rate.value, digits_told));
    if (!product)
        return refusal_for_now(no_price_yet(wanted->symbol));
    auto made = of_legs(
        *wanted, *product,
        "derived: " + std::string{s.sources.name(newest->source)} + ' ' +
            symbols.name(wanted->leg) + " × " + std::string{market::central_bank} + ' ' +
            rate.date + " USD-" + rate.code,
        rate);
    made.time = newest->at.time();
    made.age = staleness::age(*observed, r.boot_now);
    if (rate.is_stale) {
        made.time = std::min(made.time, wall_time{rate.day});
        made.age = std::max<std::chrono::milliseconds>(made.age, r.now - wall_time{rate.day});
    }
    made.is_stale = rate.is_stale || s.stale.is_stale(*observed, r.boot_now);
    return made;
}

std::string price_json(const site& s, const derived_price& of, boot_time now)
{
    json::object legs;
    legs.json("price", price_json(s, of.leg, now)).json("rate", rate_json(of.rate));
    json::object o;
    o.text("symbol", of.symbol).value("price", of.value);
    o.number("timestamp", of.time.time_since_epoch().count() / 1000);
    o.text("source", of.source).seconds("age_seconds", of.age).boolean("stale", of.is_stale);
    o.json("derived_from", std::move(legs).done());
    return std::move(o).done();
}

}  // namespace tickertape::web
