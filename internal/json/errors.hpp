// What can be wrong with JSON text, or with the shape of a value read from it.
#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>

namespace tickertape::json {

enum class json_errc {
    not_json = 1,         // the text is not JSON
    too_deep,             // more levels than reader::depth_max
    number_out_of_range,  // a number that is no double
    missing_field,        // a field we need is not there
    wrong_type,           // a field is there, with another type than it should have
};

const boost::system::error_category& json_category() noexcept;
boost::system::error_code make_error_code(json_errc e) noexcept;

}  // namespace tickertape::json

template <>
struct boost::system::is_error_code_enum<tickertape::json::json_errc> : std::true_type {
};
