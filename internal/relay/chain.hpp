// What the next entry of the log means for a reader that has read up to its own top: each entry
// names the one before it, so the reader finds every hole itself. One that was put back names also
// the one that it followed at first, so that putting back closes no hole.
//
// No clock, no I/O. Threads: any.
#pragma once

#include "relay/recent_entries.hpp"

#include <cstdint>

namespace tickertape::relay {

enum class link : std::uint8_t {
    next,      // follows the top
    hole,      // entries after the top, up to the one it follows, are gone from the log
    orphaned,  // follows an entry that we have: the log has lost our newer ones, and nobody lacks
               // one
    forked,    // follows an entry before our top that we have never had
    begun,     // the log began anew with it, and what there was in between nobody can say
    repeated,  // we have it
    conflict,  // we have another one with its position
    passed,    // lies before our top, and we do not have it
};

// `top`: of what was read, position{} where nothing was. `held`: of what was read, the newest; the
// top need not be in it.
link link_of(const entry& e, position top, const recent_entries& held) noexcept;

}  // namespace tickertape::relay
