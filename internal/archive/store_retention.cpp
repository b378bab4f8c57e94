// What the store gives up on purpose: days whose time has passed or for which there is no room, and
// what a wrong clock dated into the future.
#include "archive/era.hpp"
#include "archive/store.hpp"

#include <algorithm>
#include <set>

namespace tickertape::archive {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::days one_day{1};

}  // namespace

void store::set_retention(retention terms)
{
    retention_ = std::move(terms);
}

// The oldest day, where it is sealed and its candles are kept.
std::optional<utc_day> store::day_to_drop() const
{
    const auto& days = catalogue_->now().days;
    if (days.empty())
        return std::nullopt;
    const auto oldest = days.begin()->first.day;
    const bool is_sealed = std::ranges::all_of(days, [&](const auto& d) {
        return d.first.day != oldest || d.second.form == day_form::sealed;
    });
    if (!is_sealed || oldest >= day_of(held_last_) ||
        (retention_.candles_until && retention_.candles_until() < oldest + one_day))
        return std::nullopt;
    return oldest;
}

// Where time goes on a day at a time, that many later days have ticks when a day's time has passed.
// A clock that is far ahead makes one more, and not years of them.
bool store::has_enough_after(utc_day day) const
{
    std::set<utc_day> later;
    for (const auto& [key, held] : catalogue_->now().days)
        if (key.day > day)
            later.insert(key.day);
    return static_cast<std::int64_t>(later.size()) > retention_.ticks / one_day;
}

result<void> store::retire(wall_time now)
{
    // A clock that is ahead of all ticks drops none.
    const auto until = std::min(now, held_last_.time()) - retention_.ticks;
    while (retention_.ticks.count() != 0) {
        const auto day = day_to_drop();
        if (!day || *day + one_day > until || !has_enough_after(*day))
            break;
        if (const auto dropped = drop_days_before(*day + one_day); !dropped)
            return dropped.error();
    }
    if (auto done = count_bytes(); !done)
        return done;
    const auto is_too_much = [this] {
        const auto candles = retention_.candle_bytes ? retention_.candle_bytes() : 0;
        // relaxed: this thread's own.
        return retention_.bytes_most != 0 &&
               figures_.tick_bytes.load(std::memory_order_relaxed) + candles >
                   retention_.bytes_most;
    };
    if (!is_too_much())
        return {};
    if (!is_size_told_ && retention_.say)
        retention_.say("the archive has reached its size; the oldest ticks are dropped, then the"
                       " oldest candles of a minute");
    is_size_told_ = true;
    while (is_too_much()) {
        const auto day = day_to_drop();
        if (!day)
            break;
        if (const auto dropped = drop_days_before(*day + one_day); !dropped)
            return dropped.error();
        if (auto done = count_bytes(); !done)
            return done;
    }
    while (is_too_much() && retention_.drop_minutes && retention_.drop_minutes() != 0)
        ;
    return {};
}

result<void> store::count_bytes()
{
    const auto use = size_on_disk();
    if (!use)
        return use.error();
    const auto& days = catalogue_->now().days;
    // relaxed: words of their own.
    constexpr auto order = std::memory_order_relaxed;
    figures_.tick_bytes.store(use->ticks_bytes, order);
    figures_.damaged_bytes.store(use->damaged_bytes, order);
    figures_.bytes.store(use->ticks_bytes + use->damaged_bytes + use->other_bytes, order);
    figures_.sealed_days.store(
        static_cast<std::uint64_t>(std::ranges::count_if(
            days, [](const auto& d) { return d.second.form == day_form::sealed; })),
        order);
    return {};
}

result<std::size_t> store::drop_days_before(utc_day day)
{
    return guarded([&] {
        auto next = catalogue_->now();
        const auto limit = std::min(day, day_of(held_last_));
        std::vector<held_day> dropped;
        std::erase_if(next.days, [&](const auto& d) {
            const bool is_old = d.first.day < limit;
            if (is_old)
                dropped.push_back(d.second);
            return is_old;
        });
        if (dropped.empty())
            return dropped.size();
        // Holes stay: candles are kept for longer than ticks.
        next.dropped_before = std::max(next.dropped_before, limit);
        // Recorded first: a file that is gone is then no loss, and one that is left is removed at
        // the next start.
        change(std::move(next));
        for (const auto& d : dropped) {
            remove_database(path_of(d));
            if (d.form == day_form::sealed)
                remove_file(digest_path(path_of(d)));
        }
        sync_path(directory_);
        figures_.days_dropped.add(dropped.size());
        for (const auto& d : dropped)
            if (retention_.dropped)
                retention_.dropped(
                    file_name(d.key, d.form) + ": its time has passed, or there is no "
                                               "room for it; its candles stay");
        return dropped.size();
    });
}

// Recorded before a file is moved: a start that finds the record goes on with it. The record is
// kept until the page is on the disk and the catalogue knows all, so that after a failure at any
// point all of it is done again.
result<void> store::begin_era(position epoch)
{
    if (epoch >= last_ && !is_era_behind_)
        return {};
    return guarded([&] {
        close_writer(true);
        end_sealing(epoch);
        is_era_behind_ = true;
        set_aside(epoch);
        position held{};
        for (const auto& [key, day] : catalogue_->now().days)
            held = std::max(held, day.last);
        progress_.set(epoch, held);
        progress_.lower_shown(epoch);
        // Or a loss of power would leave what it said of the time that never was.
        progress_.force();
        last_ = epoch;
        held_last_ = synced_ = held;
        auto next = catalogue_->now();
        next.set_aside_after = {};
        if (held_last_ != position{})
            add_hole(next.holes, {held_last_, epoch, hole_reason::not_archived});
        inventory_->forget_suspects_after(epoch);
        ++eras_;
        change(std::move(next));
        is_era_behind_ = false;
    });
}

void store::set_aside(position epoch)
{
    auto next = catalogue_->now();
    if (next.epoch != epoch || next.set_aside_after != epoch)
        next.notes.push_back(
            {epoch.time(), "positions began anew at " + epoch.text() + "; ticks up to " +
                               last_.text() + " are in set_aside/"});
    next.epoch = next.set_aside_after = epoch;
    std::erase_if(next.days, [&](const auto& d) { return d.first.day > day_of(epoch); });
    for (auto& [key, day] : next.days)
        if (day.last > epoch && day.form == day_form::sealed)
            day.last = std::max(day.previous, last_until(path_of(day), epoch));
    // What was missing of a time that never was.
    std::erase_if(next.holes, [&](const hole& h) { return h.from >= epoch; });
    for (auto& h : next.holes)
        h.to = std::min(h.to, epoch);
    catalogue_->change(next);
    std::vector<held_day> made;
    const auto done = guarded([&] { set_aside_after(directory_, epoch, made); });
    // Also where it failed: what was made is not made again.
    for (const auto& each : made) {
        std::erase_if(next.days, [&](const auto& d) {
            return d.first.day == each.key.day && d.second.form == day_form::open &&
                   d.second.previous == each.previous;
        });
        next.days[each.key] = each;
    }
    if (!made.empty())
        catalogue_->change(std::move(next));
    if (!done)
        throw thrown_failure{done.error()};
}

// A day that is being sealed is finished, or is set aside.
void store::end_sealing(position epoch)
{
    if (!sealing_)
        return;
    auto ended = *std::exchange(sealing_, std::nullopt);
    const auto facts = ended.facts.get();
    if (!facts || ended.job.key.day > day_of(epoch))
        return;
    if (const auto done = finish(ended.job, *facts); !done)
        throw thrown_failure{done.error()};
}

}  // namespace tickertape::archive
