// The errors of values from outside that do not become one of our types.
#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace tickertape {

enum class core_errc {
    bad_position = 1,
    bad_price,
    price_not_positive,
    bad_symbol,
    too_many_symbols,
    bad_timestamp,
    too_many_sources,
    implausible_price,  // no number, or one that no market has
    implausible_time,   // no time, or one that no market has
};

const boost::system::error_category& core_category() noexcept;
boost::system::error_code make_error_code(core_errc e) noexcept;

// The return type of functions that can fail because of the outside world.
using boost::system::result;

}  // namespace tickertape

template <>
struct boost::system::is_error_code_enum<tickertape::core_errc> : std::true_type {
};
