// Decides when placed ticks are committed: when their keeper has them, when it says that it has
// failed, or when they have waited for it as long as they may.
//
// A keeper that is too slow or fails is *passed by*: what is placed is committed at once, until the
// keeper has caught up with all of it. So a keeper delays a tick by no more than `patience`, and
// nothing is held back twice.
//
// No clock of its own, no I/O. Threads: one, the writer's.
#pragma once

#include "core/clock.hpp"
#include "tape/tape_writer.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace tickertape::tape {

class commit_gate {
public:
    struct limits {
        std::chrono::milliseconds patience{250};
        // More ticks than that do not wait. Less than what a tape holds, so that the newest
        // committed tick of a symbol is never overwritten by one that is not.
        std::size_t waiting_max = 65'536;
    };

    // What is passed by from now on, or kept again.
    enum class change { passed_by, kept_again };

    // The writer outlives this and has the keeper of this gate.
    commit_gate(tape_writer& to, limits bounds) noexcept : writer_{to}, limits_{bounds} {}

    // To be called after ticks were placed.
    std::optional<change> placed(steady_time now);
    // The keeper has all up to there.
    std::optional<change> kept(position up_to) noexcept;
    // The keeper has failed: what waits for it would wait in vain.
    std::optional<change> failed() noexcept;
    // To be called at due() or later.
    std::optional<change> look(steady_time now) noexcept;
    // When ticks that wait now are to be passed by; none where no tick waits.
    std::optional<steady_time> due() const noexcept;

    bool is_passing() const noexcept { return passing_; }
    // Ticks that were committed before their keeper had them.
    std::uint64_t passed() const noexcept { return passed_; }

private:
    std::optional<change> pass() noexcept;

    tape_writer& writer_;
    const limits limits_;
    bool passing_ = false;
    // The ticks that were placed within a millisecond of `since`.
    struct placed_together {
        steady_time since;
        position last;
    };
    std::deque<placed_together> waiting_;
    std::uint64_t passed_ = 0;
};

}  // namespace tickertape::tape
