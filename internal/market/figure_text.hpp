// Figures as JSON numbers that people can read: 20000000, where the shortest form would be 2e+07.
//
// No I/O. Threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tickertape::market {

// The shortest text without an exponent that reads back to the same double; with one above 1e21 and
// below 1e-6. `value` is finite.
void append_figure(std::string& to, double value);
// The same rounded to six digits: for shapes, which nobody reads values off.
void append_rounded(std::string& to, double value);
// The figures of a JSON array of numbers and nulls, each times `by` and rounded to six digits.
std::string scaled_figures(std::string_view figures, double by);
// The figure, or null.
std::string figure_text(const std::optional<double>& value);

}  // namespace tickertape::market
