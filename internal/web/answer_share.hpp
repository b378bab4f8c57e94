// How many bytes of answers a lane holds, and the part that one answer is of them.
//
// Answers are made at once and held until the kernel has taken them, so peers who ask and do not
// read would fill the memory with them.
//
// Threads: one, the lane's.
#pragma once

#include <cstddef>

namespace tickertape {

class answer_share {
public:
    // `held`: by all answers of the lane; it outlives this.
    explicit answer_share(std::size_t& held) noexcept : held_{held} {}
    answer_share(const answer_share&) = delete;
    answer_share& operator=(const answer_share&) = delete;
    ~answer_share() { held_ -= bytes_; }

    // Makes the bytes of one answer count until this ends, once. Returns false where there would be
    // more than `most` then, and nothing counts.
    bool take(std::size_t bytes, std::size_t most) noexcept
    {
        if (bytes > most || held_ > most - bytes)
            return false;
        held_ += bytes;
        bytes_ = bytes;
        return true;
    }

private:
    std::size_t& held_;
    std::size_t bytes_ = 0;
};

}  // namespace tickertape
