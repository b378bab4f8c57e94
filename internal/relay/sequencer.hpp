// Gives what this instance observes while it leads a position and words, and keeps them until the
// log has them.
//
// Positions are dated by a timeline that begins anew with each lead, so what the wall clock did
// before is forgotten; how far it may be off is the lease's to say.
//
// No clock, no I/O. Threads: one.
#pragma once

#include "core/clock.hpp"
#include "core/position.hpp"
#include "relay/outbox.hpp"
#include "tape/timeline.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace tickertape::relay {

class sequencer {
public:
    struct limits {
        outbox::limits waiting{};
        // Silence, after which an entry says that the leader lives.
        std::chrono::milliseconds heartbeat{5'000};
        std::size_t batch_max = 1'000;
    };

    explicit sequencer(limits bounds) noexcept : limits_{bounds}, waiting_{bounds.waiting} {}

    // Observations are taken from now on. Their positions lie after `floor` and have that slot.
    void begin(position floor, unsigned slot, const moment& now);
    // They are not any more, and what waits is dropped. Positions that the log may have are not
    // given again.
    void end();
    bool is_open() const noexcept { return positions_.has_value(); }

    // False: it is not taken, because this instance does not lead.
    bool put(std::string words, const moment& now);
    // Positions given from now on lie after it too.
    void raise(position floor);
    // When a heartbeat is to be put, if nothing is put before.
    steady_time heartbeat_due() const noexcept { return put_last_ + limits_.heartbeat; }

    std::vector<entry> batch(position after) { return waiting_.batch(after, limits_.batch_max); }
    outbox& waiting() noexcept { return waiting_; }
    const outbox& waiting() const noexcept { return waiting_; }

private:
    limits limits_;
    outbox waiting_;
    std::optional<tape::timeline> time_;
    std::optional<position_source> positions_;
    position sent_;  // the last that the log may have
    unsigned slot_ = 0;
    steady_time put_last_{};
};

}  // namespace tickertape::relay
