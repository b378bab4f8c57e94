#include "hub/stream_batch.hpp"

#include <algorithm>

namespace tickertape::hub {
namespace {

std::size_t reason_index(frame_kind k) noexcept
{
    return static_cast<std::size_t>(k) - static_cast<std::size_t>(frame_kind::gap_evicted);
}

}  // namespace

stream_progress
progress_of(const stream_cursor& from, const stream_batch& batch, std::size_t sent) noexcept
{
    if (sent == 0)
        return {.cursor = from, .rest = {}};
    const auto& marks = batch.run.marks;
    const auto reached = batch.run.base + sent;
    // The frame that holds the last byte sent; it and all before it count.
    const auto last = std::ranges::lower_bound(marks, reached, {}, &frame_mark::end);
    const bool is_whole = last + 1 == marks.end();
    stream_progress p{
        .cursor = is_whole ? batch.then.settled() : batch.then,
        .rest = batch.run.bytes.substr(reached, last->end - reached)};
    for (auto m = marks.begin();; ++m) {
        if (m->kind == frame_kind::tick)
            ++p.ticks;
        else if (m->kind == frame_kind::candle)
            ++p.candles;
        else if (m->kind == frame_kind::closed)
            ++p.closed;
        else if (m->kind == frame_kind::topic)
            ++p.topics;
        else if (is_gap(m->kind))
            ++p.gaps[reason_index(m->kind)];
        p.skipped += m->skipped;
        if (m == last)
            break;
    }
    if (is_whole)
        return p;
    p.cursor.at = from.at;
    p.cursor.notices = from.notices;
    p.cursor.topics = from.topics;
    if (last->kind == frame_kind::notice)
        p.cursor.notices = std::max(from.notices, last->version);
    if (last->kind == frame_kind::topic)
        p.cursor.topics = last->version;
    p.cursor.live = from.live || p.news() > 0;
    if (is_gap(last->kind))
        p.cursor.told_until = last->at;
    else
        p.cursor.at = last->at;
    return p;
}

}  // namespace tickertape::hub
