// The forms in which ticks leave the archive and come into it.
#pragma once

#include <optional>
#include <string_view>

namespace tickertape::transfer {

enum class format {
    csv,            // a heading, then a tick a line
    json,           // {"version":1,"records":[...]}
    jsonl,          // an object a line
    bitcoincharts,  // unix,price,amount without a heading; read only
};

// "csv", "json", "jsonl", "bitcoincharts".
std::string_view text_of(format f) noexcept;
std::optional<format> parse_format(std::string_view text) noexcept;
// By the end of the name; nothing if that says none.
std::optional<format> format_of_file(std::string_view name) noexcept;

}  // namespace tickertape::transfer
