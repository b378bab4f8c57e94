// Addresses of the Internet protocol, and networks of them.
//
// An IPv4 address is kept as its IPv4-mapped IPv6 one (::ffff:192.0.2.1), which is also how a
// socket that listens on both shows it: both spellings are the same address.
//
// Threads: any.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tickertape {

struct ip_address {
    std::array<std::uint8_t, 16> bytes{};

    // "192.0.2.1", "2001:db8::1"; no brackets, no port, no zone.
    static std::optional<ip_address> parse(std::string_view text);
    static ip_address v4(const std::array<std::uint8_t, 4>& bytes) noexcept;

    bool is_v4() const noexcept;
    std::string text() const;

    friend bool operator==(const ip_address&, const ip_address&) = default;
};

// The addresses that begin with the same bits.
class ip_network {
public:
    // "192.0.2.0/24", "2001:db8::/32"; an address alone is a network of one. Bits behind the prefix
    // are ignored.
    static std::optional<ip_network> parse(std::string_view text);

    // An IPv6 network holds no IPv4 address, however short its prefix.
    bool contains(const ip_address& a) const noexcept;
    // What parse() reads back to the same network.
    std::string text() const;

    friend bool operator==(const ip_network&, const ip_network&) = default;

private:
    ip_address base_;
    unsigned bits_ = 128;  // of the 128
};

}  // namespace tickertape
