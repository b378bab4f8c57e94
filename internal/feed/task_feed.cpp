#include "feed/task_feed.hpp"

#include "telemetry/log.hpp"

#include <boost/asio/dispatch.hpp>

#include <utility>

namespace tickertape::feed {

namespace asio = boost::asio;

task_feed::task_feed(const feed_context& context)
    : with_{context}, task_{context.strand, context.log, "feed ended by an internal error"}
{
}

void task_feed::start()
{
    task_.start([this] { return run(); });
}

void task_feed::stop()
{
    task_.stop();
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

}  // namespace tickertape::feed
