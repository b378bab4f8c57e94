// The base of feeds that are one coroutine.
//
// Threads: start(), stand_by() and stop() on any; all else on the strand.
#pragma once

#include "feed/feed.hpp"
#include "feed/strand_task.hpp"

#include <boost/asio/awaitable.hpp>

namespace tickertape::feed {

class task_feed : public price_feed {
public:
    void start() final;
    void stand_by(bool stands_by) final;
    void stop() final;

protected:
    explicit task_feed(const feed_context& context);

    // The whole life of the feed. Returns soon after stopping() became true; what it awaits then
    // is cancelled. It may end earlier: a feed that ran dry is not an error.
    virtual boost::asio::awaitable<void> run() = 0;

    // Called when that has changed, to wake what waits.
    virtual void on_standing_by() {}

    bool stopping() const noexcept { return task_.stopping(); }
    bool standing_by() const noexcept { return standing_by_; }

    const feed_context with_;

private:
    strand_task task_;
    bool standing_by_ = false;
};

}  // namespace tickertape::feed
