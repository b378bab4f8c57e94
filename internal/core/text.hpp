// Text from outside: case and lists with commas and blanks as people type them, and the part of a
// foreign text that may be repeated in a log line.
//
// ASCII letters only; any other byte stays as it is, but for clean_words().
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape {

constexpr char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
constexpr char upper(char c) noexcept
{
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
std::string lower_case(std::string_view text);
std::string upper_case(std::string_view text);

// Without the blanks around it.
std::string_view trimmed(std::string_view text) noexcept;

// The items between commas in their order, without the blanks around them; an empty one where
// nothing stands between two commas, or behind the last. No items: nothing but blanks. They are
// views of `text`.
std::vector<std::string_view> list_items(std::string_view text);

// Makes foreign text fit for a log line: control characters and bytes that are not ASCII become
// '?', runs of white space become one space, and the rest after this many bytes is cut.
inline constexpr std::size_t words_bytes_max = 200;
std::string clean_words(std::string_view text);

}  // namespace tickertape
