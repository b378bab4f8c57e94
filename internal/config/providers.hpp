// The providers a configuration may name. Who they are is the feed's to know: load() is told.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace tickertape {

enum class api_key_use { none, optional, required };

// A provider that is asked over the network. It brings its settings with it: <NAME>_URL,
// <NAME>_API_KEY where it knows keys, and so on. The texts live as long as the program.
struct network_provider {
    std::string_view name;          // as PROVIDERS and the ticks have it
    std::string_view title;         // as it calls itself
    std::string_view url;           // where it answers requests
    std::string_view stream_url{};  // where it streams; empty: it does not
    api_key_use api_key = api_key_use::none;
    // How often it lets itself be asked, without a key and with one.
    double requests_per_minute = 60;
    double requests_per_minute_with_key = 60;
    bool is_default = false;  // asked where PROVIDERS says nothing
};

// How many PROVIDERS may name.
inline constexpr std::size_t providers_named_max = 16;

// Prices made up or played back here. Each works alone: a simulated price never stands in for a
// real one.
inline constexpr std::array<std::string_view, 3> local_providers{"simulator", "replay", "pipe"};

}  // namespace tickertape
