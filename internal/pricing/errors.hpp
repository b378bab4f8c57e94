// Why a quote is not used, or why there is no price.
#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>

namespace tickertape::pricing {

enum class pricing_errc {
    stale_quote = 1,
    future_quote,   // further ahead than a clock error explains
    dead_market,    // a side of the book is empty
    absurd_spread,  // too far apart to mean a price
    outside_book,
    outlier,
    no_volume,  // nothing says how much it weighs
    no_quote,
    no_quorum,
    disagreement,  // no majority says the same
};

const boost::system::error_category& pricing_category() noexcept;
boost::system::error_code make_error_code(pricing_errc e) noexcept;

}  // namespace tickertape::pricing

template <>
struct boost::system::is_error_code_enum<tickertape::pricing::pricing_errc> : std::true_type {
};
