// The base of feeds that are one coroutine: it starts and stops that, and counts it.
//
// Threads: start(), stand_by() and stop() on any; all else on the strand.
#pragma once

#include "feed/feed.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <exception>

namespace tickertape::feed {

class task_feed : public price_feed {
public:
    ~task_feed() override;
    void start() final;
    void stand_by(bool stands_by) final;
    void stop() final;

protected:
    explicit task_feed(const feed_context& context) : with_{context} {}

    // The whole life of the feed. Returns soon after stopping() became true; what it awaits then
    // is cancelled. It may end earlier: a feed that ran dry is not an error.
    virtual boost::asio::awaitable<void> run() = 0;

    // Called when that has changed, to wake what waits.
    virtual void on_standing_by() {}

    bool stopping() const noexcept { return stopping_; }
    bool standing_by() const noexcept { return standing_by_; }

    const feed_context with_;

private:
    boost::asio::awaitable<void> run_quietly();
    void ended(std::exception_ptr escaped);

    boost::asio::cancellation_signal stop_;
    bool stopping_ = false;
    bool standing_by_ = false;
    int running_ = 0;
};

}  // namespace tickertape::feed
