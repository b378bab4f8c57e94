#include "http/handler_wait.hpp"

#include "asio/no_throw.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <exception>

namespace tickertape::http {

namespace asio = boost::asio;

namespace {

// Nothing that a handler does is meant to throw, but for want of memory.
asio::awaitable<handler_wait::outcome> guarded(const waiting_handler& handle, const request& asked)
{
    handler_wait::outcome ended{.how = handler_wait::end::answered};
    try {
        ended.what = co_await handle(asked);
    } catch (const std::exception& e) {
        ended.how = handler_wait::end::failed;
        ended.cause = e.what();
    }
    co_return ended;
}

}  // namespace

asio::awaitable<handler_wait::outcome> handler_wait::run(
    const waiting_handler& handle, const request& asked, asio::awaitable<void> client_leaves,
    std::chrono::milliseconds limit)
{
    const auto lane = co_await asio::this_coro::executor;
    timer_.expires_after(limit);
    runs_ = true;
    stopped_ = false;
    auto first = asio::experimental::make_parallel_group(
        asio::co_spawn(lane, guarded(handle, asked), asio::deferred),
        asio::co_spawn(lane, std::move(client_leaves), asio::deferred),
        asio::co_spawn(lane, time_over(), asio::deferred));
    // The two that lose are cancelled, and have ended when this line is left.
    auto [order, handler_threw, ended, leaving_threw, timer_threw, over] =
        co_await first.async_wait(asio::experimental::wait_for_one_success(), asio::use_awaitable);
    runs_ = false;
    if (order[0] == 0 && !handler_threw)
        co_return std::move(ended);
    co_return outcome{.how = order[0] == 2 && !timer_threw ? over : end::left};
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
