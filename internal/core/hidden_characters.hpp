// Characters that are not seen and change what is seen: a name could be read as another one.
//
// Threads: any.
#pragma once

#include <string>
#include <string_view>

namespace tickertape {

// Whether it turns around the text that follows it.
constexpr bool turns_text(char32_t c) noexcept
{
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e ||
           c == 0x200f || c == 0x61c;
}

// A control character, one that turns text around, a mark of byte order, or no character at all.
constexpr bool is_hidden(char32_t c) noexcept
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || turns_text(c) || c == 0xfeff || c == 0xfffe ||
           c == 0xffff || c == 0x2028 || c == 0x2029;
}

// A text without them, and without the blanks around it. It has to be UTF-8, as texts of JSON are.
std::string without_hidden(std::string_view utf8);

}  // namespace tickertape
