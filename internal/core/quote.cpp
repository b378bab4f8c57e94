#include "core/quote.hpp"

namespace tickertape {
namespace {

result<price> plausible(const result<price>& p) noexcept
{
    if (!p || p->value() < price_min || p->value() > price_max)
        return core_errc::implausible_price;
    return *p;
}

}  // namespace

result<price> plausible_price(double value) noexcept
{
    return plausible(price::from(value));
}

result<price> plausible_price(std::string_view decimal) noexcept
{
    return plausible(price::parse(decimal));
}

}  // namespace tickertape
