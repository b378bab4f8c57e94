// The sources of Bitcoin's network as they are asked over REST, without I/O: what to ask, and what
// the answer says.
//
// Threads: any.
#pragma once

#include "core/fetch_error.hpp"
#include "market/network.hpp"
#include "net/http_message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tickertape::market {

// Blocks of one answer. Those behind them are not read.
inline constexpr std::size_t blocks_read_max = 100;

// mempool.space. The newest blocks, or those from a height downwards.
net::http_request mempool_blocks_request(std::optional<std::int64_t> from = std::nullopt);
net::http_request mempool_adjustment_request();
net::http_request mempool_fees_request();
net::http_request mempool_backlog_request();

// Errors of all: those of provider::json_of(); json_errc::missing_field, ::wrong_type.
//
// Blocks of one chain, the newest first: more than half of those that can be read.
struct block_list {
    std::vector<block> blocks;      // at least one
    std::size_t rows_left_out = 0;  // that cannot be read, or do not fit the others
};
// Also market_errc::not_the_chain where the rows do not fit each other.
fetched<block_list> read_mempool_blocks(const net::http_response& answer);
fetched<adjustment> read_mempool_adjustment(const net::http_response& answer);
// At least one rate.
fetched<fee_rates> read_mempool_fees(const net::http_response& answer);
fetched<backlog> read_mempool_backlog(const net::http_response& answer);

// blockchain.info. Its window is the last 24 hours, and it does not say when the last block was.
net::http_request blockchain_stats_request();
fetched<chain> read_blockchain_stats(const net::http_response& answer, wall_time now);

// blockchair. Its window is the same.
net::http_request blockchair_stats_request();
fetched<chain> read_blockchair_stats(const net::http_response& answer);

}  // namespace tickertape::market
