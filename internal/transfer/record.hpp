// A tick as other programs see it: with names instead of numbers.
#pragma once

#include "core/position.hpp"
#include "core/price.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tickertape::transfer {

struct record {
    std::string symbol;  // "BTC-USD"
    price value;
    wall_time at;
    std::string source;
    // Its position, where the text says it; it lies in the millisecond of `at`.
    std::optional<position> id;
};

// How many providers a source combines: 2 for "median(coinbase,kraken)", 0 for "coinbase".
unsigned combined_in(std::string_view source) noexcept;

// Longer names of sources are refused.
inline constexpr std::size_t source_bytes_max = 256;
// Why this is no name of a source; empty: it is one.
std::string_view wrong_with_source(std::string_view name) noexcept;

}  // namespace tickertape::transfer
