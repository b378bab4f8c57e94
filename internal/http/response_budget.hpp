// The response budget of a lane: how many bytes of answers it holds, and the share of one answer.
//
// Answers are made at once and held until the kernel has taken them, so peers that ask and do not
// read would fill the memory with them. Request bodies have a budget of their own.
//
// Threads: one, the lane's.
#pragma once

#include <cstddef>

namespace tickertape::http {

class budget_share {
public:
    // `held`: by all answers of the lane; it outlives this.
    explicit budget_share(std::size_t& held) noexcept : held_{held} {}
    budget_share(const budget_share&) = delete;
    budget_share& operator=(const budget_share&) = delete;
    ~budget_share() { held_ -= bytes_; }

    // Counts the bytes of one answer until this ends, once. Returns false and counts nothing if
    // there would be more than `most` then.
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

}  // namespace tickertape::http
