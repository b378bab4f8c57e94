// A history of candles that a test writes down: it answers at once, on a thread of its own, or when
// the test says so.
//
// Threads: a test's own.
#pragma once

#include "series/history.hpp"

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
