// The providers that speak over a WebSocket, one connection each: see socket_api.hpp.
//
// Threads: any.
#pragma once

#include "provider/socket_api.hpp"

#include <memory>

namespace tickertape::provider {

// wss://ws-feed.exchange.coinbase.com
std::unique_ptr<socket_api> make_coinbase_socket();
// wss://ws.kraken.com/v2
std::unique_ptr<socket_api> make_kraken_socket();
// wss://data-stream.binance.vision, or wss://stream.binance.com
std::unique_ptr<socket_api> make_binance_socket();
// wss://ws.bitstamp.net
std::unique_ptr<socket_api> make_bitstamp_socket();

}  // namespace tickertape::provider
