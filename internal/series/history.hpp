// Questions about prices of before: ticks, candles, and what the prices of a time amount to. Kept
// elsewhere: an archive on disk, for example.
#pragma once

#include "core/errors.hpp"
#include "core/gap_cause.hpp"
#include "core/symbol.hpp"
#include "series/candle.hpp"
#include "series/candle_builder.hpp"
#include "series/change_log.hpp"
#include "series/histogram.hpp"
#include "series/statistics.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tickertape::series {

// The most candles of one answer.
inline constexpr std::size_t answer_candles_max = 5'000;

// Which of the candles are given where the range has more than were asked for.
enum class end : std::uint8_t { oldest, newest };

// Asks for candles whose buckets open at or after `from` and before `until`, at most `candles_max`.
struct candle_query {
    symbol_id symbol;
    interval of = interval::m1;
    wall_time from;
    wall_time until;
    std::size_t candles_max = answer_candles_max;
    end first = end::oldest;
    // Whether the candle that is not closed yet is wanted too.
    bool with_forming = false;
    // Whether it is to be told which candles of the series were changed, and when.
    bool with_changes = false;
};

// A candle and whose it is.
struct kept_candle {
    candle value;
    // Empty: made here of our own ticks. Otherwise the name of whom it was fetched from.
    std::string source;
    // Not closed yet: the same question brings another answer later.
    bool is_forming = false;

    friend bool operator==(const kept_candle&, const kept_candle&) = default;
};

// The candles, in the order of time, each bucket at most once; empty buckets are left out.
struct candle_answer {
    std::vector<kept_candle> candles;
    // What is missing within the range, in order. A candle that overlaps one says so itself.
    std::vector<hole> holes;
    // There are more in the range than were given.
    bool has_more = false;
    // The last candle before those given, where there is one: what empty buckets at the beginning
    // are filled with.
    std::optional<candle> before;
    // Up to when candles are closed: the same question about a range that ends there or earlier
    // brings the same answer for as long as candles are kept.
    candle_time closed_until;
    // Where with_forming was asked for, and it is known: a builder of this state goes on with the
    // ticks after `passed`. All that it would have closed before ends by closed_until.
    std::optional<candle_builder_state> state;
    // Where with_changes was asked for: in the order of when they were made.
    std::vector<dated_change> changes;
    // Of the history's change_log: all changes up to it are in the answer.
    std::uint64_t revision = 0;
};

struct statistics_query {
    symbol_id symbol;
    wall_time from;
    wall_time until;
    bool with_histogram = false;
};

struct statistics_answer {
    // The candles whose closes the figures are made of: more ticks than points_max, or some are not
    // kept and candles are. None: every tick of the range.
    std::optional<interval> closes_of;
    // None: there is no price in the range.
    std::optional<statistics> figures;
    std::optional<histogram> prices;
    std::vector<hole> holes;  // within the range, in order
};

// The most ticks of one answer.
inline constexpr std::size_t answer_ticks_max = 5'000;

// Asks for ticks after `after`, up to and including `until`, at most `ticks_max`: the first ones of
// the range, or the last ones.
struct tick_query {
    symbol_id symbol;
    position after;
    position until;
    std::size_t ticks_max = answer_ticks_max;
    end first = end::oldest;
};

// A tick with the name of its source.
struct kept_tick {
    position at;
    price value;
    std::string source;
    unsigned combined = 0;  // how many providers the source combines

    friend bool operator==(const kept_tick&, const kept_tick&) = default;
};

// Every tick of the symbol after `from`, up to and including `to`, in position order. The range
// begins or ends where the question does, at a hole, or where there are enough ticks. Nothing is
// known of the range: both are equal.
struct tick_answer {
    position from;
    position to;
    std::vector<kept_tick> ticks;
    // Why ticks are missing at that end from which the answer was read: between query.after and
    // `from`, or between `to` and query.until.
    gap_cause why = gap_cause::evicted;
    // At the other end there are more ticks within the range, or a hole and perhaps ticks behind
    // it.
    bool has_more = false;
};

// Threads: all questions from any, at the same time as well; they neither block nor throw.
// `answer` is called exactly once for each, on any thread. It may be called after those who asked
// have gone. Errors: boost::system::errc::device_or_resource_busy where too many questions wait,
// ::io_error where what is kept cannot be read.
class history {
public:
    using on_candles = std::function<void(result<candle_answer>)>;
    using on_statistics = std::function<void(result<statistics_answer>)>;
    using on_ticks = std::function<void(result<tick_answer>)>;

    virtual void candles(candle_query query, on_candles answer) = 0;
    virtual void statistics_of(statistics_query query, on_statistics answer) = 0;
    virtual void ticks(tick_query query, on_ticks answer) = 0;

protected:
    ~history() = default;
};

}  // namespace tickertape::series
