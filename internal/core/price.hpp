// A price in the quote currency of its symbol. Every object is finite and greater than zero.
//
// It is a double because the contract is a JSON number: the shortest text that reads back to the
// same double, which is the text the provider sent for any price of up to 15 digits.
#pragma once

#include "core/errors.hpp"

#include <string>
#include <string_view>

namespace tickertape {

class price {
public:
    // The longest shortest form of a double: -1.7976931348623157e+308.
    static constexpr std::size_t text_bytes_max = 24;

    // Errors: core_errc::bad_price (not finite), ::price_not_positive.
    static result<price> from(double value) noexcept;
    // Reads a decimal number, correctly rounded: "69420.25", "88927", "1e-08".
    // Errors: core_errc::bad_price (no number, or something beside it), ::price_not_positive.
    static result<price> parse(std::string_view text) noexcept;

    double value() const noexcept { return value_; }
    // Writes the shortest form to `out`, which has room for text_bytes_max, and returns its end.
    char* write(char* out) const noexcept;
    std::string text() const;

    friend bool operator==(price, price) noexcept = default;

private:
    explicit price(double value) noexcept : value_{value} {}

    double value_;
};

// The difference of the decimal numbers that text() writes, and of it the nearest double: 3098.66,
// where that of the doubles is 3098.6600000000035. Positive if `to` is the larger one.
double difference(price to, price from);

}  // namespace tickertape
