#include "core/price.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tickertape {
namespace {

// digits * 10^exponent.
struct decimal {
    std::string digits;
    int exponent = 0;
};

decimal shortest(double value)
{
    char buffer[32];
    const auto end =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
    const std::string_view text{buffer, end};  // 6.942025e+04
    const auto e = text.find('e');
    decimal d;
    for (const char c : text.substr(0, e))
        if (c != '.')
            d.digits += c;
    const auto power = text.substr(text[e + 1] == '+' ? e + 2 : e + 1);
    std::from_chars(power.data(), power.data() + power.size(), d.exponent);
    d.exponent -= static_cast<int>(d.digits.size()) - 1;
    return d;
}

}  // namespace

result<price> price::from(double value) noexcept
{
    if (!std::isfinite(value))
        return core_errc::bad_price;
    if (value <= 0)
        return core_errc::price_not_positive;
    return price{value};
}

result<price> price::parse(std::string_view text) noexcept
{
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc{} || read.ptr != end)
        return core_errc::bad_price;
    return from(value);
}

char* price::write(char* out) const noexcept
{
    return std::to_chars(out, out + text_bytes_max, value_).ptr;
}

std::string price::text() const
{
    char buffer[text_bytes_max];
    return {buffer, write(buffer)};
}

double difference(price to, price from)
{
    auto larger = shortest(std::max(to.value(), from.value()));
    auto smaller = shortest(std::min(to.value(), from.value()));
    // As whole numbers of one unit: at most some 650 digits.
    const auto unit = std::min(larger.exponent, smaller.exponent);
    for (auto* d : {&larger, &smaller})
        d->digits.append(static_cast<std::size_t>(d->exponent - unit), '0');
    smaller.digits.insert(0, larger.digits.size() - smaller.digits.size(), '0');
    int borrowed = 0;
    for (auto i = larger.digits.size(); i-- > 0;) {
        const int digit = larger.digits[i] - smaller.digits[i] - borrowed;
        borrowed = digit < 0;
        larger.digits[i] = static_cast<char>('0' + digit + 10 * borrowed);
    }
    const auto text = larger.digits + 'e' + std::to_string(unit);
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return to.value() < from.value() ? -value : value;
}

}  // namespace tickertape
