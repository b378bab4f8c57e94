#include "synthetic/simulated_past.hpp"

#include <algorithm>
#include <initializer_list>

namespace tickertape::synthetic {
namespace {

using series::candle;
using series::candle_time;
using series::interval;
using std::chrono::hours;

// How far back each of these is walked where it is not made of shorter ones. Pieces of 5m and 15m
// are 1m, so where no 1m is kept they are walked themselves.
constexpr hours minutes_least{24};
constexpr hours quarters_span{31 * 24};
constexpr hours hours_span{400 * 24};

// Most charts of an hour or two are drawn from ticks.
constexpr hours ticks_least{1};
constexpr hours ticks_most{24};

// Prices of a candle that is walked.
constexpr int prices_of_candle = 8;

// Walked backwards in time.
class backwards {
public:
    explicit backwards(const past_settings& of) : walk_{reversed(of.walk)}, period_{of.period} {}

    price now() const noexcept { return walk_.now(); }
    price before(std::chrono::duration<double> by) noexcept { return walk_.after(by / period_); }

    // Candles of buckets that open at or after `from` and before `until`, oldest first.
    std::vector<candle> candles(interval of, candle_time from, candle_time until)
    {
        std::vector<candle> made;
        const std::chrono::duration<double> step = length(of);
        for (auto opens = until - length(of); opens >= from; opens -= length(of)) {
            const auto close = before(step / prices_of_candle);
            candle c{opens, close, close, close, close, 0};
            for (int k = 1; k < prices_of_candle; ++k) {
                c.open = before(step / prices_of_candle);
                c.high = std::max(c.high, c.open, by_value);
                c.low = std::min(c.low, c.open, by_value);
            }
            c.ticks = std::max<std::uint64_t>(
                prices_of_candle, static_cast<std::uint64_t>(step / period_));
            made.push_back(c);
        }
        std::ranges::reverse(made);
        return made;
    }

private:
    // A step up seen from its end is a longer step down seen from its beginning.
    static walk_settings reversed(walk_settings walk)
    {
        walk.step_max /= 1 + walk.step_max;
        return walk;
    }
    static bool by_value(price a, price b) noexcept { return a.value() < b.value(); }

    random_walk walk_;
    std::chrono::duration<double> period_;
};

// Those that were walked, followed by those that are made of shorter ones.
std::vector<candle>
followed_by(std::vector<candle> walked, std::span<const candle> pieces, interval finer, interval of)
{
    const auto made = series::rolled_up(pieces, finer, of);
    walked.insert(walked.end(), made.begin(), made.end());
    return walked;
}

// How far a past reaches back, and for how long before its ticks it has 1m candles.
struct reach {
    hours span;
    hours minutes;
};

// Candles of all intervals of a past of that reach, a little less than exactly.
std::size_t candles_in(const reach& of) noexcept
{
    const auto candles = [](hours time, std::initializer_list<interval> intervals) {
        std::chrono::seconds::rep n = 0;
        for (const auto i : intervals)
            n += time / length(i);
        return static_cast<std::size_t>(n);
    };
    const auto hourly = std::min(of.span, hours_span);
    const auto quarterly = std::max(std::min(of.span, quarters_span), of.minutes);
    return candles(of.minutes, {interval::m1}) +
           candles(quarterly, {interval::m5, interval::m15, interval::m30}) +
           candles(hourly, {interval::h1, interval::h4, interval::h6}) +
           candles(of.span, {interval::d1, interval::w1});
}

// A shorter past rather than one with holes; then 1m candles of as much of it as may be.
reach reach_of(const past_settings& s) noexcept
{
    reach r{std::chrono::ceil<hours>(s.span), {}};
    const auto is_too_much = [&](const reach& of) { return candles_in(of) > s.candles_max; };
    for (;; r.span -= std::max(r.span / 10, hours{1})) {
        r.minutes = std::min(r.span, minutes_least);
        if (r.span <= hours{1} || !is_too_much(r))
            break;
    }
    while (r.minutes < std::min(r.span, s.minutes_max) &&
           !is_too_much({r.span, r.minutes + hours{1}}))
        ++r.minutes;
    return r;
}

}  // namespace

simulated_past make_past(const past_settings& s)
{
    simulated_past past;
    backwards walk{s};
    const auto reaches = reach_of(s);
    const auto begin = std::max(s.end - reaches.span, s.end - s.span);
    // A whole hour, so that no candle up to 1h is forming there.
    const auto ticks_span = std::clamp<std::chrono::milliseconds>(
        s.period * static_cast<std::int64_t>(s.ticks_max), ticks_least, ticks_most);
    past.ticks_from = bucket_open(interval::h1, std::max(s.end - ticks_span, begin));
    past.begin = past.ticks_from;
    const std::chrono::duration<double> span = s.end - past.ticks_from;
    const auto apart = std::max<std::chrono::milliseconds>(
        s.period, std::chrono::ceil<std::chrono::milliseconds>(
                      span / static_cast<double>(std::max<std::size_t>(s.ticks_max, 1))));
    past.ticks.push_back({s.end, walk.now()});
    for (auto at = s.end - apart; at >= past.ticks_from; at -= apart)
        past.ticks.push_back({at, walk.before(apart)});
    std::ranges::reverse(past.ticks);
    if (past.ticks_from <= begin)
        return past;

    const auto from = [&](hours back, interval aligned) {
        return std::min(
            bucket_open(aligned, std::max<wall_time>(s.end - back, begin)), past.ticks_from);
    };
    const auto m1_from = from(reaches.minutes, interval::h1);
    const auto m5_from = std::min(from(quarters_span, interval::h1), m1_from);
    // Days that are walked end where hours begin.
    const bool has_days = reaches.span > hours_span;
    const auto h1_from =
        std::min(from(hours_span, has_days ? interval::d1 : interval::h1), m5_from);
    const auto d1_from = has_days ? from(reaches.span, interval::d1) : h1_from;
    past.begin = d1_from;
    const auto list = [&](interval of) -> auto&
    {
        return past.candles[static_cast<std::size_t>(of)];
    };
    list(interval::m1) = walk.candles(interval::m1, m1_from, past.ticks_from);
    const auto fives = walk.candles(interval::m5, m5_from, m1_from);
    for (const auto of : {interval::m5, interval::m15, interval::m30, interval::h1})
        list(of) = followed_by(
            of == interval::m5 ? fives : series::rolled_up(fives, interval::m5, of),
            list(interval::m1), interval::m1, of);
    const auto walked_hours = walk.candles(interval::h1, h1_from, m5_from);
    list(interval::h1).insert(list(interval::h1).begin(), walked_hours.begin(), walked_hours.end());
    for (const auto of : {interval::h4, interval::h6})
        list(of) = series::rolled_up(list(interval::h1), interval::h1, of);
    list(interval::d1) = followed_by(
        walk.candles(interval::d1, d1_from, h1_from), list(interval::h1), interval::h1,
        interval::d1);
    list(interval::w1) = series::rolled_up(list(interval::d1), interval::d1, interval::w1);
    for (const auto of : series::intervals)
        std::erase_if(
            list(of), [&](const candle& c) { return end_of(of, c.opens) > past.ticks_from; });
    return past;
}

}  // namespace tickertape::synthetic
