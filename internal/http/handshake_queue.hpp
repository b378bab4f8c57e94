// Queues TLS handshakes, so that one at a time runs its expensive step on a lane.
//
// The answer to a client's hello takes as long as fifty sends. If all that arrive were answered at
// once, prices would wait for them; so one is answered, and everything else that is due on the lane
// comes before the next. Handshakes that have begun go before new ones, so that few are half done.
//
// Threads: one, its lane's.
#pragma once

#include "core/tally.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <utility>

namespace tickertape::http {

class handshake_queue {
public:
    // The right to run the step; it ends with this object.
    class turn {
    public:
        explicit turn(handshake_queue& of) noexcept : of_{&of} {}
        turn(turn&& other) noexcept : of_{std::exchange(other.of_, nullptr)} {}
        turn& operator=(turn&&) = delete;
        ~turn()
        {
            if (of_ != nullptr)
                of_->end_turn();
        }

    private:
        handshake_queue* of_;
    };

    // Outlives all that wait in it. `waiting_max`: is_full() from there on.
    handshake_queue(boost::asio::io_context& context, std::size_t waiting_max)
        : context_{context}, waiting_max_{waiting_max}
    {
    }
    handshake_queue(const handshake_queue&) = delete;
    handshake_queue& operator=(const handshake_queue&) = delete;

    // Waits for a turn.
    boost::asio::awaitable<turn> take(bool has_begun);

    // Calls all that wait, and makes later calls of take() return at once: the server ends.
    void abandon();

    // Whether so many wait that no more connections should be accepted: they wait in the kernel,
    // where they cost less.
    bool is_full() const noexcept { return waiting_.size() >= waiting_max_; }
    const tally& waiting() const noexcept { return count_; }

private:
    class entry;

    void end_turn();
    void call_next();

    boost::asio::io_context& context_;
    std::size_t waiting_max_;
    std::deque<boost::asio::steady_timer*> waiting_;  // each waits for its cancellation
    bool taken_ = false;
    bool abandoned_ = false;
    tally count_;  // of `waiting_`, for others to read
};

}  // namespace tickertape::http
