#include "transfer/format.hpp"

namespace tickertape::transfer {

std::string_view text_of(format f) noexcept
{
    switch (f) {
    case format::csv:
        return "csv";
    case format::json:
        return "json";
    case format::jsonl:
        return "jsonl";
    case format::bitcoincharts:
        return "bitcoincharts";
    }
    return {};
}

std::optional<format> parse_format(std::string_view text) noexcept
{
    for (const auto f : {format::csv, format::json, format::jsonl, format::bitcoincharts})
        if (text == text_of(f))
            return f;
    return std::nullopt;
}

std::optional<format> format_of_file(std::string_view name) noexcept
{
    if (name.ends_with(".ndjson"))
        return format::jsonl;
    const auto dot = name.rfind('.');
    const auto found =
        dot == std::string_view::npos ? std::nullopt : parse_format(name.substr(dot + 1));
    return found == format::bitcoincharts ? std::nullopt : found;
}

}  // namespace tickertape::transfer
