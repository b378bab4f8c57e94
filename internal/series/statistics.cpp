#include "series/statistics.hpp"

#include "series/errors.hpp"
#include "series/moments.hpp"
#include "series/quantiles.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace tickertape::series {
namespace {

using seconds = std::chrono::duration<double>;

double seconds_from(const point& earlier, const point& later) noexcept
{
    return seconds{later.at - earlier.at}.count();
}

std::optional<double> if_finite(double value) noexcept
{
    if (std::isfinite(value))
        return value;
    return std::nullopt;
}

// ln(to / from). A quotient near 1 has lost the digits that matter here; the difference of two
// prices near each other has not.
double log_return(price from, price to) noexcept
{
    const double change = (to.value() - from.value()) / from.value();
    if (std::abs(change) < 0.5)
        return std::log1p(change);
    return std::log(to.value()) - std::log(from.value());
}

double median_of(std::span<const point> points)
{
    std::vector<double> values;
    values.reserve(points.size());
    for (const point& p : points)
        values.push_back(p.value.value());
    return quantile(values, 0.5);
}

std::optional<double> volatility_of(std::span<const point> points) noexcept
{
    using sampling = volatility_sampling;
    const auto whole = points.back().at - points.front().at;
    const auto step = std::clamp<std::chrono::milliseconds>(
        whole / sampling::samples, std::chrono::milliseconds{1}, sampling::step);
    double squares = 0;
    int returns = 0;
    const point* last = &points.front();
    for (const point& p : points) {
        if (p.at - last->at < step)
            continue;
        const double r = log_return(last->value, p.value);
        squares += r * r;
        returns += returns < 2 ? 1 : 0;
        last = &p;
    }
    if (returns < 2)
        return std::nullopt;
    const double years = seconds_from(points.front(), *last) / seconds{sampling::year}.count();
    return if_finite(100 * std::sqrt(squares / years));
}

std::optional<drawdown> drawdown_of(std::span<const point> points) noexcept
{
    std::optional<drawdown> largest;
    const point* peak = &points.front();
    for (const point& p : points) {
        if (p.value.value() > peak->value.value()) {
            peak = &p;
            continue;
        }
        const double percent =
            100 * ((peak->value.value() - p.value.value()) / peak->value.value());
        if (percent > (largest ? largest->percent : 0))
            largest = {.percent = percent, .from = peak->at, .to = p.at};
    }
    return largest;
}

// Welford's method for two values that belong together; see moments.hpp for scale and origin.
std::optional<trend> trend_of(std::span<const point> points, double largest, double mean) noexcept
{
    const double scale = scale_for(largest);
    const double origin = points.front().value.value() * scale;
    double count = 0;
    double mean_time = 0;
    double mean_price = 0;
    double times = 0;   // squared deviations of the times
    double prices = 0;  // squared deviations of the prices
    double both = 0;    // products of the deviations
    for (const point& p : points) {
        const double time = seconds_from(points.front(), p);
        const double value = p.value.value() * scale - origin;
        ++count;
        const double time_off = time - mean_time;
        const double price_off = value - mean_price;
        mean_time += time_off / count;
        mean_price += price_off / count;
        times += time_off * (time - mean_time);
        prices += price_off * (value - mean_price);
        both += time_off * (value - mean_price);
    }
    if (times <= 0)
        return std::nullopt;
    const double slope = both / times;
    const double rise = slope * seconds_from(points.front(), points.back());
    const auto per_day = if_finite(slope * seconds{std::chrono::days{1}}.count() / scale);
    if (!per_day)
        return std::nullopt;
    trend line{
        .towards = direction::flat,
        .slope_per_day = *per_day,
        .rise_percent = 100 * rise / (mean * scale),
        .r2 = prices > 0 ? std::min(both * (both / times) / prices, 1.0) : 0};
    if (std::abs(line.rise_percent) >= trend::rise_min_percent && line.r2 >= trend::r2_min)
        line.towards = line.rise_percent > 0 ? direction::up : direction::down;
    return line;
}

std::optional<double> percent_of(price first, price last) noexcept
{
    return if_finite(100 * ((last.value() - first.value()) / first.value()));
}

}  // namespace

std::string_view text(direction towards) noexcept
{
    switch (towards) {
    case direction::up:
        return "up";
    case direction::down:
        return "down";
    case direction::flat:
        break;
    }
    return "flat";
}

result<statistics> describe(std::span<const point> points)
{
    if (points.empty())
        return series_errc::no_points;
    if (points.size() > points_max)
        return series_errc::too_many_points;
    if (!std::ranges::is_sorted(points, {}, &point::at))
        return series_errc::times_go_back;

    const auto value = [](const point& p) { return p.value.value(); };
    const auto [least, most] = std::ranges::minmax_element(points, {}, value);
    const price first = points.front().value;
    const price last = points.back().value;
    moments all{first.value(), most->value.value()};
    for (const point& p : points)
        all.add(p.value.value());
    // Rounding must not take the mean of equal prices beyond them.
    const double mean = std::clamp(all.mean(), least->value.value(), most->value.value());

    return statistics{
        .count = points.size(),
        .first = first,
        .last = last,
        .min = least->value,
        .max = most->value,
        .mean = mean,
        .median = median_of(points),
        .standard_deviation =
            points.size() > 1 ? std::optional{all.sample_deviation()} : std::nullopt,
        .change = difference(last, first),
        .change_percent = percent_of(first, last),
        .volatility_percent = volatility_of(points),
        .largest_drawdown = drawdown_of(points),
        .trend = trend_of(points, most->value.value(), mean)};
}

result<statistics> describe(std::span<const candle> candles)
{
    std::vector<point> closes;
    closes.reserve(candles.size());
    for (const candle& c : candles)
        closes.push_back({c.opens, c.close});
    auto found = describe(std::span<const point>{closes});
    if (!found)
        return found;
    found->first = candles.front().open;
    for (const candle& c : candles) {
        if (c.low.value() < found->min.value())
            found->min = c.low;
        if (c.high.value() > found->max.value())
            found->max = c.high;
    }
    found->change = difference(found->last, found->first);
    found->change_percent = percent_of(found->first, found->last);
    return found;
}

}  // namespace tickertape::series
