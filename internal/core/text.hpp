// Text as people type it: in any case, and in lists with commas and blanks.
//
// ASCII letters only; any other byte stays as it is.
#pragma once

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

}  // namespace tickertape
