// Waits for an answer that another thread gives by calling a function, so that a handler can ask
// something without blocking its lane.
//
// Threads: the coroutine runs on its lane; the function may be called on any thread, also at once.
#pragma once

#include "asio/no_throw.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace tickertape::http {

// Calls `ask` with a function that takes the answer, and comes back with what that is given. The
// function is called once at most, and before the lane's io_context is destroyed. If the caller is
// cancelled, this throws operation_aborted at once, and an answer that comes later is dropped.
template <class Answer, class Ask>
boost::asio::awaitable<Answer> answer_to(Ask ask)
{
    struct question {
        std::optional<Answer> answer{};
        boost::asio::steady_timer* caller;  // waits; null: it has gone
    };
    struct leaving {
        question& of;
        ~leaving() { of.caller = nullptr; }
    };
    const auto lane = co_await boost::asio::this_coro::executor;
    boost::asio::steady_timer wake{lane, boost::asio::steady_timer::time_point::max()};
    // All in it belongs to the lane.
    const auto mine = std::make_shared<question>(question{.caller = &wake});
    const leaving at_end{*mine};
    ask([mine, lane](Answer given) {
        boost::asio::post(lane, [mine, given = std::move(given)]() mutable {
            if (mine->caller == nullptr)
                return;
            mine->answer.emplace(std::move(given));
            mine->caller->cancel();
        });
    });
    co_await wake.async_wait(no_throw);
    if (!mine->answer)
        throw boost::system::system_error{boost::asio::error::operation_aborted};
    co_return *std::move(mine->answer);
}

}  // namespace tickertape::http
