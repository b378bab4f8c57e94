// What the leader has observed and the log has not taken yet, under its first positions.
//
// Bounded: what has waited for too long, or is too much, is dropped, the oldest first. Nobody has
// seen it.
//
// No clock, no I/O. Threads: one.
#pragma once

#include "core/clock.hpp"
#include "relay/entry.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace tickertape::relay {

class outbox {
public:
    struct limits {
        std::chrono::milliseconds age_max{10'000};
        std::size_t entries_max = 65'536;
    };

    explicit outbox(limits bounds) noexcept : limits_{bounds} {}
    outbox() noexcept : outbox{limits{}} {}

    // `at` lies after all that was put before.
    void put(position at, std::string words, steady_time now);
    // The first, at most `most`, of which the first follows `after`. They stay until settle().
    std::vector<entry> batch(position after, std::size_t most);
    // Whether the log can have that top because of what batch() gave, whose end nobody has heard
    // of: it may have been appended in part.
    bool explains(position top) const noexcept;
    // The last that batch() gave and whose end nobody has heard of; position{}: there is none.
    position last_given() const noexcept { return given_.empty() ? position{} : given_.back(); }
    // The log has that top: what lies up to there is in it, or will never be.
    void settle(position top);
    // Drops what is too old.
    void expire(steady_time now);
    void clear();

    bool is_empty() const noexcept { return waiting_.empty(); }
    std::size_t size() const noexcept { return waiting_.size(); }
    // Observations that the log never had.
    std::uint64_t dropped() const noexcept { return dropped_; }
    struct loss {
        std::uint64_t count = 0;
        position first;
        position last;
    };
    // Those since it was last asked.
    loss take_loss() noexcept { return std::exchange(loss_, {}); }

private:
    void drop_first();

    struct item {
        position at;
        std::string words;
        steady_time since;
    };

    limits limits_;
    std::deque<item> waiting_;
    std::vector<position> given_;  // by batch(), and not settled
    std::uint64_t dropped_ = 0;
    loss loss_;
};

}  // namespace tickertape::relay
