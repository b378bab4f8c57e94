// What a server does not go beyond, towards one client and in all. The defaults of settings are the
// members' initial values.
#pragma once

#include <chrono>
#include <cstddef>

namespace tickertape::http {

struct server_limits {
    std::size_t header_bytes = 8 << 10;         // more: 431
    std::size_t body_bytes = 64 << 10;          // more: 413
    std::chrono::milliseconds request{10'000};  // from first byte to last: 408
    std::chrono::milliseconds idle{60'000};     // between requests: closed
    std::chrono::milliseconds write{10'000};    // a piece of an answer that is not taken: closed
    std::chrono::milliseconds answer{60'000};   // a whole answer that is not taken: closed
    std::chrono::milliseconds linger{1'000};    // for a refused peer to read its refusal
    std::size_t linger_bytes = 256 << 10;       // and what is read and dropped meanwhile
    std::chrono::milliseconds reserve_time{
        2'000};                              // for a request that can only be refused: closed
    std::chrono::milliseconds busy{30'000};  // told to the refused, half to one and a half times it
    std::chrono::milliseconds wait{10'000};  // for a waiting handler, unless its route says: 504
    std::chrono::milliseconds wait_at_stop{2'000};  // what is left to it when the server stops: 503
    std::size_t requests_waiting = 256;             // for their handlers, of a lane; more: 503
    int backlog = 4096;                             // connections the kernel holds for us
    // What the kernel holds of answers for one connection, which is twice that with what it needs
    // itself. A stream has its own.
    int send_buffer_bytes = 64 << 10;
    // The response budget of a lane, for answers that the kernel has not taken; more: 503. It is
    // twice that for routes of operators.
    std::size_t answer_bytes = 8 << 20;
    // An answer of no more than that is always given: one for each connection is little.
    std::size_t small_answer_bytes = 2 << 10;
    // The body budget of a lane, for what has come of bodies that routes read; more: 503.
    std::size_t held_body_bytes = 8 << 20;
    // Clients of a lane that wait for the answer to their TLS hello; then no more are accepted for
    // the pause, again and again.
    std::size_t handshakes_waiting = 256;
    std::chrono::milliseconds handshake_pause{10};
    // How long to leave the kernel's queue alone after accepting failed for want of descriptors.
    std::chrono::milliseconds accept_pause{100};
};

struct admission_limits {
    std::size_t connections = 10'000;           // sessions and streams together
    std::size_t reserve = 64;                   // beyond them, held only to be told so
    std::size_t connections_per_client = 0;     // 0: as many as there are
    double requests_per_second_per_client = 0;  // two seconds' worth at once; 0: any number
    // Clients whose bucket is filling up. Beyond that the bucket that is next to be full is
    // forgotten, and its client may ask again a little too early: a limit for each address does not
    // stop a client that has so many of them.
    std::size_t remembered = 16'384;
};

}  // namespace tickertape::http
