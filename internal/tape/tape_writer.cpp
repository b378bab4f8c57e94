#include "tape/tape_writer.hpp"

#include <algorithm>

namespace tickertape::tape {

tape_writer::tape_writer(tapes& to, clock_reading start, timeline::limits bounds) noexcept
    : tapes_{to}, time_{start, bounds, to.committed().time()}, looked_{start.boot},
      positions_{to.committed()}
{
}

std::optional<timeline::step> tape_writer::look(clock_reading now)
{
    const auto step = time_.look(now);
    looked_ = now.boot;
    if (step && step->starts_anew)
        restart();
    tapes_.note_time(time_.now());
    return step;
}

tick tape_writer::write(const observation& seen) noexcept
{
    const tick t{positions_.next(time_.now()), seen.symbol, seen.value, seen.source};
    tapes_.append(t, looked_);
    ring();
    return t;
}

void tape_writer::restart()
{
    struct held {
        boot_time observed;
        tick what;
    };
    std::vector<held> newest;
    for (const auto id : tapes_.symbols().all())
        if (const auto e = tapes_.of(id).newest())
            newest.push_back({*tapes_.observed(id), {e->at, id, e->value, e->source}});
    std::ranges::sort(newest, {}, &held::observed);

    std::vector<tick> dated;
    positions_ = position_source{position{}};
    for (auto& h : newest) {
        h.what.at = positions_.next(time_.now() - (looked_ - h.observed));
        dated.push_back(h.what);
    }
    const auto epoch = position::at(time_.now());
    tapes_.restart(epoch, dated);
    if (dated.empty())
        positions_ = position_source{epoch};
    ring();
}

void tape_writer::ring() noexcept
{
    for (auto* b : bells_)
        b->ring();
}

}  // namespace tickertape::tape
