#include "tape/tape_writer.hpp"

#include <algorithm>

namespace tickertape::tape {

tape_writer::tape_writer(tapes& to, clock_reading start, timeline::limits bounds) noexcept
    : tapes_{to}, time_{start, bounds, to.placed().time()}, looked_{start}, positions_{to.placed()}
{
}

std::optional<timeline::step> tape_writer::look(clock_reading now)
{
    const auto step = time_.look(now);
    looked_ = now;
    if (step && step->starts_anew)
        restart();
    tapes_.note_time(time_.now());
    return step;
}

tick tape_writer::write(const observation& seen)
{
    const tick t{positions_.next(time_.now()), seen.symbol, seen.value, seen.source};
    put(t, looked_.boot);
    return t;
}

result<void> tape_writer::append(const past_tick& t, source_table& names)
{
    if (t.at <= tapes_.placed())
        return tape_errc::out_of_order;
    const auto source = names.intern(t.source, t.combined);
    if (!source)
        return source.error();
    positions_ = position_source{t.at};
    put({t.at, t.symbol, t.value, *source}, looked_.boot - age_of(t.at, looked_));
    return {};
}

void tape_writer::put(const tick& t, boot_time observed)
{
    if (keeper_ == nullptr) {
        tapes_.append(t, observed);
        ring();
        return;
    }
    tapes_.place(t, observed);
    keeper_->ring();
}

void tape_writer::keep(bell* keeper) noexcept
{
    keeper_ = keeper;
    if (keeper == nullptr)
        commit(tapes_.placed());
}

void tape_writer::commit(position up_to) noexcept
{
    if (up_to <= tapes_.committed())
        return;
    tapes_.commit(up_to);
    ring();
}

// The keeper is told of the new era and not of what it had not yet taken of the old one: ids of
// that era are behind a gap from now on.
void tape_writer::restart()
{
    tapes_.commit(tapes_.placed());
    struct held {
        boot_time observed;
        tick what;
    };
    std::vector<held> newest;
    for (const auto id : tapes_.symbols().all())
        if (const auto e = tapes_.newest_tick(id))
            newest.push_back({*tapes_.observed(id), {e->at, id, e->value, e->source}});
    std::ranges::sort(newest, {}, &held::observed);

    std::vector<tick> dated;
    positions_ = position_source{position{}};
    for (auto& h : newest) {
        h.what.at = positions_.next(time_.now() - (looked_.boot - h.observed));
        dated.push_back(h.what);
    }
    const auto epoch = position::at(time_.now());
    tapes_.restart(epoch, dated);
    if (dated.empty())
        positions_ = position_source{epoch};
    ring();
    if (keeper_ != nullptr)
        keeper_->ring();
}

void tape_writer::ring() noexcept
{
    for (auto* b : bells_)
        b->ring();
}

}  // namespace tickertape::tape
