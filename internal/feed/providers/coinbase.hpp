// Coinbase Exchange: https://docs.cdp.coinbase.com/exchange. No key; 10 requests a second per IP.
#pragma once

#include "feed/providers/registry.hpp"

namespace tickertape {

std::unique_ptr<provider> make_coinbase(provider_parts parts);

}  // namespace tickertape
