#include "feed/virtual_time.hpp"

#include <atomic>
#include <ctime>
#include <stdexcept>

namespace {

// Nanoseconds; 0: the machine's clock.
std::atomic<std::int64_t> moved_to{0};

std::int64_t machine_now() noexcept
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

// The program's own definition goes before that of the C++ library, for all that is linked.
std::chrono::steady_clock::time_point std::chrono::steady_clock::now() noexcept
{
    // relaxed: a test that moves time is of one thread.
    const auto moved = moved_to.load(std::memory_order_relaxed);
    return time_point{duration{moved != 0 ? moved : machine_now()}};
}

namespace tickertape::testing {

virtual_time::virtual_time(wall_time begin) : begin_{begin}, from_{std::chrono::hours{1'000}}
{
    if (moved_to.exchange(from_.time_since_epoch().count()) != 0)
        throw std::logic_error{"time is moved already"};
}

virtual_time::~virtual_time()
{
    moved_to = 0;
}

// The reactor looks at timers when the one that is due first fires by the machine's clock. One that
// is due already makes it look at once, and it compares all of them with our time.
void virtual_time::advance(boost::asio::io_context& io, std::chrono::nanoseconds by)
{
    moved_to += by.count();
    boost::asio::steady_timer due_already{io, steady_time{}};
    bool has_fired = false;
    due_already.async_wait([&](boost::system::error_code) { has_fired = true; });
    io.restart();
    while (!has_fired)
        io.poll();
    io.poll();
}

}  // namespace tickertape::testing
