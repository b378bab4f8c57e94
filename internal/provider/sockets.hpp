// The providers that speak over a WebSocket, one connection each: see socket_api.hpp.
//
// Threads: any.
#pragma once

#include "provider/socket_api.hpp"

#include <memory>

namespace tickertape::provider {

// wss://ws-feed.exchange.coinbase.com
std::unique_ptr<socket_api> make_coinbase_stream();
// wss://ws.kraken.com/v2
std::unique_ptr<socket_api> make_kraken_stream();
// wss://data-stream.binance.vision, or wss://stream.binance.com
std::unique_ptr<socket_api> make_binance_stream();
// wss://ws.bitstamp.net
std::unique_ptr<socket_api> make_bitstamp_stream();

}  // namespace tickertape::provider
