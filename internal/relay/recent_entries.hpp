// The newest entries of the log that this instance has read, as they were: to put them back where
// the log has lost them, and to know its own history from another.
//
// Bounded: the oldest are forgotten. Threads: one.
#pragma once

#include "relay/entry.hpp"

#include <cstddef>
#include <deque>
#include <vector>

namespace tickertape::relay {

class recent_entries {
public:
    struct limits {
        std::size_t entries_max = 65'536;
        std::size_t bytes_max = 16 * 1024 * 1024;  // of words
    };

    explicit recent_entries(limits bounds) noexcept : limits_{bounds} {}
    recent_entries() noexcept : recent_entries{limits{}} {}

    // Usually after all that is held; an entry of before goes to its place. One that is held stays.
    void add(entry e);

    const entry* find(position p) const noexcept;
    bool holds(position p) const noexcept { return find(p) != nullptr; }
    // position{} where nothing is held.
    position newest() const noexcept { return held_.empty() ? position{} : held_.back().at; }
    // Of what lies up to there it may have forgotten some; position{}: nothing was forgotten.
    position forgotten() const noexcept { return forgotten_; }
    // The newest that lies before `p`; position{} where there is none.
    position before(position p) const noexcept;
    // The first entries after `p`, at most `most`.
    std::vector<entry> after(position p, std::size_t most) const;
    // Forgets those after `from`, up to and including `to`. Returns how many.
    std::size_t drop(position from, position to);
    std::size_t size() const noexcept { return held_.size(); }

private:
    using place = std::deque<entry>::const_iterator;

    // The first that lies after `p`.
    place first_after(position p) const noexcept;

    limits limits_;
    std::deque<entry> held_;
    std::size_t bytes_ = 0;
    position forgotten_;
};

}  // namespace tickertape::relay
