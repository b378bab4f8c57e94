#include "market/kept_currencies.hpp"

#include "core/noted_time.hpp"
#include "json/json_text.hpp"
#include "json/own_members.hpp"

#include <cstdint>
#include <utility>

namespace tickertape::market {
namespace {

constexpr std::string_view what = "currencies";
constexpr std::int64_t version = 1;

}  // namespace

std::string write_kept(const currency_snapshot& shown)
{
    json::array rates;
    for (const auto& one : shown.rates.all) {
        json::object rate;
        rate.text("code", one.code).real("value", one.value).boolean("withheld", one.is_withheld);
        rates.json(std::move(rate).done());
    }
    json::object text;
    text.text("kept", what).number("version", version);
    text.number("received_at", shown.received_at.time_since_epoch().count());
    text.number("day", wall_time{shown.rates.day}.time_since_epoch().count());
    text.json("rates", std::move(rates).done());
    return std::move(text).done();
}

fetched<currency_snapshot> read_kept_currencies(std::string_view text, const moment& now)
{
    const auto body = json::read_own(text, what, version);
    if (!body)
        return body.error();
    json::own_members from{&*body};
    const auto received_at = from.time("received_at");
    currency_rates rates;
    rates.day = std::chrono::floor<std::chrono::days>(from.time("day"));
    for (const auto& row : from.list("rates", currencies_max)) {
        json::own_members one{&row};
        currency_rate rate{
            .code = one.text("code", 3),
            .value = one.real("value"),
            .is_withheld = one.boolean("withheld")};
        if (one.is_spoilt())
            return one.why();
        const bool is_in_order = rates.all.empty() || rates.all.back().code < rate.code;
        if (!is_in_order || currency_code(rate.code) != rate.code || rate.value < rate_min ||
            rate.value > rate_max)
            from.spoil("rates");
        rates.all.push_back(std::move(rate));
    }
    if (from.is_spoilt())
        return from.why();
    return currency_snapshot{
        .rates = std::move(rates),
        .received = received_by(received_at, now),
        .received_at = received_at};
}

}  // namespace tickertape::market
