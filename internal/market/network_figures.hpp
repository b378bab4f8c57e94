// Which figures follow from what the sources say of Bitcoin's network, and which of them can be
// true.
//
// Pure. Threads: any.
#pragma once

#include "market/network.hpp"

#include <chrono>
#include <optional>
#include <vector>

namespace tickertape::market {

struct network_limits {
    // Of the hash rate to the one that the difficulty stands for, both ways.
    double hash_rate_off_max = 3;
    std::chrono::seconds block_min{60};
    std::chrono::seconds block_max{3'600};
    double fee_max = 10'000;
    // The network's own rule: a quarter to four times.
    double change_min = -75;
    double change_max = 300;
    // A block is dated at most so far ahead.
    std::chrono::hours ahead_max{2};
    // There was never a day without a block: one that is dated earlier is not the newest.
    std::chrono::hours old_max{24};
    // Chance finds none for so long once in a hundred million blocks: the source is behind.
    std::chrono::hours late{3};
};

inline constexpr network_limits usual_network{};

// The blocks behind `from` up to `to`. None: they are no such two blocks, took no time, or span
// more than one change of the difficulty.
std::optional<block_window> window_between(const block& from, const block& to) noexcept;

// All figures, known or not. What follows from a figure that is withheld is withheld as well.
std::vector<network_figure>
figures_of(const network_parts& parts, const network_limits& limits = usual_network);

}  // namespace tickertape::market
