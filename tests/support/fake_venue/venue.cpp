#include "support/fake_venue/venue.hpp"

#include "support/fake_venue/venues/venues.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace fake_venue {
namespace {

using namespace std::chrono_literals;

struct venue_row {
    std::string_view name;
    std::unique_ptr<venue> (*make)(std::size_t place, const market& behind);
};

constexpr std::array rows{
    venue_row{"coinbase", &make_coinbase},
    venue_row{"kraken", &make_kraken},
    venue_row{"bitstamp", &make_bitstamp},
    venue_row{"gemini", &make_gemini},
    venue_row{"coingecko", &make_coingecko},
    venue_row{"binance", &make_binance},
    venue_row{"bitfinex", &make_bitfinex},
    venue_row{"okx", &make_okx},
    venue_row{"coinmarketcap", &make_coinmarketcap},
    venue_row{"cryptocompare", &make_cryptocompare},
};

venue_quote scaled(const venue_quote& quote, double factor)
{
    return {quote.last * factor, quote.bid * factor, quote.ask * factor};
}

venue_quote dead(const venue_quote& quote, std::string_view form)
{
    if (form == "spread")
        return {quote.last, quote.last * 0.75, quote.last * 1.25};
    return {quote.last, 0, quote.ask};
}

venue_quote bent(const venue_quote& honest, const fault& how)
{
    switch (how.kind) {
    case fault_kind::zero_price:
        return scaled(honest, 0);
    case fault_kind::negative_price:
        return scaled(honest, -1);
    case fault_kind::price_1e308:
        return {1e308, 1e308, 1e308};
    case fault_kind::off_price:
        return scaled(honest, how.factor);
    case fault_kind::dead_market:
        return dead(honest, how.form);
    default:
        return honest;
    }
}

}  // namespace

void venue_socket::add(subscription wanted)
{
    if (std::ranges::find(subscriptions_, wanted) == subscriptions_.end())
        subscriptions_.push_back(std::move(wanted));
}

void venue_socket::remove(const subscription& unwanted)
{
    std::erase(subscriptions_, unwanted);
}

std::string venue::words_of(int status) const
{
    return message_body(status == 429 ? "Too many requests" : "Status " + std::to_string(status));
}

std::unique_ptr<venue_socket> venue::open_socket(const http_request&) const
{
    return nullptr;
}

void venue::misbehave(fault how)
{
    fault_ = std::move(how);
    frozen_.clear();
    if (fault_.kind == fault_kind::frozen)
        for (std::size_t pair = 0; pair < pairs().size(); ++pair)
            frozen_.push_back(market_.quote(place_, pair));
}

std::optional<std::size_t> venue::find(const std::string& name) const
{
    const auto found = spelled_.find(name);
    if (found == spelled_.end() || !sells(found->second))
        return std::nullopt;
    return found->second;
}

bool venue::sells(std::size_t pair) const
{
    return fault_.kind != fault_kind::bad_symbol || pairs()[pair].symbol != fault_.symbol;
}

shown_quote venue::shown(std::size_t pair) const
{
    const auto& honest = frozen_.empty() ? market_.quote(place_, pair) : frozen_[pair];
    const auto quote = bent(honest, fault_);
    return {quote.last, quote.bid,
            quote.ask,  pairs()[pair].decimals,
            clock(),    1'000'000 + market_.steps()};
}

wall_time venue::clock() const
{
    if (fault_.kind == fault_kind::frozen)
        return fault_.since;
    return fault_.kind == fault_kind::old_time ? wall_now() - 1h : wall_now();
}

void venue::for_each_pair(const pair_visitor& visit) const
{
    for (std::size_t pair = 0; pair < pairs().size(); ++pair)
        visit(pairs()[pair].base, pairs()[pair].quote, pair);
    for (std::size_t pair = 0; pair < pairs().size(); ++pair)
        if (pairs()[pair].quote == "USD")
            for (const auto* stable : {"USDT", "USDC"})
                visit(pairs()[pair].base, stable, pair);
}

void venue::spell(std::string name, std::size_t pair)
{
    spelled_.emplace(std::move(name), pair);
}

std::string message_body(std::string_view text)
{
    std::string body;
    append(body, R"({"message":")", text, R"("})");
    return body;
}

std::string_view text_at(const boost::json::value& of, std::string_view key)
{
    const auto* const object = of.if_object();
    const auto* const value = object != nullptr ? object->if_contains(key) : nullptr;
    if (value == nullptr || !value->is_string())
        return {};
    return {value->get_string().data(), value->get_string().size()};
}

std::vector<std::string> texts_at(const boost::json::value& of, std::string_view key)
{
    std::vector<std::string> all;
    const auto* const object = of.if_object();
    const auto* const value = object != nullptr ? object->if_contains(key) : nullptr;
    if (value != nullptr && value->is_array())
        for (const auto& one : value->get_array())
            if (one.is_string())
                all.emplace_back(one.get_string().data(), one.get_string().size());
    return all;
}

std::vector<std::string> venue_names()
{
    std::vector<std::string> names;
    for (const auto& row : rows)
        names.emplace_back(row.name);
    return names;
}

std::unique_ptr<venue> make_venue(const std::string& name, std::size_t place, const market& behind)
{
    const auto* const row = std::ranges::find(rows, name, &venue_row::name);
    if (row == rows.end())
        throw std::runtime_error{"no such venue: " + name};
    return row->make(place, behind);
}

}  // namespace fake_venue
