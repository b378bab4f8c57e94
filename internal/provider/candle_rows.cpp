#include "provider/candle_rows.hpp"

#include <algorithm>
#include <cmath>

namespace tickertape::provider {
namespace {

// Whether a field is not there, or is neither a number nor a text. Anything else is a figure, good
// or bad.
bool has_no_figure(const boost::json::value* at) noexcept
{
    return at == nullptr || !(at->is_number() || at->is_string());
}

}  // namespace

std::optional<fetch_error> candle_rows::take(const candle_fields& row)
{
    const auto time = json::time_in(row.time, form_, "time");
    if (!time)
        return time.error();
    for (const auto* figure : {row.open, row.high, row.low, row.close, row.volume})
        if (has_no_figure(figure))
            return fetch_error{
                figure == nullptr || figure->is_null() ? json::json_errc::missing_field
                                                       : json::json_errc::wrong_type,
                "a figure of a candle"};
    const auto opens = series::bucket_open(of_, *time);
    if (opens < asked_.from || opens >= asked_.until)
        return std::nullopt;
    const auto open = json::price_in(row.open, "open");
    const auto high = json::price_in(row.high, "high");
    const auto low = json::price_in(row.low, "low");
    const auto close = json::price_in(row.close, "close");
    const auto volume = json::number_in(*row.volume);
    const bool is_possible = open && high && low && close && volume && std::isfinite(*volume) &&
                             *volume >= 0 && opens == *time &&
                             low->value() <= std::min(open->value(), close->value()) &&
                             high->value() >= std::max(open->value(), close->value());
    if (!is_possible)
        ++page_.refused;
    else if (*volume > 0)
        page_.candles.push_back({opens, *open, *high, *low, *close, 0});
    return std::nullopt;
}

candle_page candle_rows::page()
{
    auto& all = page_.candles;
    std::ranges::stable_sort(all, {}, &series::candle::opens);
    const auto twice = std::unique(
        all.begin(), all.end(), [](const auto& a, const auto& b) { return a.opens == b.opens; });
    page_.refused += static_cast<std::size_t>(all.end() - twice);
    all.erase(twice, all.end());
    return std::move(page_);
}

}  // namespace tickertape::provider
