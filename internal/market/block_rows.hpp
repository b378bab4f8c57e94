// Which rows of one answer are blocks of one chain.
//
// Pure. Threads: any.
#pragma once

#include "market/network.hpp"

#include <chrono>
#include <cstddef>
#include <vector>

namespace tickertape::market {

// A block, and its place in the answer: each row is one block older than the row before it.
struct placed_block {
    std::int64_t place = 0;
    block what;
};

struct row_limits {
    // Miners' clocks: a block may be dated so long before an older one.
    std::chrono::hours back_max{2};
    // A block may be dated so long after an older one, and as much longer for each block that it is
    // above it.
    std::chrono::hours gap_max{6};
    std::chrono::minutes each_max{30};
    // From one difficulty to the next: the network's own rule, both ways.
    double difficulty_step_max = 4;
};

// Leaves out what contradicts most others: by its height, its difficulty, which is the same in all
// blocks of a period, or its time. Empty: no more than half of the rows are one chain.
std::vector<block> rows_of_one_chain(std::vector<placed_block> rows, const row_limits& limits = {});

}  // namespace tickertape::market
