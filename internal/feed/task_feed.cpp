#include "feed/task_feed.hpp"

#include "telemetry/log.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/this_coro.hpp>

#include <cassert>

namespace tickertape::feed {

namespace asio = boost::asio;

task_feed::~task_feed()
{
    assert(running_ == 0);
}

void task_feed::start()
{
    asio::dispatch(with_.strand, [this] {
        assert(running_ == 0);
        if (stopping_)
            return;
        ++running_;
        asio::co_spawn(
            with_.strand, run_quietly(),
            asio::bind_executor(
                with_.strand,
                asio::bind_cancellation_slot(
                    stop_.slot(), [this](std::exception_ptr escaped) { ended(escaped); })));
    });
}

void task_feed::stop()
{
    asio::dispatch(with_.strand, [this] {
        stopping_ = true;
        stop_.emit(asio::cancellation_type::terminal);
    });
}

asio::awaitable<void> task_feed::run_quietly()
{
    // A cancellation arrives as an error code, not as an exception.
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await run();
}

void task_feed::ended(std::exception_ptr escaped)
{
    --running_;
    if (!escaped)
        return;
    try {
        std::rethrow_exception(escaped);
    } catch (const std::exception& e) {
        with_.log.error("feed ended by an internal error", {{"cause", e.what()}});
    }
}

}  // namespace tickertape::feed
