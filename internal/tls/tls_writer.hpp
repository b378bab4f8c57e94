// Writes to the peer of a TLS connection that is only written to.
//
// What the kernel does not take of a record that has begun to go out has to go out as it is; so the
// rest of one record is kept, and nothing more is encrypted until it has gone.
//
// What the peer says is not read: it stays in the kernel, where it is bounded. A peer that is done
// closes its connection, and that is seen without reading; one that asks for new keys (KeyUpdate,
// which no client of a stream of prices needs) is not answered, and its stream goes on.
//
// Threads: one, that of the descriptor.
#pragma once

#include "tls/tls_wire.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace tickertape::tls {

class tls_writer {
public:
    // What goes into one record: a peer can use none of it before it has all of it, and the rest of
    // one is what a peer that stopped reading costs us.
    static constexpr std::size_t record_bytes = std::size_t{4} << 10;
    // Records under one key. AES-GCM is safe for 2^24.5 of full size (RFC 8446, section 5.5).
    static constexpr std::uint32_t records_max = std::uint32_t{1} << 24;

    struct sent {
        bool is_gone;       // the connection is of no use any more
        bool is_full;       // the kernel takes no more for now
        std::size_t bytes;  // of what was given; they need not be given again
    };

    // After its handshake.
    tls_writer(std::unique_ptr<tls_wire> wire, owned<SSL> ssl) noexcept
        : wire_{std::move(wire)}, ssl_{std::move(ssl)}
    {
    }

    // Writes `first` and then `second` as one, as far as they are taken now. Never blocks.
    sent send(std::string_view first, std::string_view second) noexcept;
    // Says goodbye, where the kernel has room for it: what was sent before is not cut off.
    void finish() noexcept;
    // Whether there are bytes that have been taken and are not with the kernel yet.
    bool holds_back() const noexcept { return wire_->holds_back(); }
    std::size_t held_bytes() const noexcept { return wire_->held_bytes(); }

private:
    bool seal(std::string_view bytes) noexcept;

    std::unique_ptr<tls_wire> wire_;
    owned<SSL> ssl_;  // uses the wire, so it goes first
    std::uint32_t records_ = 0;
};

}  // namespace tickertape::tls
