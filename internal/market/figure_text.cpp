#include "market/figure_text.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace tickertape::market {

void append_figure(std::string& to, double value)
{
    std::array<char, 400> digits;  // of the largest double there are 309 before the point
    const auto size = std::abs(value);
    const bool is_plain = size == 0 || (size >= 1e-6 && size < 1e21);
    const auto end =
        is_plain ? std::to_chars(digits.begin(), digits.end(), value, std::chars_format::fixed)
                 : std::to_chars(digits.begin(), digits.end(), value);
    to.append(digits.begin(), end.ptr);
}

void append_rounded(std::string& to, double value)
{
    std::array<char, 32> digits;
    const auto end =
        std::to_chars(digits.begin(), digits.end(), value, std::chars_format::general, 6);
    to.append(digits.begin(), end.ptr);
}

std::string scaled_figures(std::string_view figures, double by)
{
    std::string text;
    text.reserve(figures.size() + figures.size() / 4);
    const auto* at = figures.data();
    const auto* const end = at + figures.size();
    while (at != end) {
        double value = 0;
        const auto read = std::from_chars(at, end, value);
        if (read.ec == std::errc{}) {
            append_rounded(text, value * by);
            at = read.ptr;
        } else {
            text += *at++;
        }
    }
    return text;
}

std::string figure_text(const std::optional<double>& value)
{
    if (!value || !std::isfinite(*value))
        return "null";
    std::string text;
    append_figure(text, *value);
    return text;
}

}  // namespace tickertape::market
