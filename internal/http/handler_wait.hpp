// Runs a waiting handler until it answers, its time is over, its client leaves or the server stops,
// whichever comes first. In all cases but the first the handler is cancelled and has ended when
// run() returns.
//
// Threads: the lane's.
#pragma once

#include "http/router.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace tickertape::http {

class handler_wait {
public:
    enum class end : std::uint8_t { answered, failed, late, left, stopped };
    struct outcome {
        end how;
        answer what{};        // if answered
        std::string cause{};  // if failed: what the handler threw
    };

    explicit handler_wait(boost::asio::io_context& on) : timer_{on} {}

    // Calls the handler for that request and waits. Both outlive this. `client_leaves` ends when
    // the client has left, and is cancelled otherwise. What the handler throws is in the outcome,
    // also if it throws before it waits for anything.
    boost::asio::awaitable<outcome>
    run(const waiting_handler& handle, const request& asked,
        boost::asio::awaitable<void> client_leaves, std::chrono::milliseconds limit);

    // The server stops: what runs now has `grace` left, at most.
    void stop_within(std::chrono::milliseconds grace);

private:
    boost::asio::awaitable<end> time_over();

    boost::asio::steady_timer timer_;
    bool runs_ = false;
    bool stopped_ = false;
};

// "answered", "failed", "late", "left", "stopped"
std::string_view to_string(handler_wait::end how) noexcept;

}  // namespace tickertape::http
