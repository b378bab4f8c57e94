#include "provider/coin_prices.hpp"

#include "core/fetch_error.hpp"
#include "provider/answer.hpp"
#include "provider/answers.hpp"
#include "provider/errors.hpp"
#include "provider/quote_fields.hpp"
#include "provider/request_text.hpp"
#include "json/errors.hpp"
#include "json/fields.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <vector>

namespace tickertape::provider {
namespace {

std::string listed(std::span<const market> batch, std::string market_name::*part)
{
    std::vector<std::string> all;
    all.reserve(batch.size());
    for (const auto& m : batch)
        all.push_back(m.spelled.*part);
    return comma_list(all);
}

// Whether every member is a currency that was asked for, or the time.
bool holds_only(
    const boost::json::object& coin, std::span<const market> batch, std::string_view time_field)
{
    return std::ranges::all_of(coin, [&](const auto& each) {
        const std::string_view name{each.key().data(), each.key().size()};
        return name == time_field || std::ranges::any_of(batch, [&](const market& m) {
                   return m.spelled.currency == name;
               });
    });
}

}  // namespace

std::string coins_in(std::span<const market> batch)
{
    return listed(batch, &market_name::name);
}

std::string currencies_in(std::span<const market> batch)
{
    return listed(batch, &market_name::currency);
}

std::size_t of_one_currency(std::span<const market> todo) noexcept
{
    const auto other = std::ranges::find_if(
        todo, [&](const market& m) { return m.spelled.currency != todo.front().spelled.currency; });
    return static_cast<std::size_t>(other - todo.begin());
}

answers read_coins(
    std::span<const market> batch, const boost::json::value& coins, std::string_view time_field)
{
    if (!coins.is_object())
        return to_all(batch, {json::json_errc::wrong_type, "the answer is not an object"});
    const auto is_there = [&](const market& m) {
        return json::member(&coins, m.spelled.name) != nullptr;
    };
    if (!coins.get_object().empty() && std::ranges::none_of(batch, is_there))
        return to_all(batch, {json::json_errc::missing_field, "none of the coins asked for"});
    return to_each(batch, [&](const market& m) -> fetched<quote> {
        const auto* coin = json::member(&coins, m.spelled.name);
        if (coin == nullptr)
            return fetch_error{provider_errc::unknown_symbol, "no coin " + m.spelled.name};
        if (!coin->is_object())
            return fetch_error{json::json_errc::wrong_type, m.spelled.name};
        const auto* value = json::member(coin, m.spelled.currency);
        if (value == nullptr)
            return fetch_error{
                holds_only(coin->get_object(), batch, time_field)
                    ? make_error_code(provider_errc::unknown_symbol)
                    : json::make_error_code(json::json_errc::missing_field),
                "no price in " + m.spelled.currency};
        const auto* at = time_field.empty() ? nullptr : json::member(coin, time_field);
        return quote_of(
            {.symbol = m.symbol,
             .value = json::price_in(value, m.spelled.currency),
             .time = json::time_if_any(at, json::time_form::seconds, time_field)});
    });
}

}  // namespace tickertape::provider
