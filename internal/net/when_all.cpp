#include "net/when_all.hpp"

#include "asio/no_throw.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>

namespace tickertape::net {
namespace {

// A coroutine that is spawned throws when it is cancelled unless it is told not to.
asio::awaitable<void> quietly(asio::awaitable<void> task)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await std::move(task);
}

}  // namespace

asio::awaitable<void> when_all(std::vector<asio::awaitable<void>> tasks)
{
    if (tasks.empty())
        co_return;
    const auto executor = co_await asio::this_coro::executor;
    const auto spawned = [&](asio::awaitable<void>& task) {
        return asio::co_spawn(executor, quietly(std::move(task)), asio::deferred);
    };
    std::vector<decltype(spawned(tasks.front()))> operations;
    operations.reserve(tasks.size());
    for (auto& task : tasks)
        operations.push_back(spawned(task));
    auto group = asio::experimental::make_parallel_group(std::move(operations));
    const auto [order, thrown] =
        co_await group.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);
    for (const auto i : order)
        if (thrown[i])
            std::rethrow_exception(thrown[i]);
}

}  // namespace tickertape::net
