// The interface of every feed: it observes prices and gives them to a sink.
//
// Threads: a feed lives on the strand it was given. start(), stand_by() and stop() may be
// called on any thread.
#pragma once

#include "core/clock.hpp"
#include "core/feed_report.hpp"
#include "core/tick.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#include <memory>

namespace tickertape::telemetry {
class logger;
class metrics;
}  // namespace tickertape::telemetry

namespace tickertape::feed {

// Everything referred to outlives the feed.
struct feed_context {
    using strand_type = boost::asio::strand<boost::asio::io_context::executor_type>;

    // The sink is called from here only. Whatever else asks a provider through its gate runs here
    // as well (see provider/gates.hpp).
    strand_type strand;
    tick_sink& sink;
    const symbol_table& symbols;
    source_table& sources;
    const clock& time;
    const telemetry::logger& log;
    telemetry::metrics& counters;
    feed_report_board& reports;
};

class price_feed {
public:
    // Only once the io_context has run out of the feed's work, or before start().
    virtual ~price_feed() = default;
    // Begins to observe prices. Once.
    virtual void start() = 0;
    // From now on it publishes nothing and spends no provider's limits, because another instance
    // asks in its place; or it goes on. Before start() as well.
    virtual void stand_by(bool stands_by) = 0;
    // Cancels what is under way. Soon after, the io_context has no work of the feed's left.
    virtual void stop() = 0;
};

}  // namespace tickertape::feed
