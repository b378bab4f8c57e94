#include "core/price.hpp"

#include <charconv>
#include <cmath>

namespace tickertape {

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

}  // namespace tickertape
