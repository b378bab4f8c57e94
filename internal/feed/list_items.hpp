// A setting that is a list: items with commas between them, and blanks anywhere around them.
#pragma once

#include <string_view>
#include <vector>

namespace tickertape {

std::string_view without_blanks(std::string_view text) noexcept;

// The items in their order, without the blanks around them; an empty one where nothing stands
// between two commas, or behind the last. No items: nothing but blanks. They are views of `text`.
std::vector<std::string_view> list_items(std::string_view text);

}  // namespace tickertape
