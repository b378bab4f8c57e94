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

std::string clean_words(std::string_view text)
{
    std::string clean;
    for (const char c : text) {
        const bool is_space = c == ' ' || (c >= '\t' && c <= '\r');
        if (is_space && (clean.empty() || clean.back() == ' '))
            continue;
        if (clean.size() == words_bytes_max) {
            clean.replace(words_bytes_max - 3, 3, "...");
            break;
        }
        const bool is_plain = c > ' ' && c < 0x7f;
        clean += is_space ? ' ' : is_plain ? c : '?';
    }
    while (clean.ends_with(' '))
        clean.pop_back();
    return clean;
}

}  // namespace tickertape
