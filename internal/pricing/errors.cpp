#include "pricing/errors.hpp"

#include "core/enum_category.hpp"

#include <string>

namespace tickertape::pricing {
namespace {

std::string text(pricing_errc e)
{
    switch (e) {
    case pricing_errc::stale_quote:
        return "the price is too old to be shown as live";
    case pricing_errc::future_quote:
        return "the price is from the future";
    case pricing_errc::dead_market:
        return "nobody trades in this market";
    case pricing_errc::absurd_spread:
        return "bid and ask are too far apart";
    case pricing_errc::outside_book:
        return "the last trade is far from bid and ask";
    case pricing_errc::outlier:
        return "too far from what the other providers say";
    case pricing_errc::no_volume:
        return "no volume is known to weigh it by";
    case pricing_errc::no_quote:
        return "no provider says a price";
    case pricing_errc::no_quorum:
        return "too few providers say a price";
    case pricing_errc::disagreement:
        return "the providers disagree";
    }
    return "unknown error";
}

}  // namespace

const boost::system::error_category& pricing_category() noexcept
{
    static const enum_category<pricing_errc> instance{"tickertape.pricing", text};
    return instance;
}

boost::system::error_code make_error_code(pricing_errc e) noexcept
{
    return {static_cast<int>(e), pricing_category()};
}

}  // namespace tickertape::pricing
