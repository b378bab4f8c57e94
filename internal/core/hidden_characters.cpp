#include "core/hidden_characters.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <cstddef>

namespace tickertape {
namespace {

// How many bytes a character of UTF-8 has, by its first one.
std::size_t bytes_from(unsigned char first) noexcept
{
    if (first < 0x80)
        return 1;
    return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
}

char32_t decoded(std::string_view character) noexcept
{
    const auto first = static_cast<unsigned char>(character.front());
    if (character.size() == 1)
        return first;
    char32_t c = first & (0x7fU >> character.size());
    for (const char next : character.substr(1))
        c = c << 6 | (static_cast<unsigned char>(next) & 0x3fU);
    return c;
}

}  // namespace

std::string without_hidden(std::string_view utf8)
{
    std::string seen;
    while (!utf8.empty()) {
        const auto bytes =
            std::min(bytes_from(static_cast<unsigned char>(utf8.front())), utf8.size());
        const auto character = utf8.substr(0, bytes);
        if (!is_hidden(decoded(character)))
            seen += character;
        utf8.remove_prefix(bytes);
    }
    return std::string{trimmed(seen)};
}

}  // namespace tickertape
