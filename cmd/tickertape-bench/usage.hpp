// What processes have used, and what the kernel holds for sockets, read from /proc.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tickertape::bench {

// The sum over several processes. A process that is gone adds nothing.
struct process_usage {
    double user_s = 0;
    double system_s = 0;
    std::uint64_t resident_bytes = 0;  // of smaps_rollup, which is exact
    std::uint64_t threads = 0;

    double cpu_s() const noexcept { return user_s + system_s; }
};
process_usage usage_of(std::span<const int> pids);
// Less exact, and cheap for the process: the kernel batches the counter behind it.
std::uint64_t resident_bytes_now(std::span<const int> pids);

struct socket_usage {
    std::uint64_t tcp_sockets = 0;
    std::uint64_t tcp_bytes = 0;  // in buffers, sent or received
    std::uint64_t slab_bytes =
        0;  // of all that the kernel keeps small things in, sockets among them
};
// Of the whole machine, and of both ends where both are here.
socket_usage socket_usage_now();

}  // namespace tickertape::bench
