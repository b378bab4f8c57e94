// The tape: the last `capacity` ticks of one symbol, in position order.
//
// One writer and any number of readers share it without locks. Ticks are numbered 0, 1, 2, ... for
// the life of the process; number i lives in slot i % capacity until number i + capacity takes its
// place. The writer never waits for a reader; a reader that comes too late has been *lapped* and is
// told so, and evicted() tells up to where ticks are gone.
//
// forget() lets all that is held go, so that positions may begin anew. It is no part of what
// readers are promised above: tapes::restart() says how they learn of it.
//
// Progress: publish() is wait-free; read() is wait-free; first_after() reads at most
// twice log2(capacity) + 2 slots whatever the writer does, and one where nothing lies after `p`.
//
// Threads: publish() and forget() on one thread; everything else on any.
#pragma once

#include "core/tick.hpp"
#include "tape/errors.hpp"

#include <atomic>
#include <cstdint>
#include <vector>

namespace tickertape::tape {

class symbol_tape {
public:
    // The number of a tick on this tape.
    using index = std::uint64_t;

    // What a slot holds; the symbol is the tape's own.
    struct entry {
        position at;
        price value;
        source_id source;

        friend bool operator==(const entry&, const entry&) noexcept = default;
    };

    // Holds `capacity` ticks, at least 1, in 32 bytes each.
    explicit symbol_tape(std::size_t capacity);

    // Appends one tick. Its position must be greater than that of the one before, and than `gone`
    // of the last forget().
    void publish(const entry& e) noexcept;
    // Holds nothing from now on: all ticks up to `gone` are no longer held. Numbers go on.
    void forget(position gone) noexcept;

    // Copies out tick `i`. Errors: tape_errc::not_yet (i >= end()), ::lapped (overwritten since).
    // While the writer is between its last two stores, tick end() can already be read.
    result<entry> read(index i) const noexcept;

    // The newest tick. Errors: tape_errc::not_yet where there has been none.
    result<entry> newest() const noexcept;

    // One past the number of the newest tick.
    index end() const noexcept { return end_.load(std::memory_order_acquire); }

    // The number of the oldest tick that is held; end() where none is. It may be overwritten before
    // it is read.
    index begin() const noexcept;

    // The number of the first tick that is still held and lies after `p`; end() if there is none.
    // Whether ticks between `p` and it are gone is what evicted() tells, asked afterwards.
    index first_after(position p) const noexcept;

    // The position of the newest tick that is no longer held; position{} while all are.
    // Once a read() has said `lapped`, this is at least the position of the tick it missed.
    position evicted() const noexcept
    {
        return position::from_packed(evicted_.load(std::memory_order_acquire));
    }

    std::size_t capacity() const noexcept { return slots_.size(); }

private:
    // The stamp says which tick the words belong to, and whether all of them have arrived.
    struct slot {
        std::atomic<std::uint64_t> stamp{0};
        std::atomic<std::uint64_t> at{0};
        std::atomic<std::uint64_t> value{0};
        std::atomic<std::uint64_t> source{0};
    };
    static_assert(sizeof(slot) == 32, "a day of ticks of 250 symbols is 69 MB because of this");

    static constexpr std::uint64_t torn(index i) noexcept { return 2 * i + 1; }
    static constexpr std::uint64_t whole(index i) noexcept { return 2 * i + 2; }

    index begin_before(index newest) const noexcept;

    slot& slot_of(index i) noexcept { return slots_[i % slots_.size()]; }
    const slot& slot_of(index i) const noexcept { return slots_[i % slots_.size()]; }

    std::vector<slot> slots_;
    // Apart from the slots, and from each other's writers: every reader of every lane loads these.
    alignas(64) std::atomic<index> end_{0};
    std::atomic<index> first_{0};  // what lies before has been forgotten
    std::atomic<std::uint64_t> evicted_{0};
};

}  // namespace tickertape::tape
