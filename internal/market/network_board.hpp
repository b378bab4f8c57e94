// The newest figures of Bitcoin's network for those who ask.
//
// Threads: any.
#pragma once

#include "core/watched_board.hpp"
#include "market/network.hpp"

namespace tickertape::market {

class network_board : public watched_board<network_snapshot> {
public:
    using watched_board::watched_board;
};

}  // namespace tickertape::market
