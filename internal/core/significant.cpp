#include "core/significant.hpp"

#include <cassert>
#include <charconv>
#include <cmath>

namespace tickertape {

// By way of the decimal text, which is what is meant: scaling by a power of ten would add the very
// noise that is to be removed.
double rounded_to_digits(double value, int digits) noexcept
{
    assert(std::isfinite(value) && digits >= 1 && digits <= 17);
    char text[32];  // -1.2345678901234567e-308 has 24
    const auto end =
        std::to_chars(text, text + sizeof text, value, std::chars_format::scientific, digits - 1);
    double rounded = value;
    std::from_chars(text, end.ptr, rounded);
    return rounded;
}

int digits_of(double value) noexcept
{
    assert(std::isfinite(value));
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific);
    int digits = 0;
    for (const char* at = text; at != end.ptr && *at != 'e'; ++at)
        digits += *at >= '0' && *at <= '9' ? 1 : 0;
    return digits;
}

}  // namespace tickertape
