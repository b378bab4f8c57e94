// Small JSON answers, written as text: numbers come out in the form the contract promises, which a
// general serializer (69420.25 as 6.942025E4) does not.
#pragma once

#include "core/clock.hpp"
#include "core/price.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tickertape::json {

// Text as a JSON string, quotes included.
void append_string(std::string& out, std::string_view text);

// One object, member by member.
class object {
public:
    // Makes room for so many more bytes: a string that grows by itself may hold twice what it
    // needs.
    object& reserve(std::size_t bytes);

    object& text(std::string_view name, std::string_view value);
    object& number(std::string_view name, std::int64_t value);
    object& boolean(std::string_view name, bool value);
    object& value(std::string_view name, price p);
    object& null(std::string_view name);
    // Three decimals. What is not finite is null.
    object& decimal(std::string_view name, double value);
    // The shortest form that reads back to the same double; null if there is none, or if it is not
    // finite.
    object& real(std::string_view name, const std::optional<double>& value);
    // Seconds with three decimals.
    object& seconds(std::string_view name, std::chrono::milliseconds ms);
    // The moment as Unix seconds with three decimals; null if there is none.
    object& time(std::string_view name, const std::optional<wall_time>& at);
    // Milliseconds with three decimals.
    object& milliseconds(std::string_view name, std::chrono::microseconds us);
    // Null if there is no text.
    object& text_or_null(std::string_view name, std::string_view value);
    // A value that is JSON already.
    object& json(std::string_view name, std::string_view value);

    std::string done() &&;

private:
    // The comma, where one is due, the name and the colon.
    void begin(std::string_view name);
    object& thousandths(std::string_view name, std::int64_t count);

    std::string out_{"{"};
};

// One array, element by element.
class array {
public:
    array& text(std::string_view value);
    // An element that is JSON already.
    array& json(std::string_view value);

    std::string done() &&;

private:
    void begin();

    std::string out_{"["};
};

}  // namespace tickertape::json
