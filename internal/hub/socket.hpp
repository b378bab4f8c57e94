// A connected TCP socket that a lane writes to.
//
// On a TLS connection the bytes are encrypted on the way. All counts are of bytes before
// encryption.
//
// Threads: one, its lane's.
#pragma once

#include "tls/tls_writer.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace tickertape::hub {

struct stream_socket_limits {
    // What the kernel keeps for one subscriber, sent or not. The kernel doubles it for its own
    // bookkeeping. It bounds the memory that a peer that stopped reading can take.
    int send_buffer_bytes = 16 << 10;
    // The part of that which may wait to be sent. Further ticks wait on the tape, which all share.
    int unsent_bytes = 16 << 10;
    // The kernel's room for what a peer sends after its request, which is never read: the smallest
    // that kernels grant.
    int receive_buffer_bytes = 1;
    // How long it may leave unacknowledged what it was sent before the kernel ends the connection.
    std::chrono::milliseconds unacknowledged{30'000};
};

// Owns the descriptor.
class stream_socket {
public:
    enum class outcome {
        all,       // everything was taken
        some,      // the socket is full: `bytes` were taken, possibly none
        gone,      // the connection is of no use any more
        vanished,  // likewise: the peer acknowledged nothing for too long
    };
    struct sent {
        outcome what;
        std::size_t bytes;
    };

    stream_socket() noexcept = default;
    explicit stream_socket(
        int descriptor, std::unique_ptr<tls::tls_writer> through = nullptr) noexcept
        : through_{std::move(through)}, fd_{descriptor}
    {
    }
    stream_socket(stream_socket&& other) noexcept
        : through_{std::move(other.through_)}, fd_{std::exchange(other.fd_, -1)}
    {
    }
    stream_socket& operator=(stream_socket&& other) noexcept;
    ~stream_socket();

    void apply(const stream_socket_limits& limits) noexcept;
    // Writes `first` and then `second` as one, as far as they are taken now. Never blocks.
    sent send(std::string_view first, std::string_view second) noexcept;
    // Whether bytes were taken that the kernel does not have yet: the rest of an encrypted record.
    // The next send() sends them, also if it is called without bytes.
    bool holds_back() const noexcept { return through_ != nullptr && through_->holds_back(); }
    // How many bytes those are.
    std::size_t held_bytes() const noexcept { return through_ ? through_->held_bytes() : 0; }
    // Says that nothing more will be sent; what was sent still arrives.
    void finish() noexcept;
    // Closes at once; what the kernel still holds for the peer is dropped.
    void reset() noexcept;
    // Whether the kernel ended the connection because the peer acknowledged nothing for too long.
    bool has_timed_out() const noexcept;

    int descriptor() const noexcept { return fd_; }
    bool is_open() const noexcept { return fd_ >= 0; }

private:
    std::unique_ptr<tls::tls_writer> through_;  // null: as it is
    int fd_ = -1;
};

}  // namespace tickertape::hub
