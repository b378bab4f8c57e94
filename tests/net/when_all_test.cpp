#include "net/when_all.hpp"

#include "asio/no_throw.hpp"
#include "support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <stdexcept>

using namespace tickertape;
using namespace tickertape::net;
using namespace std::chrono_literals;

namespace {

boost::asio::awaitable<void> wait(std::chrono::milliseconds time, int& ended)
{
    boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, time};
    co_await timer.async_wait(no_throw);
    ++ended;
}

boost::asio::awaitable<void> throwing()
{
    co_await boost::asio::this_coro::executor;
    throw std::runtime_error{"a mistake"};
}

}  // namespace

TEST_CASE("What runs together ends when the last of it has ended", "[net]")
{
    boost::asio::io_context io{1};
    int ended = 0;
    int ended_at_the_end = 0;
    std::vector<boost::asio::awaitable<void>> tasks;
    tasks.push_back(wait(1ms, ended));
    tasks.push_back(wait(20ms, ended));
    tasks.push_back(wait(5ms, ended));
    boost::asio::co_spawn(io, when_all(std::move(tasks)), [&](std::exception_ptr escaped) {
        CHECK_FALSE(escaped);
        ended_at_the_end = ended;
    });
    io.run_for(5s);
    CHECK(ended_at_the_end == 3);
}

TEST_CASE("One that throws ends the others, and is heard of when they have ended", "[net]")
{
    boost::asio::io_context io{1};
    int ended = 0;
    bool has_thrown = false;
    std::vector<boost::asio::awaitable<void>> tasks;
    tasks.push_back(wait(1h, ended));
    tasks.push_back(throwing());
    tasks.push_back(wait(1h, ended));
    boost::asio::co_spawn(io, when_all(std::move(tasks)), [&](std::exception_ptr escaped) {
        has_thrown = escaped != nullptr;
        CHECK(ended == 2);
    });
    io.run_for(5s);
    CHECK(has_thrown);
}

TEST_CASE("Cancelling what runs together cancels each of it", "[net]")
{
    boost::asio::io_context io{1};
    boost::asio::cancellation_signal stop;
    int ended = 0;
    bool is_over = false;
    std::vector<boost::asio::awaitable<void>> tasks;
    tasks.push_back(wait(1h, ended));
    tasks.push_back(wait(1h, ended));
    boost::asio::co_spawn(
        io, when_all(std::move(tasks)),
        boost::asio::bind_cancellation_slot(
            stop.slot(), [&](std::exception_ptr) { is_over = true; }));
    boost::asio::steady_timer soon{io, 5ms};
    soon.async_wait([&](auto) { stop.emit(boost::asio::cancellation_type::terminal); });
    io.run_for(5s);
    CHECK(is_over);
    CHECK(ended == 2);
}
