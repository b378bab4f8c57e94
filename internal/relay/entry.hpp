// An entry of the log that the instances share: a tick, or a heartbeat.
#pragma once

#include "core/position.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace tickertape::relay {

// The entries of a log are a chain: each names the one before it, so a reader sees that one is
// missing.
struct entry {
    position at;
    position after;     // of the entry before it in the log; position{} where it was the first
    std::string words;  // as message.hpp writes them
    // Of an entry that was put back: what it followed when it was first appended, where that is
    // another one. The log may have lost that since, or have gone on without it for a while.
    std::optional<position> born_after{};

    position first_after() const noexcept { return born_after.value_or(after); }
    // Who has all up to there, and first_after() too, lacks nothing before this entry.
    position follows() const noexcept { return std::max(after, first_after()); }

    friend bool operator==(const entry&, const entry&) = default;
};

}  // namespace tickertape::relay
