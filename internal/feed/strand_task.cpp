#include "feed/strand_task.hpp"

#include "telemetry/log.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/this_coro.hpp>

#include <cassert>
#include <utility>

namespace tickertape::feed {

namespace asio = boost::asio;

namespace {

asio::awaitable<void> run_quietly(std::function<asio::awaitable<void>()> life)
{
    // A cancellation arrives as an error code, not as an exception.
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await life();
}

}  // namespace

strand_task::strand_task(
    feed_context::strand_type strand, const telemetry::logger& log, std::string_view failure)
    : strand_{std::move(strand)}, log_{log}, failure_{failure}
{
}

strand_task::~strand_task()
{
    assert(!is_running_);
}

void strand_task::start(std::function<asio::awaitable<void>()> life)
{
    asio::dispatch(strand_, [this, life = std::move(life)]() mutable {
        assert(!is_running_);
        if (is_stopping_)
            return;
        is_running_ = true;
        asio::co_spawn(
            strand_, run_quietly(std::move(life)),
            asio::bind_executor(
                strand_,
                asio::bind_cancellation_slot(
                    stop_.slot(), [this](std::exception_ptr escaped) { ended(escaped); })));
    });
}

void strand_task::stop()
{
    asio::dispatch(strand_, [this] {
        is_stopping_ = true;
        stop_.emit(asio::cancellation_type::terminal);
    });
}

void strand_task::ended(const std::exception_ptr& escaped)
{
    is_running_ = false;
    if (!escaped)
        return;
    try {
        std::rethrow_exception(escaped);
    } catch (const std::exception& e) {
        log_.error(failure_, {{"cause", e.what()}});
    }
}

}  // namespace tickertape::feed
