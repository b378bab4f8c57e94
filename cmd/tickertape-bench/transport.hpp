// A connection of the load generator, plain or encrypted. Nothing here ever waits.
//
// Threads: one.
#pragma once

#include "tickertape-bench/machine.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>

struct ssl_ctx_st;
struct ssl_st;

namespace tickertape::bench {

// What all TLS connections of a run share.
class tls_client {
public:
    // Throws std::runtime_error where the certificates cannot be read.
    tls_client(const std::string& ca_file, bool insecure);

    struct deleter {
        void operator()(ssl_ctx_st* c) const noexcept;
        void operator()(ssl_st* s) const noexcept;
    };
    using session = std::unique_ptr<ssl_st, deleter>;

    session begin(int descriptor, const std::string& host) const;

private:
    std::unique_ptr<ssl_ctx_st, deleter> context_;
};

enum class io { done, later, closed };

class transport {
public:
    transport() = default;
    transport(transport&& other) noexcept;
    transport& operator=(transport&& other) noexcept;
    ~transport() { close(); }

    // Begins to connect. Returns an errno, 0 where it is under way. `from`: loopback address to
    // come from, 0 for the usual one, in host order. `small_buffer`: for those that will not read.
    int open(const address& to, std::uint32_t from, bool small_buffer) noexcept;
    // Connected, says the poller: returns the errno of it, 0 where it is.
    int connect_error() const noexcept;
    // The handshake, where there is one. To be called again on every event until it is done.
    io shake_hands(const tls_client* tls, const std::string& host);
    // Whole or not at all: a request fits into any buffer.
    io send(std::string_view request) noexcept;
    // `got`: how many bytes there are; `more`: whether there may be others behind them.
    io receive(std::span<char> into, std::size_t& got, bool& more) noexcept;
    void close() noexcept;

    int descriptor() const noexcept { return fd_; }

private:
    int fd_ = -1;
    tls_client::session session_;
};

}  // namespace tickertape::bench
