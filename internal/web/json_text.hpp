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

namespace tickertape {

// Text as a JSON string, quotes included.
void append_json_string(std::string& out, std::string_view text);

// One object, member by member.
class json_object {
public:
    // Makes room for so many more bytes: a text that grows by itself may hold twice what it needs.
    json_object& reserve(std::size_t bytes);

    json_object& text(std::string_view name, std::string_view value);
    json_object& number(std::string_view name, std::int64_t value);
    json_object& boolean(std::string_view name, bool value);
    json_object& value(std::string_view name, price p);
    json_object& null(std::string_view name);
    // Three decimals. What is not finite is null.
    json_object& decimal(std::string_view name, double value);
    // Seconds with three decimals.
    json_object& seconds(std::string_view name, std::chrono::milliseconds ms);
    // The moment as Unix seconds with three decimals; null where there is none.
    json_object& time(std::string_view name, const std::optional<wall_time>& at);
    // Milliseconds with three decimals.
    json_object& milliseconds(std::string_view name, std::chrono::microseconds us);
    // Null where there is no text.
    json_object& text_or_null(std::string_view name, std::string_view value);
    // A value that is JSON already.
    json_object& json(std::string_view name, std::string_view value);

    std::string done() &&;

private:
    // The comma, where one is due, the name and the colon.
    void begin(std::string_view name);
    json_object& thousandths(std::string_view name, std::int64_t count);

    std::string out_{"{"};
};

// One array, element by element.
class json_array {
public:
    json_array& text(std::string_view value);
    // An element that is JSON already.
    json_array& json(std::string_view value);

    std::string done() &&;

private:
    void begin();

    std::string out_{"["};
};

}  // namespace tickertape
