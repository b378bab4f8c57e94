#include "hub/candle_planner.hpp"

namespace tickertape::hub {

const stream_batch& candle_planner::next(const stream_terms& terms, const stream_cursor& from)
{
    if (last_.terms == &terms && last_.from == from && last_.version == live_.version())
        return last_.batch;
    last_ = {.terms = &terms, .from = from, .version = live_.version(), .batch = plan(terms, from)};
    return last_.batch;
}

stream_batch candle_planner::plan(const stream_terms& terms, const stream_cursor& from)
{
    built_.begin(terms.how);
    if (from.is_passing())
        return pass(terms, from);
    if (!live_.events_after(terms.symbols, *terms.candles, from.at, events_))
        return {.run = {}, .then = from, .ends = true};
    stream_batch batch{.run = {}, .then = from};
    for (const auto& e : events_) {
        if (built_.bytes() >= limits_.batch_bytes_max) {
            batch.run = built_.run();
            return batch;
        }
        built_.add_candle(e, *terms.candles);
        batch.then.at = e.id;
        batch.then.live = true;
    }
    batch.run = built_.run();
    batch.completes = true;
    return batch;
}

// The subscriber was too slow: it is told that candles are missing, and goes on with what forms.
stream_batch candle_planner::pass(const stream_terms& terms, const stream_cursor& from)
{
    stream_batch batch{.run = {}, .then = stream_cursor::after(from.at)};
    batch.then.live = true;
    const auto until = position::at(live_.closed_until(*terms.candles)).previous();
    if (until > from.at) {
        built_.add_gap({from.at, until, sse::gap_reason::lapped});
        batch.run = built_.run();
        batch.then.at = until;
    }
    return batch;
}

}  // namespace tickertape::hub
