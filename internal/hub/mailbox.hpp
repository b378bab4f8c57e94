// Brings work from other threads to a lane, and drops what comes after the lane has gone.
//
// Threads: post() from any; close() on the one that ends the lane.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <mutex>
#include <utility>

namespace tickertape::hub {

class mailbox {
public:
    explicit mailbox(boost::asio::io_context& context) noexcept : context_{&context} {}

    // Runs `work` on the lane, if that is still there.
    template <class Work>
    void post(Work work)
    {
        const std::scoped_lock held{mutex_};
        if (context_ != nullptr)
            boost::asio::post(*context_, std::move(work));
    }
    // To be called when the lane ends: later work is dropped.
    void close()
    {
        const std::scoped_lock held{mutex_};
        context_ = nullptr;
    }

private:
    std::mutex mutex_;
    boost::asio::io_context* context_;
};

}  // namespace tickertape::hub
