// What can be wrong with a line of a recording or of the pipe. Faults of its JSON are json_errc.
#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>

namespace tickertape::synthetic {

enum class synthetic_errc {
    symbol_missing = 1,
    unknown_symbol,    // not one of those configured
    line_too_long,     // over the limit for one line
    no_usable_column,  // a recording without a price or a time
};

const boost::system::error_category& synthetic_category() noexcept;
boost::system::error_code make_error_code(synthetic_errc e) noexcept;

}  // namespace tickertape::synthetic

template <>
struct boost::system::is_error_code_enum<tickertape::synthetic::synthetic_errc> : std::true_type {
};
