// A message of a stream as JSON, and its fields as prices and times. What a provider documents is
// not taken on trust: a field may be missing, null, or of any type.
//
// Threads: one per message_reader.
#pragma once

#include "core/clock.hpp"
#include "feed/json_fields.hpp"
#include "feed/json_reader.hpp"
#include "feed/quote.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tickertape {

// Reads message after message into the same memory: a usual one allocates nothing.
class message_reader {
public:
    message_reader() = default;
    message_reader(const message_reader&) = delete;
    message_reader& operator=(const message_reader&) = delete;

    // The value is gone with the next call. Errors: as json_reader::read().
    result<boost::json::value> read(std::string_view message);

private:
    // Several times the tree of any message seen; a larger one comes from the heap.
    static constexpr std::size_t usual_bytes_max = 16 * 1024;

    std::array<unsigned char, usual_bytes_max> memory_;
    std::optional<boost::json::monotonic_resource> storage_;
    json_reader reader_;
};

// Null: it has no such member.
const boost::json::value* member(const boost::json::object& of, std::string_view name) noexcept;
// Null: it is not there or not of that type.
const boost::json::object* object_at(const boost::json::object& of, std::string_view name) noexcept;
const boost::json::array* array_at(const boost::json::object& of, std::string_view name) noexcept;
// Empty: it is not there or no string.
std::string_view text_at(const boost::json::object& of, std::string_view name) noexcept;
std::string_view text_of(const boost::json::value& from) noexcept;
// A JSON integer. None: anything else.
std::optional<std::int64_t>
integer_at(const boost::json::object& of, std::string_view name) noexcept;

// Errors: feed_errc::missing_field (null too), ::wrong_type, ::bad_price.
result<price> price_at(const boost::json::object& of, std::string_view name) noexcept;

// None where a side is missing or null. A side of 0 is one nobody offers, and stays.
// Errors: feed_errc::wrong_type, ::bad_price (negative, or no number).
result<std::optional<book_top>>
book_at(const boost::json::object& of, std::string_view bid, std::string_view ask) noexcept;

// None where it is missing or null: not every message has a time, and one without is as old as its
// arrival. Integers may be JSON numbers or strings of digits.
// Errors: feed_errc::wrong_type, ::bad_time (not between 1970 and 2500).
result<std::optional<wall_time>>
rfc3339_at(const boost::json::object& of, std::string_view name) noexcept;
result<std::optional<wall_time>>
unix_milliseconds_at(const boost::json::object& of, std::string_view name) noexcept;
result<std::optional<std::chrono::sys_time<std::chrono::microseconds>>>
unix_microseconds_at(const boost::json::object& of, std::string_view name) noexcept;

}  // namespace tickertape
