#include "core/ip.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstring>

namespace tickertape {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned mapped_bits = 96;

// The bits of byte `index` that a prefix of `bits` covers.
std::uint8_t mask_of(unsigned index, unsigned bits) noexcept
{
    const unsigned covered = std::clamp(bits, 8 * index, 8 * (index + 1)) - 8 * index;
    return static_cast<std::uint8_t>(0xff00u >> covered);
}

}  // namespace

std::optional<ip_address> ip_address::parse(std::string_view text)
{
    // The longest is "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255".
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    if (text.empty() || text.size() >= terminated.size() ||
        text.find('\0') != std::string_view::npos)
        return std::nullopt;
    std::ranges::copy(text, terminated.begin());
    std::array<std::uint8_t, 4> four{};
    if (::inet_pton(AF_INET, terminated.data(), four.data()) == 1)
        return v4(four);
    ip_address a;
    if (::inet_pton(AF_INET6, terminated.data(), a.bytes.data()) == 1)
        return a;
    return std::nullopt;
}

ip_address ip_address::v4(const std::array<std::uint8_t, 4>& bytes) noexcept
{
    ip_address a;
    std::ranges::copy(mapped_prefix, a.bytes.begin());
    std::ranges::copy(bytes, a.bytes.begin() + mapped_prefix.size());
    return a;
}

bool ip_address::is_v4() const noexcept
{
    return std::equal(mapped_prefix.begin(), mapped_prefix.end(), bytes.begin());
}

std::string ip_address::text() const
{
    std::array<char, INET6_ADDRSTRLEN> out{};
    if (is_v4())
        ::inet_ntop(AF_INET, bytes.data() + mapped_prefix.size(), out.data(), out.size());
    else
        ::inet_ntop(AF_INET6, bytes.data(), out.data(), out.size());
    return out.data();
}

std::optional<ip_network> ip_network::parse(std::string_view text)
{
    const auto slash = text.find('/');
    const auto address = ip_address::parse(text.substr(0, slash));
    if (!address)
        return std::nullopt;
    // "::ffff:10.0.0.0/104" counts its bits from the front, "10.0.0.0/8" from where IPv4 begins.
    const bool short_form = address->is_v4() && text.find(':') == std::string_view::npos;
    const unsigned before = short_form ? mapped_bits : 0;
    unsigned bits = 128 - before;
    if (slash != std::string_view::npos) {
        const auto given = text.substr(slash + 1);
        const auto* const end = given.data() + given.size();
        const auto read = std::from_chars(given.data(), end, bits);
        if (read.ec != std::errc{} || read.ptr != end || bits > 128 - before)
            return std::nullopt;
    }
    ip_network n;
    n.bits_ = before + bits;
    for (unsigned i = 0; i < n.base_.bytes.size(); ++i)
        n.base_.bytes[i] = address->bytes[i] & mask_of(i, n.bits_);
    return n;
}

bool ip_network::contains(const ip_address& a) const noexcept
{
    if (a.is_v4() != base_.is_v4())
        return false;
    for (unsigned i = 0; i < a.bytes.size(); ++i)
        if ((a.bytes[i] & mask_of(i, bits_)) != base_.bytes[i])
            return false;
    return true;
}

std::string ip_network::text() const
{
    const bool short_form = base_.is_v4() && bits_ >= mapped_bits;
    const unsigned bits = short_form ? bits_ - mapped_bits : bits_;
    if (bits_ == 128)
        return base_.text();
    return base_.text() + "/" + std::to_string(bits);
}

}  // namespace tickertape
