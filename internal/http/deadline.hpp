// A time limit for operations on a socket.
//
// Threads: those of the socket's executor.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>

namespace tickertape::http {

class deadline {
public:
    // The socket outlives this.
    explicit deadline(boost::asio::ip::tcp::socket& socket)
        : timer_{socket.get_executor()}, state_{std::make_shared<state>(&socket)}
    {
    }
    deadline(const deadline&) = delete;
    deadline& operator=(const deadline&) = delete;
    ~deadline() { state_->socket = nullptr; }

    // Cancels all operations on the socket after `limit`, and those that begin later, until
    // disarm().
    void arm(std::chrono::milliseconds limit);
    void disarm();
    // Whether the last limit passed before disarm().
    bool passed() const noexcept { return state_->passed; }

private:
    // Shared with the timer's handler, which can already be queued when this ends or when the next
    // limit is set.
    struct state {
        explicit state(boost::asio::ip::tcp::socket* s) : socket{s} {}

        boost::asio::ip::tcp::socket* socket;
        std::uint64_t armed = 0;
        bool passed = false;
    };

    void expire_after(std::chrono::milliseconds limit, std::uint64_t mine);

    boost::asio::steady_timer timer_;
    std::shared_ptr<state> state_;
};

}  // namespace tickertape::http
