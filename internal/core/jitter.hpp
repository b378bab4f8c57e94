// Waits that differ from client to client, so that those who were cut together do not come back
// together.
#pragma once

#include <chrono>
#include <cstdint>

namespace tickertape {

// Half of `mean` to one and a half times it, as `random`, any number, decides.
inline std::chrono::milliseconds
jittered(std::chrono::milliseconds mean, std::uint64_t random) noexcept
{
    return mean / 2 + std::chrono::milliseconds{static_cast<std::int64_t>(
                          random % static_cast<std::uint64_t>(mean.count() + 1))};
}

}  // namespace tickertape
