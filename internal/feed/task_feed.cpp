#include "feed/task_feed.hpp"

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

void task_feed::stand_by(bool stands_by)
{
    asio::dispatch(with_.strand, [this, stands_by] {
        if (std::exchange(standing_by_, stands_by) == stands_by)
            return;
        with_.log.info(stands_by ? "the feed stands by" : "the feed publishes");
        if (const auto before = with_.reports.newest()) {
            auto said = std::make_shared<feed_report>(*before);
            said->is_standing_by = stands_by;
            with_.reports.post(std::move(said));
        }
        on_standing_by();
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
