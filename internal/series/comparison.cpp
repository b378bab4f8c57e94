#include "series/comparison.hpp"

#include <algorithm>
#include <cmath>

namespace tickertape::series {
namespace {

constexpr std::chrono::days one_day{1};

// Returns that are spread less are all equal, and differ by the rounding of prices.
constexpr double spread_min = 1e-12;

using candle_span = std::span<const candle>;

bool has_day(candle_span days, candle_time opens)
{
    return std::ranges::binary_search(days, opens, {}, &candle::opens);
}

// The first day that all have.
std::optional<candle_time> common_start(std::span<const std::vector<candle>> days_of)
{
    if (days_of.empty())
        return std::nullopt;
    for (const auto& day : days_of.front())
        if (std::ranges::all_of(
                days_of, [&](const auto& days) { return has_day(days, day.opens); }))
            return day.opens;
    return std::nullopt;
}

// Exact where the prices are near each other, as in docs/statistics.md, "How it is kept exact".
double percent_of(price from, price to)
{
    return 100 * ((to.value() - from.value()) / from.value());
}

double log_return_of(price from, price to)
{
    return std::log1p((to.value() - from.value()) / from.value());
}

// The days that come right behind another, each with the one before it.
struct step {
    const candle* before;
    const candle* day;
};
std::vector<step> steps_of(candle_span days)
{
    std::vector<step> all;
    for (std::size_t i = 1; i < days.size(); ++i)
        if (days[i].opens - days[i - 1].opens == one_day)
            all.push_back({&days[i - 1], &days[i]});
    return all;
}

std::optional<drawdown> largest_fall(candle_span days)
{
    std::optional<drawdown> largest;
    const candle* peak = &days.front();
    for (const auto& day : days) {
        if (day.close.value() > peak->close.value())
            peak = &day;
        const auto percent = -percent_of(peak->close, day.close);
        if (percent > 0 && (!largest || percent > largest->percent))
            largest = drawdown{.percent = percent, .from = peak->opens, .to = day.opens};
    }
    return largest;
}

// `days`: from the common start on; there is at least that one.
compared compared_of(candle_span days, candle_time last)
{
    compared one{
        .changes = {},
        .start = days.front().close,
        .last = days.back().close,
        .days_missing =
            static_cast<std::size_t>((last - days.front().opens) / one_day + 1) - days.size(),
        .days_beside_hole =
            static_cast<std::size_t>(std::ranges::count_if(days, &candle::overlaps_hole)),
        .best = {},
        .worst = {},
        .largest_drawdown = largest_fall(days)};
    for (const auto& day : days)
        if (const auto percent = percent_of(one.start, day.close); std::isfinite(percent))
            one.changes.push_back({day.opens, percent});
    for (const auto& [before, day] : steps_of(days)) {
        const auto percent = percent_of(before->close, day->close);
        if (!std::isfinite(percent))
            continue;
        if (!one.best || percent > one.best->percent)
            one.best = day_return{day->opens, percent};
        if (!one.worst || percent < one.worst->percent)
            one.worst = day_return{day->opens, percent};
    }
    return one;
}

// Of pairs of values; absent where one of the two does not vary.
std::optional<double> pearson(std::span<const double> x, std::span<const double> y)
{
    const auto mean = [](std::span<const double> of) {
        double sum = 0;
        for (const double value : of)
            sum += value;
        return sum / static_cast<double>(of.size());
    };
    const auto of_x = mean(x);
    const auto of_y = mean(y);
    double xx = 0;
    double yy = 0;
    double xy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        xx += (x[i] - of_x) * (x[i] - of_x);
        yy += (y[i] - of_y) * (y[i] - of_y);
        xy += (x[i] - of_x) * (y[i] - of_y);
    }
    const auto spread_of = [&](double squares) {
        return std::sqrt(squares / static_cast<double>(x.size()));
    };
    if (!(spread_of(xx) > spread_min && spread_of(yy) > spread_min))
        return std::nullopt;
    const auto value = xy / std::sqrt(xx) / std::sqrt(yy);
    return std::isfinite(value) ? std::optional{std::clamp(value, -1.0, 1.0)} : std::nullopt;
}

// Fills in all but which of the symbols `pair` is of.
void correlate(candle_span first, candle_span second, correlation& pair)
{
    const auto of_first = steps_of(first);
    const auto of_second = steps_of(second);
    std::vector<double> x;
    std::vector<double> y;
    auto other = of_second.begin();
    for (const auto& [before, day] : of_first) {
        while (other != of_second.end() && other->day->opens < day->opens)
            ++other;
        if (other == of_second.end() || other->day->opens != day->opens)
            continue;
        if (!pair.from)
            pair.from = day->opens;
        pair.to = day->opens;
        x.push_back(log_return_of(before->close, day->close));
        y.push_back(log_return_of(other->before->close, other->day->close));
    }
    pair.returns = x.size();
    if (pair.returns >= correlation::returns_min)
        pair.value = pearson(x, y);
}

}  // namespace

std::optional<comparison> compare(std::span<const std::vector<candle>> days_of)
{
    const auto start = common_start(days_of);
    if (!start)
        return std::nullopt;
    comparison made{.start = *start, .last = *start, .each = {}, .pairs = {}};
    std::vector<candle_span> from_start;
    for (const auto& days : days_of) {
        const auto first = std::ranges::lower_bound(days, *start, {}, &candle::opens);
        from_start.push_back(candle_span{days}.subspan(
            static_cast<std::size_t>(std::distance(days.begin(), first))));
        made.last = std::max(made.last, days.back().opens);
    }
    for (const auto days : from_start)
        made.each.push_back(compared_of(days, made.last));
    for (std::size_t i = 0; i < from_start.size(); ++i)
        for (std::size_t k = i + 1; k < from_start.size(); ++k) {
            correlation pair{
                .first = i, .second = k, .returns = 0, .from = {}, .to = {}, .value = {}};
            correlate(from_start[i], from_start[k], pair);
            made.pairs.push_back(pair);
        }
    return made;
}

}  // namespace tickertape::series
