// The providers a configuration may name. One that is asked over the network brings its settings
// <NAME>_URL and, where it knows keys, <NAME>_API_KEY: a line here is all they take.
#pragma once

#include <array>
#include <string_view>

namespace tickertape {

struct network_provider {
    std::string_view name;   // as PROVIDERS and the ticks have it
    std::string_view title;  // as it calls itself
    std::string_view url;    // the default of <NAME>_URL
    bool takes_api_key;
};

inline constexpr std::array network_providers{
    network_provider{"coinbase", "Coinbase", "https://api.exchange.coinbase.com", false},
    network_provider{"coingecko", "CoinGecko", "https://api.coingecko.com/api/v3", true},
};

// Prices made up or played back here. Each works alone: a simulated price never stands in for a
// real one.
inline constexpr std::array<std::string_view, 3> local_providers{"simulator", "replay", "pipe"};

}  // namespace tickertape
