// What all readers of files say and pass over in the same way.
#pragma once

#include "core/text.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tickertape::transfer {

// Stands before the first line of what some programs write.
inline constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

// What stood in a file, as a message repeats it.
inline std::string quoted(std::string_view text)
{
    constexpr std::size_t bytes_max = 40;
    return '\'' + clean_words(text.substr(0, bytes_max)) + '\'';
}

// Digits and nothing else.
inline std::optional<std::int64_t> whole_number(std::string_view text)
{
    std::int64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || value < 0)
        return std::nullopt;
    return value;
}

}  // namespace tickertape::transfer
