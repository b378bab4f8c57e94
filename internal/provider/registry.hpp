// All providers. A new one is a file beside this one and a row in registry.cpp: see
// docs/providers.md.
#pragma once

#include "core/token_bucket.hpp"
#include "provider/candle_api.hpp"
#include "provider/rest_api.hpp"
#include "provider/socket_api.hpp"

#include <array>
#include <memory>
#include <span>
#include <string_view>

namespace tickertape::provider {

// How a provider wants to be shown a key, where it takes one.
enum class key_use { none, optional, required };

struct row {
    std::string_view name;   // as PROVIDERS and the ticks have it
    std::string_view title;  // as it calls itself
    // Where it answers REST requests. The second, where there is one, is asked when the first
    // cannot be reached or refuses us as a whole.
    std::array<std::string_view, 2> urls{};
    key_use key = key_use::none;
    // The header that carries the key; null where there is none. `host` is the one asked.
    net::http_header (*key_header)(std::string_view host, std::string_view key) = nullptr;
    rate_limit limit{};           // without a key
    rate_limit limit_with_key{};  // the same where there is none
    // Requests that it gives in a month for nothing, to prices and all else together; 0: that has
    // no such limit, or the rates above keep to it.
    std::size_t calls_a_month = 0;
    std::unique_ptr<rest_api> (*make_rest)() = nullptr;
    // Null: it is not asked for candles of before.
    std::unique_ptr<candle_api> (*make_candles)() = nullptr;
    // Where it speaks over a WebSocket; empty and null where it does not.
    std::string_view socket_url{};
    std::unique_ptr<socket_api> (*make_socket)() = nullptr;
    // Asked where PROVIDERS says nothing: an exchange with a market in dollars that answers
    // everybody, without a key, from anywhere we know of. Such prices are made where they are sold,
    // so that they agree or something is wrong.
    bool is_default = false;
};

std::span<const row> provider_rows() noexcept;
// None: there is no such provider.
const row* find_provider(std::string_view name) noexcept;

}  // namespace tickertape::provider
