// The address of a client: the peer of its connection or, behind trusted proxies, the address that
// they name.
//
// Threads: any; nothing here changes.
#pragma once

#include "core/ip.hpp"

#include <compare>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace tickertape::http {

// Identifies a client in limits: an IPv4 address, or the /64 of an IPv6 address, which is the
// smallest network that a customer gets.
struct client_key {
    std::uint64_t bits = 0;
    bool is_v4 = false;

    friend auto operator<=>(const client_key&, const client_key&) = default;
};

client_key key_of(const ip_address& client) noexcept;

class trusted_proxies {
public:
    trusted_proxies() = default;
    explicit trusted_proxies(std::vector<ip_network> networks) : networks_{std::move(networks)} {}

    bool contains(const ip_address& a) const noexcept;

    // The client of a request that came from `peer`. `forwarded`: the values of its X-Forwarded-For
    // headers in their order, of which only what a trusted proxy has written is believed: they are
    // read from the right, proxies of ours are skipped, and the first that is none of them is the
    // client. Where all are trusted it is the leftmost; where an entry is no address, it is `peer`.
    ip_address
    client_of(const ip_address& peer, std::span<const std::string_view> forwarded) const noexcept;

private:
    std::vector<ip_network> networks_;
};

}  // namespace tickertape::http
