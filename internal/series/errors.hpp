// Why a question about a series of prices has no answer.
#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>

namespace tickertape::series {

enum class series_errc {
    unknown_interval = 1,
    too_many_candles,  // more than candles_max
    too_many_points,   // more than points_max
    no_points,
    times_go_back,  // a point is earlier than the one before it
    bad_period,     // not 1 to period_max
    bad_width,      // a band of no width, or of more than width_max deviations
};

// The message of unknown_interval names the intervals there are.
const boost::system::error_category& series_category() noexcept;
boost::system::error_code make_error_code(series_errc e) noexcept;

}  // namespace tickertape::series

template <>
struct boost::system::is_error_code_enum<tickertape::series::series_errc> : std::true_type {
};
