// The most that the source of a tick of another instance may be.
#pragma once

#include <cstddef>

namespace tickertape::relay {

// More than the longest name there is: a median of all providers.
inline constexpr std::size_t source_bytes_max = 512;
// Providers of one price.
inline constexpr unsigned combined_max = 1'000;

}  // namespace tickertape::relay
