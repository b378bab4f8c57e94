// GET /api/currencies: what a dollar costs in other currencies.
#include "web/site.hpp"

#include "core/staleness.hpp"
#include "market/currency_rates.hpp"
#include "market/figure_text.hpp"
#include "web/currency.hpp"
#include "web/parameters.hpp"
#include "web/problems.hpp"
#include "json/json_text.hpp"

namespace tickertape::web {
namespace {

http::response no_rates(const site& s)
{
    if (s.currencies == nullptr)
        return market_is_off("this server knows no rates of currencies");
    return refusal_for_now(
        {.status = 503,
         .type = "no-rates-yet",
         .detail = "nobody has said a rate of a currency since the start"});
}

http::answer currencies(const site& s, const http::request& r)
{
    if (const auto wrong = wrong_parameters(r.url, {}))
        return http::to_response(*wrong);
    const auto known = s.currencies == nullptr ? nullptr : s.currencies->read(r.boot_now);
    if (!known)
        return no_rates(s);
    json::array all;
    for (const auto& one : known->rates.all) {
        json::object o;
        o.text("code", one.code);
        if (one.is_withheld)
            o.null("rate").text("withheld", "has jumped, and no other day has confirmed it");
        else
            o.json("rate", market::figure_text(one.value));
        all.json(std::move(o).done());
    }
    json::object o;
    o.text("base", "USD").text("date", known->rates.date());
    o.text("source", market::central_bank).text("by", market::frankfurter);
    o.time("updated_at", known->received_at);
    o.seconds("age_seconds", staleness::age(known->received, r.boot_now));
    o.boolean("stale", known->rates.is_stale(r.now));
    o.json("currencies", std::move(all).done());
    return json_response(std::move(o).done());
}

}  // namespace

void add_currency_route(http::router& to, const site& of)
{
    to.add(
        "/api/currencies", [of](const http::request& r) { return currencies(of, r); },
        "what a dollar costs in other currencies, by the European Central Bank");
}

}  // namespace tickertape::web
