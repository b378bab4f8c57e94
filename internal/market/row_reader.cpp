#include "market/row_reader.hpp"

#include "core/hidden_characters.hpp"
#include "market/figure_text.hpp"
#include "market/table.hpp"
#include "json/fields.hpp"

#include <algorithm>
#include <cmath>

namespace tickertape::market {
namespace {

// Beyond this a figure is a mistake in units: the whole market is some 1e13 dollars, and the
// largest supplies are some 1e18 coins.
constexpr double figure_max = 1e27;

bool is_missing(const boost::json::value* at) noexcept
{
    // Some write an empty text for "none".
    return at == nullptr || at->is_null() || json::text_in(at) == "";
}

}  // namespace

std::optional<double> row_reader::figure(std::string_view name)
{
    const auto* at = json::member(row_, name);
    if (is_missing(at))
        return std::nullopt;
    const auto value = json::number_in(*at);
    if (!value) {
        is_spoilt_ = true;
        return std::nullopt;
    }
    // Text may spell "inf" and "nan".
    if (!std::isfinite(*value) || std::abs(*value) > figure_max)
        return std::nullopt;
    return *value == 0 ? 0 : *value;  // there is a -0
}

std::optional<double> row_reader::positive(std::string_view name)
{
    const auto value = figure(name);
    return value && *value > 0 ? value : std::nullopt;
}

std::optional<wall_time> row_reader::time(std::string_view name)
{
    const auto at = json::time_if_any(json::member(row_, name), json::time_form::rfc3339, name);
    return at && *at ? std::optional{**at} : std::nullopt;
}

std::string row_reader::text(std::string_view name)
{
    const auto given = json::text_in(json::member(row_, name));
    if (!given || given->empty() || given->size() > name_bytes_max ||
        without_hidden(*given) != *given) {
        is_spoilt_ = true;
        return {};
    }
    return std::string{*given};
}

std::string row_reader::name(std::string_view name)
{
    const auto given = json::text_in(json::member(row_, name));
    auto seen = given && given->size() <= name_bytes_max ? without_hidden(*given) : std::string{};
    is_spoilt_ = is_spoilt_ || seen.empty();
    return seen;
}

std::string row_reader::sparkline(std::string_view name, std::string_view within)
{
    const auto* points = json::member(json::member(row_, name), within);
    const auto* all = points == nullptr ? nullptr : points->if_array();
    if (all == nullptr)
        return {};
    const auto skipped = all->size() - std::min(all->size(), sparkline_points_max);
    std::string text;
    bool has_price = false;
    for (auto at = all->begin() + static_cast<std::ptrdiff_t>(skipped); at != all->end(); ++at) {
        const auto value = json::number_in(*at);
        const bool is_price = value && std::isfinite(*value) && *value > 0;
        if (!at->is_null() && !is_price)
            return {};
        text += text.empty() ? '[' : ',';
        if (is_price)
            append_rounded(text, *value);
        else
            text += "null";
        has_price = has_price || is_price;
    }
    return has_price ? text + ']' : std::string{};
}

}  // namespace tickertape::market
