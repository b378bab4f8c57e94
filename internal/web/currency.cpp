#include "web/currency.hpp"

#include "market/currency_rates.hpp"
#include "market/figure_text.hpp"
#include "web/problems.hpp"
#include "json/json_text.hpp"

namespace tickertape::web {

std::variant<rate_of_day, no_rate>
rate_of(const site& s, std::string_view code, const http::request& r)
{
    if (s.currencies == nullptr)
        return no_rate::here;
    const auto known = s.currencies->read(r.boot_now);
    if (!known)
        return no_rate::yet;
    const auto* rate = known->rates.find(code);
    if (rate == nullptr)
        return no_rate::known;
    if (rate->is_withheld)
        return no_rate::shown;
    return rate_of_day{
        rate->code, rate->value, known->rates.day, known->rates.date(),
        known->rates.is_stale(r.now)};
}

std::string known_currencies(const site& s)
{
    std::string all;
    if (const auto known = s.currencies == nullptr ? nullptr : s.currencies->newest())
        for (const auto& one : known->rates.all)
            all += (all.empty() ? "" : ", ") + one.code;
    return all;
}

http::response no_rate_for_now(std::string_view code, no_rate why)
{
    const std::string name{code};
    if (why == no_rate::shown)
        return refusal_for_now(
            {.status = 503,
             .type = "rate-withheld",
             .detail = "the rate of " + name +
                       " has jumped, and is withheld until another day confirms it"});
    return refusal_for_now(
        {.status = 503,
         .type = "no-rates-yet",
         .detail = "nobody has said the rate of " + name + " since the start"});
}

std::string rate_json(const rate_of_day& rate)
{
    json::object o;
    o.text("pair", "USD-" + rate.code).json("value", market::figure_text(rate.value));
    o.text("source", market::central_bank).text("date", rate.date);
    o.boolean("stale", rate.is_stale);
    return std::move(o).done();
}

}  // namespace tickertape::web
