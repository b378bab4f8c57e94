#include "core/backoff.hpp"

#include <algorithm>
#include <cassert>

namespace tickertape {

std::chrono::milliseconds backoff::next(double random) noexcept
{
    assert(random >= 0 && random < 1);
    // Doubled step by step and never past the half of `most`, so that it cannot overflow however
    // long a provider is away.
    auto bound = std::min(limits_.first, limits_.most);
    for (unsigned i = 0; i < failures_ && bound < limits_.most; ++i)
        bound = bound > limits_.most / 2 ? limits_.most : 2 * bound;
    // 62 doublings of a millisecond are beyond any bound: the count itself need not grow further.
    if (failures_ < 62)
        ++failures_;
    return std::chrono::milliseconds{
        static_cast<std::chrono::milliseconds::rep>(random * static_cast<double>(bound.count()))};
}

}  // namespace tickertape
