#include "transfer/record.hpp"

#include <algorithm>

namespace tickertape::transfer {

unsigned combined_in(std::string_view source) noexcept
{
    const auto begin = source.find('(');
    if (begin == std::string_view::npos || begin == 0 || !source.ends_with(')'))
        return 0;
    return static_cast<unsigned>(std::ranges::count(source.substr(begin), ',')) + 1;
}

std::string_view wrong_with_source(std::string_view name) noexcept
{
    if (name.empty())
        return "the source is empty";
    if (name.size() > source_bytes_max)
        return "the source is longer than 256 bytes";
    const bool is_plain = std::ranges::all_of(
        name, [](unsigned char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
    return is_plain ? "" : "the source has a quote, a backslash or a character that is not ASCII";
}

}  // namespace tickertape::transfer
