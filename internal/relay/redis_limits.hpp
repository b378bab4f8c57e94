// The limits of what we do with a Redis, in time and in bytes.
#pragma once

#include "core/backoff.hpp"
#include "net/limits.hpp"
#include "relay/resp.hpp"

#include <chrono>
#include <cstddef>

namespace tickertape::relay {

struct redis_limits {
    using milliseconds = std::chrono::milliseconds;

    net::dial_limits dial{milliseconds{1000}, milliseconds{1000}, milliseconds{1000}};
    milliseconds sentinel{700};  // to be told the master by one Sentinel, connection included
    milliseconds answer{2000};   // to one question; a reader's wait comes on top
    milliseconds call{3000};     // a call, with the connection that is made for it
    // Between attempts to connect: the most the first wait can be, and the most any can be.
    backoff_limits again{milliseconds{100}, milliseconds{5000}};
    std::size_t attempts_per_second = 5;  // all connections together, those to Sentinels included
    reply_limits replies{};

    std::size_t append_max = 1000;  // entries of one script; a longer batch is several
    std::size_t read_max = 10'000;  // entries of one answer
    milliseconds wait_max{60'000};  // of a read
};

}  // namespace tickertape::relay
