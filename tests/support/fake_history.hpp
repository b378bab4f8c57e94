// A history of candles and ticks that a test writes down: it answers at once, on a thread of its
// own, or when the test says so.
//
// Threads: a test's own.
#pragma once

#include "series/history.hpp"

#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace tickertape::testing {

class fake_history final : public series::history {
public:
    // In order, and the same for every interval and symbol.
    std::vector<series::kept_candle> kept{};
    std::vector<series::hole> holes{};
    std::vector<series::dated_change> changes{};
    std::uint64_t revision = 0;
    series::candle_time closed_until{};
    series::statistics_answer figures{};
    boost::system::error_code failure{};
    bool on_another_thread = false;
    bool is_late = false;                          // what is asked waits in `waiting`
    std::vector<std::function<void()>> waiting{};  // each gives one answer

    // What was asked last.
    series::candle_query asked{};
    series::statistics_query asked_figures{};
    std::optional<series::tick_query> asked_ticks{};

    // In position order. After `ticks_from` up to `ticks_to` all are known, but for those of a
    // hole.
    std::vector<series::kept_tick> kept_ticks{};
    position ticks_from{};
    position ticks_to{};
    series::hole ticks_hole{};
    gap_cause ticks_hole_why = gap_cause::missing;

    void candles(series::candle_query query, on_candles answer) override
    {
        asked = query;
        give(std::move(answer), answer_to(query));
    }
    void statistics_of(series::statistics_query query, on_statistics answer) override
    {
        asked_figures = query;
        give(std::move(answer), figures);
    }

    void ticks(series::tick_query query, on_ticks answer) override
    {
        asked_ticks = query;
        give(std::move(answer), answer_to(query));
    }

    // One of four ticks that opens then.
    void add(std::int64_t opens, double open, double high, double low, double close)
    {
        const auto p = [](double value) { return price::from(value).value(); };
        const series::candle made{
            .opens = series::candle_time{std::chrono::seconds{opens}},
            .open = p(open),
            .high = p(high),
            .low = p(low),
            .close = p(close),
            .ticks = 4};
        kept.push_back({made, {}, false});
    }

private:
    series::candle_answer answer_to(const series::candle_query& query) const
    {
        series::candle_answer found;
        found.holes = holes;
        found.revision = revision;
        if (query.with_changes)
            found.changes = changes;
        found.closed_until = closed_until;
        for (const auto& c : kept) {
            if (c.value.opens < query.from)
                found.before = c.value;
            else if (c.value.opens < query.until && (!c.is_forming || query.with_forming))
                found.candles.push_back(c);
        }
        if (found.candles.size() <= query.candles_max)
            return found;
        found.has_more = true;
        const auto most = static_cast<std::ptrdiff_t>(query.candles_max);
        if (query.first == series::end::oldest) {
            found.candles.erase(found.candles.begin() + most, found.candles.end());
        } else {
            const auto first = found.candles.end() - most;
            found.before = std::prev(first)->value;
            found.candles.erase(found.candles.begin(), first);
        }
        return found;
    }

    series::tick_answer answer_to(const series::tick_query& q) const
    {
        const bool is_oldest = q.first == series::end::oldest;
        series::tick_answer found{std::max(q.after, ticks_from), std::min(q.until, ticks_to), {}};
        found.to = std::max(found.from, found.to);
        const auto& h = ticks_hole;
        if (h.from < h.to) {
            if (is_oldest && h.from <= found.from && found.from < h.to) {
                found.from = std::min(h.to, found.to);
                found.why = ticks_hole_why;
            } else if (is_oldest && h.from > found.from && h.from < found.to) {
                found.to = h.from;
                found.has_more = true;
            } else if (!is_oldest && h.from < found.to && found.to <= h.to) {
                found.to = h.from;
                found.why = ticks_hole_why;
            } else if (!is_oldest && h.to > found.from && h.to <= found.to) {
                found.from = h.to;
                found.has_more = true;
            }
        }
        for (const auto& t : kept_ticks)
            if (t.at > found.from && t.at <= found.to)
                found.ticks.push_back(t);
        if (found.ticks.size() <= q.ticks_max)
            return found;
        found.has_more = true;
        if (is_oldest) {
            found.ticks.erase(
                found.ticks.begin() + static_cast<std::ptrdiff_t>(q.ticks_max), found.ticks.end());
            found.to = found.ticks.back().at;
        } else {
            found.ticks.erase(
                found.ticks.begin(), found.ticks.end() - static_cast<std::ptrdiff_t>(q.ticks_max));
            found.from = found.ticks.front().at.previous();
        }
        return found;
    }

    template <class Answer>
    void give(std::function<void(result<Answer>)> to, Answer found)
    {
        auto told = failure ? result<Answer>{failure} : result<Answer>{std::move(found)};
        if (is_late)
            waiting.push_back([to = std::move(to), told = std::move(told)] { to(told); });
        else if (on_another_thread)
            std::thread{[to = std::move(to), told = std::move(told)] { to(told); }}.join();
        else
            to(std::move(told));
    }
};

}  // namespace tickertape::testing
