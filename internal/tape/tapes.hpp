// The tapes of all symbols.
//
// Readers merge several tapes by position. A tick becomes readable on its own tape before the one
// after it is written to another, but a reader looks at the tapes one by one and could see the
// later of two without the earlier. So each tick is *committed* after it is on its tape: a reader
// loads committed() first and takes nothing beyond it, and then has every tick up to there.
//
// Between the two a tick is *placed*: it has its position, and may be read by those who keep it (an
// archive), but by nobody else. Placing and committing are apart where something has to happen
// between them.
//
// Positions increase within an *era*. A new era begins where the clock was set so far ahead that
// reality would not catch up with it (decision 0017): what was held is gone, and positions begin
// anew, possibly below those of before. A reader notes era() before it looks and compares it
// afterwards: what it saw is worth something only where both are equal and even.
//
// Ticks of other instances may be missing. Such a hole has a place in the order of the ticks, and
// a reader that follows several tapes asks for the next one before it reads on.
//
// Threads: append(), place(), miss(), commit() and restart() on one thread; everything else on any.
#pragma once

#include "core/clock.hpp"
#include "core/tick.hpp"
#include "tape/hole_log.hpp"
#include "tape/symbol_tape.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace tickertape::tape {

// How long ago that was, by the wall clock, which is all that two processes have in common.
std::chrono::milliseconds age_of(position p, clock_reading now) noexcept;

// What tapes begin with: ticks from disk, or from another instance.
struct known_past {
    // In position order; of each symbol all after `known_since`, or the newest of them, as many as
    // a tape holds.
    std::span<const tick> ticks;
    // Not after any of the ticks. What lies before it is told as evicted.
    position known_since;
    // Positions begin after it: one before it is of another history, and told as restarted.
    position epoch;
};

class tapes {
public:
    using era_number = std::uint64_t;

    // `started`: the time from which on this process knows every tick. `symbols` outlives this.
    tapes(const symbol_table& symbols, std::size_t capacity, wall_time started);

    // Fills the tapes, before anything is appended and anybody reads. Positions go on after the
    // last of the ticks; `now` tells how old they are. At an error nothing has been done. Errors:
    // tape_errc::out_of_order.
    result<void> restore(const known_past& past, clock_reading now);
    // Says that nothing up to there is known, before anything is appended. Positions begin after
    // it. A reader from before it is told, but for one that has had nothing at all: position{}.
    void begin_after(position epoch) noexcept;
    // Appends a tick, which was observed then, and commits it. All that was placed before it has
    // been committed, and its position lies after that.
    void append(const tick& t, boot_time observed) noexcept;
    // The same in two steps. What is placed and not committed is kept in a queue of its own, which
    // the caller bounds.
    void place(const tick& t, boot_time observed);
    // Puts a hole behind what is placed, which is h.after: no tick up to h.end follows. It is
    // committed at once, or placed like a tick.
    enum class committed_at_once { yes, no };
    void miss(const hole& h, committed_at_once how);
    // Commits what is placed up to there.
    void commit(position up_to) noexcept;
    // How many ticks and holes are placed and not committed. On the writer's thread.
    std::size_t uncommitted() const noexcept { return uncommitted_.size(); }
    // Begins a new era with the newest tick of each symbol, in the order of their new positions.
    // All that was placed has been committed. The epoch is the last of them, or `epoch` where there
    // is none.
    void restart(position epoch, std::span<const tick> newest) noexcept;

    // Odd while a new era begins.
    era_number era() const noexcept
    {
        // acquire: what is loaded after this is of this era or a later one. What has been loaded
        // before it was an acquire too, so if that was of a later era this is as well.
        return era_.load(std::memory_order_acquire);
    }
    // Every tick up to here is on its tape; none beyond it may be taken.
    position committed() const noexcept
    {
        // acquire: pairs with append(), so the slots of all ticks up to here are visible.
        return position::from_packed(committed_.load(std::memory_order_acquire));
    }
    // Every tick up to here is on its tape, but those after committed() are to be shown to nobody.
    position placed() const noexcept
    {
        // acquire: pairs with place(), as committed() does with commit().
        return position::from_packed(placed_.load(std::memory_order_acquire));
    }
    // Positions at or before it are of another history: of an era before, or of before the first
    // start.
    position epoch() const noexcept
    {
        // acquire: pairs with restart().
        return position::from_packed(epoch_.load(std::memory_order_acquire));
    }

    // The last position of the eras before; position{} where this is the first. One of this era may
    // be the same as one of before up to there.
    position given_before() const noexcept
    {
        // acquire: pairs with restart().
        return position::from_packed(given_before_.load(std::memory_order_acquire));
    }
    // The first hole that a reader which has all up to `p` has not passed, and that may be told to
    // one who sees all up to `until`.
    std::optional<hole> next_hole(position p, position until) const noexcept
    {
        return holes_.first_after(p, until);
    }
    // How many holes there have been.
    std::uint64_t holes() const noexcept { return holes_.count(); }
    // Whether that is the position of a tick which is held.
    bool holds(position p) const noexcept;
    bool holds(symbol_id id, position p) const noexcept;

    // The writer notes its believed time at every look. A reader whose clock is further ahead of it
    // than two looks are apart has a wrong clock.
    void note_time(wall_time now) noexcept
    {
        // relaxed: a number of its own.
        time_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    }
    // The writer says that it places no tick before that time from now on.
    void note_settled(wall_time time) noexcept
    {
        // release: pairs with settled(), so that it finds placed what was placed before.
        settled_.store(time.time_since_epoch().count(), std::memory_order_release);
    }
    // No tick before that time is committed from now on, in this era: the time of the newest one
    // that is, or what the writer has said where nothing is placed that is not committed.
    wall_time settled() const noexcept
    {
        // acquire: pairs with note_settled(). Loaded before placed(): what is placed later is not
        // dated before it.
        const std::chrono::milliseconds noted{settled_.load(std::memory_order_acquire)};
        const auto last_placed = placed();
        const auto last = committed();
        if (noted.count() == never || last_placed > last)
            return last.time();
        return std::max(last.time(), wall_time{noted});
    }
    // `now` as the clock says it, or the writer's time where that cannot be.
    wall_time believed(wall_time now) const noexcept
    {
        // relaxed: as above.
        const std::chrono::milliseconds noted{time_.load(std::memory_order_relaxed)};
        return std::min(now, wall_time{noted} + looks_apart);
    }

    const symbol_tape& of(symbol_id id) const noexcept { return tapes_[index_of(id)]; }
    // The position of the symbol's newest committed tick; position{} before the first. At least
    // that of its newest tick up to what committed() said before. Of many symbols it is cheaper
    // than asking each tape: they lie side by side.
    position newest(symbol_id id) const noexcept
    {
        // acquire: pairs with restart(). What it must not miss was stored before committed_ was,
        // which the caller has acquired.
        return position::from_packed(newest_[index_of(id)].load(std::memory_order_acquire));
    }
    // One past the number of the symbol's newest committed tick, on its tape.
    symbol_tape::index end(symbol_id id) const noexcept
    {
        // acquire: as for newest().
        return ends_[index_of(id)].load(std::memory_order_acquire);
    }
    // The symbol's newest committed tick. Errors: tape_errc::not_yet where there has been none.
    result<symbol_tape::entry> newest_tick(symbol_id id) const noexcept;
    // When the symbol's newest committed tick was observed; none before the first. Asked before the
    // tick itself it is never later than when that was observed: a price may look older than it is
    // for a moment, and never younger.
    std::optional<boot_time> observed(symbol_id id) const noexcept
    {
        // acquire: pairs with append().
        const auto ms = observed_[index_of(id)].load(std::memory_order_acquire);
        if (ms == never)
            return std::nullopt;
        return boot_time{std::chrono::milliseconds{ms}};
    }
    const symbol_table& symbols() const noexcept { return symbols_; }

private:
    static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::min();
    // Before the first look any clock is believed.
    static constexpr std::int64_t never_looked = std::numeric_limits<std::int64_t>::max() / 2;
    // Looks are a second apart, or more where the writer is busy.
    static constexpr std::chrono::milliseconds looks_apart{2'000};

    // A tick that is placed and not committed, or the end of a hole.
    struct pending {
        position at;
        symbol_id symbol{};
        symbol_tape::index number = 0;
        boot_time observed{};
        bool is_hole = false;
    };

    pending put(const tick& t, boot_time observed) noexcept;
    // All that readers ask of a symbol beside its tape.
    void show(const pending& p) noexcept;

    const symbol_table& symbols_;
    std::deque<symbol_tape> tapes_;
    std::vector<std::atomic<std::uint64_t>> newest_;
    std::vector<std::atomic<symbol_tape::index>> ends_;
    std::vector<std::atomic<std::int64_t>> observed_;
    std::deque<pending> uncommitted_;
    hole_log holes_;
    std::atomic<std::uint64_t> epoch_;
    std::atomic<std::uint64_t> given_before_{0};
    std::atomic<std::int64_t> time_{never_looked};
    std::atomic<std::int64_t> settled_{never};
    alignas(64) std::atomic<std::uint64_t> committed_;
    std::atomic<std::uint64_t> placed_;
    std::atomic<era_number> era_{0};
};

// Calls `look` and returns its result. Calls it again where a new era began meanwhile, which is
// rare and takes microseconds.
template <class Look>
auto within_an_era(const tapes& of, Look look)
{
    for (;;) {
        const auto before = of.era();
        auto seen = look();
        if (before % 2 == 0 && of.era() == before)
            return seen;
    }
}

}  // namespace tickertape::tape
