#include "pricing/quote_checks.hpp"

#include "core/timestamp.hpp"
#include "pricing/errors.hpp"

#include <algorithm>
#include <cmath>

namespace tickertape::pricing {

boost::system::error_code
check_age(const quote& q, wall_time now, const quote_limits& limits) noexcept
{
    if (!q.upstream_time)
        return {};
    if (now - *q.upstream_time > limits.age_max)
        return pricing_errc::stale_quote;
    if (*q.upstream_time - now > limits.ahead_max)
        return pricing_errc::future_quote;
    return {};
}

boost::system::error_code check_book(const quote& q, const quote_limits& limits) noexcept
{
    if (!q.book)
        return {};
    const auto [bid, ask] = *q.book;
    if (!(bid > 0) || !(ask > 0))
        return pricing_errc::dead_market;
    // A book may be crossed for a moment, because its sides are not read at one: by as much as it
    // may be wide.
    const double middle = bid / 2 + ask / 2;
    const double room = limits.spread_max * middle;
    if (!std::isfinite(room) || !(std::abs(ask - bid) <= room))
        return pricing_errc::absurd_spread;
    // A last trade from before the book moved on is no price of now.
    const double last = q.value.value();
    const double beside = std::max(std::abs(ask - bid), limits.outside_max * middle);
    if (last < std::min(bid, ask) - beside || last > std::max(bid, ask) + beside)
        return pricing_errc::outside_book;
    return {};
}

fetch_error refusal_of(const quote& q, const boost::system::error_code& why, wall_time now)
{
    if (q.upstream_time && why == pricing_errc::stale_quote)
        return {why, words_of_span(now - *q.upstream_time) + " old by this machine's clock"};
    if (q.upstream_time && why == pricing_errc::future_quote)
        return {why, words_of_span(*q.upstream_time - now) + " ahead of this machine's clock"};
    if (!q.book)
        return {why};
    const auto side = [](double value) {
        const auto p = price::from(value);
        return p ? p->text() : std::string{"0"};
    };
    return {
        why,
        "bid " + side(q.book->bid) + ", ask " + side(q.book->ask) + ", last " + q.value.text()};
}

}  // namespace tickertape::pricing
