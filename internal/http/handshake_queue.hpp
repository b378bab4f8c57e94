// Who may do the expensive part of a TLS handshake next.
//
// An answer to a client's hello takes as long as fifty sends. Were all that arrive answered at
// once, prices would wait for them; so one at a time is answered, and everything else that is due
// on the lane has its turn in between. Those that have begun go before those that have not, so that
// few are half done.
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
    // A turn, which ends with it.
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

    // Outlives those that wait. `waiting_max`: is_full() from there on.
    handshake_queue(boost::asio::io_context& context, std::size_t waiting_max)
        : context_{context}, waiting_max_{waiting_max}
    {
    }
    handshake_queue(const handshake_queue&) = delete;
    handshake_queue& operator=(const handshake_queue&) = delete;

    // Waits for a turn.
    boost::asio::awaitable<turn> take(bool has_begun);

    // Calls all that wait, and lets nobody wait any more: what is left to do is to end.
    void abandon();

    // Whether so many wait that no more connections should be accepted: they can wait in the
    // kernel, where they cost less.
    bool is_full() const noexcept { return waiting_.size() >= waiting_max_; }
    const tally& waiting() const noexcept { return count_; }

private:
    class place;  // in the queue

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
