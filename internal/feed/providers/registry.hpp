// The providers there are. A new one is a file beside this one and a row in registry.cpp.
#pragma once

#include "core/symbol.hpp"
#include "feed/http_client.hpp"
#include "feed/provider.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace tickertape {

// What a provider is made of.
struct provider_parts {
    const symbol_table& symbols;  // outlives the provider
    std::unique_ptr<http_client> client;
    std::string api_key;  // empty: none
};

struct provider_row {
    std::string_view name;
    std::string_view default_url;
    bool takes_key;
    std::unique_ptr<provider> (*make)(provider_parts parts);
};

std::span<const provider_row> provider_rows() noexcept;
// None: there is no such provider.
const provider_row* find_provider(std::string_view name) noexcept;

}  // namespace tickertape
