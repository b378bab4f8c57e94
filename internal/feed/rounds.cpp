#include "feed/rounds.hpp"

#include "asio/no_throw.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace tickertape::feed {

namespace asio = boost::asio;

rounds::rounds(
    feed_context::strand_type strand, const clock& time, const telemetry::logger& log,
    market::cadence rhythm, std::string_view failure)
    : time_{time}, strand_{std::move(strand)}, schedule_{rhythm}, timer_{strand_}, task_{
                                                                                       strand_, log,
                                                                                       failure}
{
}

void rounds::start(std::function<bool()> is_watched, std::function<asio::awaitable<bool>()> round)
{
    is_watched_ = std::move(is_watched);
    round_ = std::move(round);
    task_.start([this] { return run(); });
}

void rounds::stand_by(bool stands_by)
{
    asio::dispatch(strand_, [this, stands_by] {
        is_standing_by_ = stands_by;
        timer_.cancel();
    });
}

void rounds::look_again()
{
    asio::post(strand_, [this] { timer_.cancel(); });
}

void rounds::stop()
{
    task_.stop();
}

void rounds::note_success(steady_time at)
{
    schedule_.table_asked(at, true);
    timer_.cancel();
}

asio::awaitable<void> rounds::run()
{
    while (!task_.stopping()) {
        const bool is_watched = is_watched_();
        // The schedule of tables, without the whole that stands beside them.
        if (!is_standing_by_ && schedule_.due(time_.steady_now(), is_watched, false)) {
            const bool succeeded = co_await round_();
            schedule_.table_asked(time_.steady_now(), succeeded);
            continue;
        }
        // Cancelled by stop(), and by each call after which a round may be due.
        timer_.expires_at(is_standing_by_ ? steady_time::max() : schedule_.next(is_watched, false));
        const auto [woken] = co_await timer_.async_wait(no_throw);
        static_cast<void>(woken);
    }
}

}  // namespace tickertape::feed
