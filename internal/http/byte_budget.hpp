// The byte budgets of a lane, one for answers and one for request bodies: how many bytes the lane
// holds of each, and the share of one answer or body.
//
// An answer is held until the kernel has taken it, and a body from its first byte until its request
// has been answered, which may wait for another thread. So peers that ask and do not read, or send
// and do not end, would fill the memory without these bounds.
//
// Threads: one, the lane's; others may read the count.
#pragma once

#include "core/tally.hpp"

#include <cstddef>

namespace tickertape::http {

class budget_share {
public:
    // `held`: by all shares of that budget; it outlives this.
    explicit budget_share(tally& held) noexcept : held_{held} {}
    budget_share(const budget_share&) = delete;
    budget_share& operator=(const budget_share&) = delete;
    ~budget_share() { held_.subtract(bytes_); }

    // Whether all shares together would be at most `most` if this one had that many bytes.
    bool has_room_for(std::size_t bytes, std::size_t most) const noexcept
    {
        const auto others = held_.value() - bytes_;
        return bytes <= most && others <= most - bytes;
    }
    // Makes this share that many bytes until it is resized or ends. Returns false and changes
    // nothing if it would grow and there is no room for that. It may always shrink.
    bool resize(std::size_t bytes, std::size_t most) noexcept
    {
        if (bytes > bytes_ && !has_room_for(bytes, most))
            return false;
        held_.subtract(bytes_);
        held_.add(bytes);
        bytes_ = bytes;
        return true;
    }

private:
    tally& held_;
    std::size_t bytes_ = 0;
};

}  // namespace tickertape::http
