// How many bitcoins there are at a height, and when the reward of a block halves: the rules of the
// network (GetBlockSubsidy() of Bitcoin Core), in whole satoshi.
//
// What miners left unclaimed, and the first block's reward that nobody can spend, count as issued,
// as blockchain.info counts them.
//
// Pure. Threads: any.
#pragma once

#include <cstdint>
#include <optional>

namespace tickertape::market {

inline constexpr std::int64_t satoshi_per_bitcoin = 100'000'000;
inline constexpr std::int64_t blocks_per_halving = 210'000;
inline constexpr std::int64_t blocks_per_period = 2'016;  // from one difficulty to the next
inline constexpr std::int64_t target_block_seconds = 600;
inline constexpr std::int64_t blocks_per_year = 52'560;  // 365 days at the target
// Hashes that a block of difficulty 1 takes on average.
inline constexpr double hashes_per_difficulty = 4'294'967'296.0;

// The new coins of the block at `height`; 0 from the 34th reward on. `height` is not negative.
std::int64_t subsidy_at(std::int64_t height) noexcept;
// All coins issued by the blocks from 0 up to the one at `height`.
std::int64_t supply_at(std::int64_t height) noexcept;
// What supply_at() never passes.
std::int64_t supply_in_the_end() noexcept;

// The first height above this one whose reward is half; none: there is no reward left to halve.
std::optional<std::int64_t> next_halving(std::int64_t height) noexcept;
// The first height above this one with a difficulty of its own.
std::int64_t next_retarget(std::int64_t height) noexcept;
// What the supply grows by over the next blocks_per_year blocks, in percent of what it is.
double inflation_percent_at(std::int64_t height) noexcept;

}  // namespace tickertape::market
