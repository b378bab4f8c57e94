#include "tape/tape_writer.hpp"

#include <algorithm>

namespace tickertape::tape {

tape_writer::tape_writer(tapes& to, clock_reading start, timeline::limits bounds) noexcept
    : tapes_{to}, time_{start, bounds, to.placed().time()}, looked_{start}, positions_{to.placed()}
{
}

std::optional<timeline::step> tape_writer::look(clock_reading now)
{
    looked_ = now;
    if (!is_dated_here_) {
        tapes_.note_time(now.wall);
        return std::nullopt;
    }
    const auto step = time_.look(now);
    if (step && step->starts_anew)
        restart();
    tapes_.note_time(time_.now());
    tapes_.note_settled(time_.now());
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
    if (t.at <= tapes_.placed()) {
        if (t.at != tapes_.placed() || t.at != place_end_)
            return tape_errc::out_of_order;
        // The place that a hole was given turns out to be that of a tick, which readers who were
        // told of the hole would not be given any more.
        miss(t.at.previous(), t.at, gap_cause::evicted);
        return {};
    }
    const auto source = names.intern(t.source, t.combined);
    if (!source)
        return source.error();
    positions_ = position_source{t.at};
    put({t.at, t.symbol, t.value, *source}, looked_.boot - age_of(t.at, looked_));
    return {};
}

std::optional<boost::system::error_code> tape_writer::take(const past_tick& t, source_table& names)
{
    auto taken = append(t, names);
    if (!taken && taken.error() == core_errc::too_many_sources) {
        auto shortened = t;
        shortened.source = t.source.substr(0, t.source.find('('));
        shortened.combined = 0;
        taken = append(shortened, names);
    }
    if (taken)
        return std::nullopt;
    miss(t.at.previous(), t.at, gap_cause::damaged);
    return taken.error();
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

void tape_writer::miss(position from, position to, gap_cause why)
{
    if (to <= from)
        return;
    using at_once = tapes::committed_at_once;
    const auto after = tapes_.placed();
    const hole h{after, std::max(to, after.next()), from, to, why};
    if (!h.ends_its_place())
        place_end_ = h.end;
    positions_ = position_source{h.end};
    tapes_.miss(h, keeper_ == nullptr ? at_once::yes : at_once::no);
    if (keeper_ == nullptr)
        ring();
    else
        keeper_->ring();
}

void tape_writer::pass(position up_to) noexcept
{
    if (is_dated_here_ || up_to.next().time() <= passed_)
        return;
    passed_ = up_to.next().time();
    tapes_.note_settled(passed_);
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
    enter_era(position::at(time_.now()), dated);
}

void tape_writer::begin_after(position epoch) noexcept
{
    positions_ = position_source{epoch};
    tapes_.begin_after(epoch);
    ring();
}

void tape_writer::begin_anew(position epoch)
{
    tapes_.commit(tapes_.placed());
    enter_era(epoch, {});
}

void tape_writer::enter_era(position epoch, std::span<const tick> newest)
{
    tapes_.restart(epoch, newest);
    place_end_ = {};
    passed_ = {};
    if (!is_dated_here_)
        tapes_.note_settled(passed_);
    if (newest.empty())
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
