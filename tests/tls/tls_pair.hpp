// Both ends of a TLS connection on one thread: ours and OpenSSL's.
#pragma once

#include "support/catch.hpp"
#include "support/tls_client.hpp"
#include "support/tls_files.hpp"
#include "tls/tls_session.hpp"

#include <array>
#include <sys/socket.h>
#include <unistd.h>

namespace tickertape::testing {

// A pair of connected sockets; the near end is ours.
struct socket_pair {
    socket_pair()
    {
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    }
    socket_pair(const socket_pair&) = delete;
    socket_pair& operator=(const socket_pair&) = delete;
    ~socket_pair() { ::close(ends[0]); }

    std::array<int, 2> ends{};
};

struct tls_pair {
    explicit tls_pair(const tls::tls_context& of, const tls_client::wishes& w = {})
        : server{of, wire.ends[0]}, client{wire.ends[1], w}
    {
    }

    // Both go on until both are done or one has failed. Returns what ours came to.
    tls::tls_session::progress connect()
    {
        auto ours = tls::tls_session::progress::wants_input;
        for (int i = 0; i < 10; ++i) {
            client.step();
            if (ours == tls::tls_session::progress::wants_input)
                ours = server.handshake();
            server.flush();
            if (ours == tls::tls_session::progress::failed)
                break;
        }
        client.step();
        return ours;
    }

    // The wire is there first and longest.
    socket_pair wire;
    tls::tls_session server;
    tls_client client;
};

}  // namespace tickertape::testing
