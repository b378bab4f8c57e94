// The address of another Tickertape's stream of prices: https://host[:port][/prefix]/prices/stream,
// or http://.
#pragma once

#include "core/errors.hpp"
#include "net/url.hpp"

#include <string>
#include <string_view>

namespace tickertape::relay {

inline constexpr std::string_view stream_path = "/prices/stream";

// The base of all its routes: the address without stream_path.
// Errors: relay_errc::address_path, those of net::parse_base_url().
result<net::base_url> parse_upstream(std::string_view text);

}  // namespace tickertape::relay
