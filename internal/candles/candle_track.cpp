#include "candles/candle_track.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tickertape::candles {

namespace {

// Where it is only known that every tick before some time has been taken, the newest tick gets a
// position that no other symbol has: the ids of events differ.
position newest_of(symbol_id symbol, position passed) noexcept
{
    if (passed.counter() != position::counter_max)
        return passed;
    return position::from_packed(
        passed.packed() - (symbol_table::symbols_max - 1) + index_of(symbol));
}

}  // namespace

series::candle_time closed_bound(const series::candle_builder_state& s) noexcept
{
    return s.forming ? s.forming->opens : series::bucket_open(s.of, s.passed.next().time());
}

candle_track::candle_track(symbol_id symbol, track_start from)
    : symbol_{symbol}, builder_{from.state},
      closed_{
          std::make_move_iterator(from.closed.begin()), std::make_move_iterator(from.closed.end())},
      known_from_{from.known_from}, at_{from.state.passed}, newest_{newest_of(
                                                                symbol, from.state.passed)}
{
    for (const auto& missing : from.holes)
        builder_.note_hole(missing);
}

void candle_track::note_lost(position until)
{
    if (until <= at_)
        return;
    builder_.note_hole({at_, until});
    at_ = until;
}

void candle_track::keep(const std::optional<series::candle>& closed)
{
    if (!closed)
        return;
    ++closings_;
    closed_.push_back({.value = *closed, .source = {}, .is_forming = false});
    if (closed_.size() <= closed_kept_max)
        return;
    known_from_ = series::end_of(builder_.state().of, closed_.front().value.opens);
    closed_.pop_front();
}

void candle_track::read(
    const tape::tapes& of, tape::merged_reader& with, position until, wall_time settled)
{
    // The tapes know of no tick up to their epoch.
    note_lost(std::min(of.epoch(), until));
    while (at_ < until) {
        const auto missing = of.next_hole(at_, until);
        if (missing && missing->after <= at_) {
            builder_.note_hole({missing->from, missing->to});
            at_ = missing->end;
            continue;
        }
        const auto bound = missing ? missing->after : until;
        with.start({&symbol_, 1}, at_, bound);
        for (const auto& lost : with.lost())
            note_lost(lost.to);
        while (const auto t = with.next()) {
            keep(builder_.take(t->at, t->value));
            at_ = newest_ = t->at;
        }
        if (with.is_complete())
            at_ = std::max(at_, bound);
    }
    keep(builder_.advance(series::bucket_open(builder_.state().of, settled)));
}

}  // namespace tickertape::candles
