#include "feed/list_items.hpp"

namespace tickertape {

std::string_view without_blanks(std::string_view text) noexcept
{
    const auto from = text.find_first_not_of(" \t");
    if (from == std::string_view::npos)
        return {};
    return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

std::vector<std::string_view> list_items(std::string_view text)
{
    std::vector<std::string_view> items;
    if (without_blanks(text).empty())
        return items;
    for (;;) {
        const auto comma = text.find(',');
        items.push_back(without_blanks(text.substr(0, comma)));
        if (comma == std::string_view::npos)
            return items;
        text.remove_prefix(comma + 1);
    }
}

}  // namespace tickertape
