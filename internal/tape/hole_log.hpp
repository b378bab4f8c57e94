// The newest holes of the tapes: places in the order of all ticks where ticks are missing, of every
// symbol, because another instance has them and this one could not get them.
//
// A hole has a place in the order, and a range of positions that is missing there. Usually both are
// the same. Where the instances had two histories for a while they are not: what is missing lies
// before ticks that have been shown, and can no longer be shown in order.
//
// The log keeps the newest kept_max. Those before become one, at the place of the last of them,
// which reaches from the earliest beginning to the last end: a reader that comes from before them
// is told more than is missing, and never less.
//
// Progress: add() is wait-free; first_after() looks again only where a hole was added meanwhile.
//
// Threads: add() and clear() on one thread; everything else on any.
#pragma once

#include "core/gap_cause.hpp"
#include "core/position.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace tickertape::tape {

struct hole {
    // Its place: behind all ticks up to `after`, before all ticks after `end`. Who has all up to
    // `end` has passed it. No tick lies in between.
    position after;
    position end;
    // Ticks after `from`, up to and including `to`, are missing.
    position from;
    position to;
    gap_cause why;

    // Whether a reader may go on after `to`. Not so where that lies before what it has been given.
    bool ends_its_place() const noexcept { return end == to; }
    // From where on a reader misses ticks that comes with all up to `p`. One that comes from within
    // the place has been with an instance that has what this one lacks.
    position from_for(position p) const noexcept
    {
        return p > after && p > from && p < to ? p : from;
    }

    friend bool operator==(const hole&, const hole&) noexcept = default;
};

class hole_log {
public:
    static constexpr std::size_t kept_max = 64;

    // Places and their ends increase.
    void add(const hole& h) noexcept;
    // Positions begin anew.
    void clear() noexcept;

    // The first hole that a reader which has all up to `p` has not passed, if it ends by `until`.
    std::optional<hole> first_after(position p, position until) const noexcept;

    // How many there have been.
    std::uint64_t count() const noexcept { return count_.load(std::memory_order_acquire); }

private:
    // As a slot of symbol_tape: the stamp says which hole the words are of, and whether all of them
    // have arrived.
    struct slot {
        std::atomic<std::uint64_t> stamp{0};
        std::atomic<std::uint64_t> after{0};
        std::atomic<std::uint64_t> end{0};
        std::atomic<std::uint64_t> from{0};
        std::atomic<std::uint64_t> to{0};
        std::atomic<std::uint64_t> why{0};
    };

    static void write(slot& to, std::uint64_t number, const hole& h) noexcept;
    static std::optional<hole> read(const slot& from, std::uint64_t number) noexcept;
    void merge(const hole& no_longer_kept) noexcept;

    std::array<slot, kept_max> slots_;
    slot merged_;                           // those that are no longer kept, as one
    std::atomic<std::uint64_t> merges_{0};  // how often merged_ was written
    position merged_from_;                  // the writer's
    std::atomic<std::uint64_t> count_{0};
    std::atomic<std::uint64_t> first_{0};       // what lies before was cleared
    std::atomic<std::uint64_t> newest_end_{0};  // of the newest hole
};

}  // namespace tickertape::tape
