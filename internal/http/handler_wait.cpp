#include "http/handler_wait.hpp"

#include "boost/no_throw.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <exception>

namespace tickertape::http {

namespace asio = boost::asio;

namespace {

// Nothing that a handler does is meant to throw, but for want of memory.
asio::awaitable<handler_wait::outcome> guarded(asio::awaitable<answer> handler)
{
    handler_wait::outcome ended{.how = handler_wait::end::answered};
    try {
        ended.what = co_await std::move(handler);
    } catch (const std::exception& e) {
        ended.how = handler_wait::end::failed;
        ended.cause = e.what();
    }
    co_return ended;
}

}  // namespace

asio::awaitable<handler_wait::outcome> handler_wait::run(
    asio::awaitable<answer> handler, asio::awaitable<void> client_leaves,
    std::chrono::milliseconds limit)
{
    using namespace asio::experimental::awaitable_operators;
    timer_.expires_after(limit);
    runs_ = true;
    stopped_ = false;
    // The two that lose have been cancelled and have ended when this line is left.
    auto first = co_await (guarded(std::move(handler)) || std::move(client_leaves) || time_over());
    runs_ = false;
    if (first.index() == 0)
        co_return std::get<0>(std::move(first));
    if (first.index() == 1)
        co_return outcome{end::left};
    co_return outcome{std::get<2>(first)};
}

// A timer that is set anew ends its wait with an error, as a cancelled coroutine does; the next
// wait of the latter throws.
asio::awaitable<handler_wait::end> handler_wait::time_over()
{
    for (;;) {
        const auto [set_anew] = co_await timer_.async_wait(no_throw);
        if (!set_anew)
            co_return stopped_ ? end::stopped : end::late;
    }
}

void handler_wait::stop_within(std::chrono::milliseconds grace)
{
    if (!runs_)
        return;
    const auto then = std::chrono::steady_clock::now() + grace;
    if (then < timer_.expiry()) {
        stopped_ = true;
        timer_.expires_at(then);
    }
}

std::string_view to_string(handler_wait::end how) noexcept
{
    static constexpr std::array<std::string_view, 5> words{
        "answered", "failed", "late", "left", "stopped"};
    return words[static_cast<std::size_t>(how)];
}

}  // namespace tickertape::http
