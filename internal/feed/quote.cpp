#include "feed/quote.hpp"

namespace tickertape {
namespace {

result<price> plausible(const result<price>& p) noexcept
{
    if (!p || p->value() < price_min || p->value() > price_max)
        return feed_errc::bad_price;
    return *p;
}

}  // namespace

void answer_rest(answers& into, const fetch_error& error)
{
    for (auto& answer : into)
        if (!answer)
            answer.emplace(error);
}

result<price> plausible_price(double value) noexcept
{
    return plausible(price::from(value));
}

result<price> plausible_price(std::string_view decimal) noexcept
{
    return plausible(price::parse(decimal));
}

boost::system::error_code
check_age(const quote& q, wall_time now, const fetch_settings& limits) noexcept
{
    if (!q.upstream_time)
        return {};
    if (now - *q.upstream_time > limits.quote_age_max)
        return feed_errc::stale_quote;
    if (*q.upstream_time - now > limits.quote_ahead_max)
        return feed_errc::future_quote;
    return {};
}

}  // namespace tickertape
