// The socket of a connection that HTTP has finished with: its descriptor and, on an HTTPS port,
// what encrypts its writes.
//
// Threads: one at a time.
#pragma once

#include "tls/tls_writer.hpp"

#include <memory>
#include <unistd.h>
#include <utility>

namespace tickertape::http {

// Owns the descriptor until release().
class released_socket {
public:
    released_socket() noexcept = default;
    explicit released_socket(
        int descriptor, std::unique_ptr<tls::tls_writer> through = nullptr) noexcept
        : through_{std::move(through)}, fd_{descriptor}
    {
    }
    released_socket(released_socket&& other) noexcept
        : through_{std::move(other.through_)}, fd_{std::exchange(other.fd_, -1)}
    {
    }
    released_socket& operator=(released_socket&&) = delete;
    ~released_socket()
    {
        if (fd_ >= 0)
            ::close(fd_);
    }

    bool is_open() const noexcept { return fd_ >= 0; }
    // The caller owns both from now on. No writer: the connection is not encrypted.
    std::pair<int, std::unique_ptr<tls::tls_writer>> release() noexcept
    {
        return {std::exchange(fd_, -1), std::move(through_)};
    }

private:
    std::unique_ptr<tls::tls_writer> through_;
    int fd_ = -1;
};

}  // namespace tickertape::http
