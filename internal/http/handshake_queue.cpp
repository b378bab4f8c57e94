#include "http/handshake_queue.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace tickertape::http {

namespace asio = boost::asio;

// An entry of the queue, until its turn comes or its coroutine ends.
class handshake_queue::entry {
public:
    entry(handshake_queue& in, bool has_begun)
        : in_{in}, called_{in.context_, asio::steady_timer::time_point::max()}
    {
        if (has_begun)
            in_.waiting_.push_front(&called_);
        else
            in_.waiting_.push_back(&called_);
        in_.count_.add();
    }
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;
    ~entry()
    {
        if (std::erase(in_.waiting_, &called_) > 0)
            in_.count_.subtract();
    }

    asio::awaitable<void> wait()
    {
        co_await called_.async_wait(asio::as_tuple(asio::use_awaitable));
    }

private:
    handshake_queue& in_;
    asio::steady_timer called_;
};

asio::awaitable<handshake_queue::turn> handshake_queue::take(bool has_begun)
{
    if (std::exchange(taken_, true) && !abandoned_) {
        entry mine{*this, has_begun};
        co_await mine.wait();
    }
    co_return turn{*this};
}

// The next one is posted, not run: everything that is ready on the lane comes before it. The turn
// also lasts until then if the queue is empty, or the next handshake would not wait at all.
void handshake_queue::end_turn()
{
    if (waiting_.empty())
        asio::post(context_, [this] { call_next(); });
    else
        call_next();
}

void handshake_queue::abandon()
{
    abandoned_ = true;
    while (!waiting_.empty())
        call_next();
}

void handshake_queue::call_next()
{
    if (waiting_.empty()) {
        taken_ = false;
        return;
    }
    auto* const next = waiting_.front();
    waiting_.pop_front();
    count_.subtract();
    next->cancel();
}

}  // namespace tickertape::http
