// An entry of the log that the instances share: a tick, or a heartbeat.
#pragma once

#include "core/position.hpp"

#include <string>

namespace tickertape::relay {

// The entries of a log are a chain: each names the one before it, so a reader sees that one is
// missing.
struct entry {
    position at;
    position after;     // of the entry before it; position{} where it was the first
    std::string words;  // as message.hpp writes them

    friend bool operator==(const entry&, const entry&) = default;
};

}  // namespace tickertape::relay
