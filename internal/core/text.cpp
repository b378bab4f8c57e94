#include "core/text.hpp"

#include <algorithm>

namespace tickertape {

std::string lower_case(std::string_view text)
{
    std::string out{text};
    std::ranges::transform(out, out.begin(), lower);
    return out;
}

std::string upper_case(std::string_view text)
{
    std::string out{text};
    std::ranges::transform(out, out.begin(), upper);
    return out;
}

std::string_view trimmed(std::string_view text) noexcept
{
    constexpr std::string_view blanks = " \t";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string_view> list_items(std::string_view text)
{
    std::vector<std::string_view> items;
    if (trimmed(text).empty())
        return items;
    for (;;) {
        const auto comma = text.find(',');
        items.push_back(trimmed(text.substr(0, comma)));
        if (comma == std::string_view::npos)
            return items;
        text.remove_prefix(comma + 1);
    }
}

}  // namespace tickertape
