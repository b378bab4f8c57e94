// Why a tick cannot be read from a tape, or not be put there.
#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>

namespace tickertape::tape {

enum class tape_errc {
    not_yet = 1,   // nothing has been appended there so far
    lapped,        // it has been overwritten by a newer tick
    out_of_order,  // it does not lie after all that is on the tapes
};

const boost::system::error_category& tape_category() noexcept;
boost::system::error_code make_error_code(tape_errc e) noexcept;

}  // namespace tickertape::tape

template <>
struct boost::system::is_error_code_enum<tickertape::tape::tape_errc> : std::true_type {
};
