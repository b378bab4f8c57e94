// Single fields of a provider's answer, whatever type it gave them: the same figure is a string at
// one provider and a number at the next, and sometimes at two addresses of one provider.
//
// Everything here takes a pointer that may be null, which is a field that is not there. `called` is
// what the error's words call the field. No I/O.
#pragma once

#include "core/clock.hpp"
#include "feed/errors.hpp"
#include "feed/quote.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tickertape {

// Null: `of` is null or no object, or has no such member.
const boost::json::value* member(const boost::json::value* of, std::string_view name) noexcept;
// Null: `of` is null or no array, or is too short.
const boost::json::value* element(const boost::json::value* of, std::size_t index) noexcept;

// The rows of an array by their names: hundreds are searched for hundreds. A row without a name is
// left out; of two with the same, the first counts. Names and rows are those of the array.
using named_rows = std::unordered_map<std::string_view, const boost::json::value*>;
using name_of_row = std::optional<std::string_view> (*)(const boost::json::value& row);
named_rows by_name(const boost::json::array& rows, name_of_row name_of);

// None: it is null or no string.
std::optional<std::string_view> text_in(const boost::json::value* at) noexcept;
// A whole number, as a number or as a string of digits: error codes come as both.
std::optional<std::int64_t> integer_in(const boost::json::value* at) noexcept;
// Whether it says zero, as a number or as a string: "0.00000000" too.
bool is_zero(const boost::json::value* at) noexcept;

// A price as a number or as a string with a decimal number in it.
// Errors: feed_errc::missing_field, ::wrong_type, ::bad_price.
fetched<price> price_in(const boost::json::value* at, std::string_view called);

// The best bid and ask. None: one of the fields is not there, so the provider does not say. A side
// that is null or an empty string has nobody on it, which is a price of zero.
// Errors: feed_errc::wrong_type, ::bad_price (negative, not finite, or no number).
fetched<std::optional<book_top>>
book_in(const boost::json::value* bid, const boost::json::value* ask);

enum class time_form {
    rfc3339,       // "2026-06-19T16:43:33.016274911Z"
    seconds,       // since 1970, as a number or as a string of digits
    milliseconds,  // the same
};

// A time between 1970, which providers send for "never", and the year 2500, both excluded.
// Errors: feed_errc::missing_field, ::wrong_type, ::bad_time.
fetched<wall_time> time_in(const boost::json::value* at, time_form form, std::string_view called);

// What the fields of one market say, each read or refused.
struct quote_fields {
    symbol_id symbol;
    fetched<price> value;
    std::optional<fetched<wall_time>> time{};  // none: the provider does not say
    fetched<std::optional<book_top>> book = std::optional<book_top>{};
};

// The quote, or the first of the refusals.
fetched<quote> quote_of(const quote_fields& fields);

}  // namespace tickertape
