#include "feed/providers/coin_prices.hpp"

#include "feed/json_fields.hpp"
#include "feed/provider_answer.hpp"
#include "feed/request_text.hpp"

#include <algorithm>
#include <vector>

namespace tickertape {
namespace {

std::string listed(std::span<const market> batch, std::string market_name::*part)
{
    std::vector<std::string> all;
    all.reserve(batch.size());
    for (const auto& m : batch)
        all.push_back(m.spelled.*part);
    return comma_list(all);
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

fetched<const boost::json::value*> coin_in(const boost::json::value* coins, std::string_view name)
{
    const auto* coin = member(coins, name);
    if (coin == nullptr)
        return fetch_error{feed_errc::unknown_symbol, "no coin " + std::string{name}};
    if (!coin->is_object())
        return fetch_error{feed_errc::wrong_type, std::string{name}};
    return coin;
}

fetched<const boost::json::value*>
in_currency(const boost::json::value* currencies, const market& m)
{
    const auto* found = member(currencies, m.spelled.currency);
    if (found == nullptr)
        return fetch_error{feed_errc::unknown_symbol, "no price in " + m.spelled.currency};
    return found;
}

answers read_coins(
    std::span<const market> batch, const boost::json::value& coins, std::string_view time_field)
{
    if (!coins.is_object())
        return to_all(batch, {feed_errc::wrong_type, "the answer is not an object"});
    return to_each(batch, [&](const market& m) -> fetched<quote> {
        const auto coin = coin_in(&coins, m.spelled.name);
        if (!coin)
            return coin.error();
        const auto value = in_currency(*coin, m);
        if (!value)
            return value.error();
        const auto* at = time_field.empty() ? nullptr : member(*coin, time_field);
        return quote_of(
            {.symbol = m.symbol,
             .value = price_in(*value, m.spelled.currency),
             .time = time_if_any(at, time_form::seconds, time_field)});
    });
}

}  // namespace tickertape
