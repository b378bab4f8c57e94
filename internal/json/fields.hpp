// Single fields of what a provider says, over REST or its socket, whatever type it gave them: the
// same figure is a string at one provider and a number at the next, and sometimes at two addresses
// of one provider.
//
// Everything here takes a pointer that may be null, which is a field that is not there; so is one
// that is null in the JSON. `called` is what the error's words call the field. What can be read
// allocates nothing: sockets send hundreds of prices a second. No I/O.
#pragma once

#include "core/clock.hpp"
#include "core/fetch_error.hpp"
#include "core/price.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace tickertape::json {

// Null: `of` is null or no object, or has no such member.
const boost::json::value* member(const boost::json::value* of, std::string_view name) noexcept;
// Null: `of` is null or no array, or is too short.
const boost::json::value* element(const boost::json::value* of, std::size_t index) noexcept;

// None: it is null or no string.
std::optional<std::string_view> text_in(const boost::json::value* at) noexcept;
// A whole number, as a number or as a string of digits: error codes come as both.
std::optional<std::int64_t> integer_in(const boost::json::value* at) noexcept;
// Whether it says zero, as a number or as a string: "0.00000000" too.
bool is_zero(const boost::json::value* at) noexcept;

// A price as a number or as a string with a decimal number in it.
// Errors: json_errc::missing_field, ::wrong_type, ::bad_price.
fetched<price> price_in(const boost::json::value* at, std::string_view called);

// A figure as a number or as a string of it: any double. None: it is neither.
std::optional<double> number_in(const boost::json::value& at) noexcept;

enum class time_form {
    rfc3339,       // "2026-06-19T16:43:33.016274911Z"
    seconds,       // since 1970, as a number or as a string of digits
    milliseconds,  // the same
    microseconds,  // the same
};

// A time between 1970, which providers send for "never", and the year 2500, both excluded. What is
// finer than a millisecond is rounded up.
// Errors: json_errc::missing_field, ::wrong_type, ::bad_time.
fetched<wall_time> time_in(const boost::json::value* at, time_form form, std::string_view called);
// The same of a time the provider does not always send. None: it is not there.
std::optional<fetched<wall_time>>
time_if_any(const boost::json::value* at, time_form form, std::string_view called);

}  // namespace tickertape::json
