#include "provider/quote_fields.hpp"

#include "core/errors.hpp"
#include "provider/errors.hpp"
#include "json/errors.hpp"
#include "json/fields.hpp"

#include <cmath>

namespace tickertape::provider {
namespace {

fetched<double> side_in(const boost::json::value& at, std::string_view called)
{
    const auto text = json::text_in(&at);
    if (at.is_null() || (text && text->empty()))
        return 0.0;
    if (!at.is_number() && !text)
        return fetch_error{json::json_errc::wrong_type, std::string{called}};
    const auto side = json::number_in(at);
    if (!side || !std::isfinite(*side) || *side < 0)
        return fetch_error{core_errc::implausible_price, std::string{called}};
    return *side;
}

bool is_empty(const fetched<std::optional<book_top>>& book) noexcept
{
    return book && *book && (*book)->bid == 0 && (*book)->ask == 0;
}

// In the base currency; the mean price of the day is not known, so that the newest stands for it.
std::optional<double> volume_of(const quote_fields& fields)
{
    if (fields.volume == nullptr)
        return std::nullopt;
    const auto said = json::number_in(*fields.volume);
    if (!said)
        return std::nullopt;
    const double volume =
        fields.volume_in == volume_unit::quote ? *said / fields.value->value() : *said;
    if (!(volume > 0) || !(volume <= volume_max))
        return std::nullopt;
    return volume;
}

}  // namespace

fetched<std::optional<book_top>>
book_in(const boost::json::value* bid, const boost::json::value* ask)
{
    if (bid == nullptr || ask == nullptr)
        return std::optional<book_top>{};
    const auto best_bid = side_in(*bid, "bid");
    if (!best_bid)
        return best_bid.error();
    const auto best_ask = side_in(*ask, "ask");
    if (!best_ask)
        return best_ask.error();
    return std::optional{book_top{.bid = *best_bid, .ask = *best_ask}};
}

fetched<quote> quote_of(const quote_fields& fields)
{
    if (json::is_zero(fields.volume))
        return fetch_error{provider_errc::dead_market, "no trade in 24h"};
    if (!fields.value && is_empty(fields.book))
        return fetch_error{provider_errc::dead_market};
    if (!fields.value)
        return fields.value.error();
    if (fields.time && !*fields.time)
        return fields.time->error();
    if (!fields.book)
        return fields.book.error();
    quote q{.symbol = fields.symbol, .value = *fields.value, .book = *fields.book};
    if (fields.time)
        q.upstream_time = **fields.time;
    q.volume_24h = volume_of(fields);
    return q;
}

}  // namespace tickertape::provider
