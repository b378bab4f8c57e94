// Fields of a line of CSV, as RFC 4180 has them but for line breaks within a field.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::transfer {

// More fields than that in a line are none of ours.
inline constexpr std::size_t csv_fields_max = 64;

// The fields of a line without its end. Nothing: a quote is not closed, stands in the middle of a
// field, or there are too many fields.
std::optional<std::vector<std::string>> parse_csv_line(std::string_view line);
// Appends a field, in quotes where it needs them.
void append_csv_field(std::string& to, std::string_view field);

}  // namespace tickertape::transfer
