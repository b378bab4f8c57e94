// What a run needs of the machine: descriptors, an address and the time.
//
// Threads: any.
#pragma once

#include "tickertape-bench/target.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <sys/socket.h>

namespace tickertape::bench {

// Microseconds since 1970.
using wall_us = std::int64_t;

wall_us wall_now() noexcept;

constexpr wall_us us(std::chrono::milliseconds t) noexcept
{
    return t.count() * 1'000;
}

// Raises the limit on open files as far as this process may. Throws std::runtime_error where that
// is not enough for so many connections.
void need_descriptors(std::size_t connections);

struct address {
    sockaddr_storage storage{};
    socklen_t bytes = 0;

    const sockaddr* pointer() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
};

// IPv4 where there is both. Throws std::runtime_error where the host is unknown.
address address_of(const target& t);

// What the system says of an errno.
std::string words_of(int error);

}  // namespace tickertape::bench
