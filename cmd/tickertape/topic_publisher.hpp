// Posts what the topics say to the hub whenever it changes: looks at the market's boards once a
// second, and at Bitcoin's figures with each new table and every ten seconds, because our own price
// is among them.
//
// Threads: the strand; start() and stop() on any.
#pragma once

#include "core/clock.hpp"
#include "core/watched_board.hpp"
#include "feed/feed.hpp"
#include "feed/strand_task.hpp"
#include "hub/topic_board.hpp"
#include "market/board.hpp"
#include "news/board.hpp"
#include "web/site.hpp"
#include "web/topics.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace tickertape {

class topic_publisher {
public:
    static constexpr std::chrono::seconds look_every{1};
    static constexpr std::chrono::seconds kpis_every{10};

    // All parts outlive this.
    struct parts {
        feed::feed_context::strand_type strand;
        const clock& time;
        const telemetry::logger& log;
        hub::topic_board& to;
        // Whether a stream follows any topic now.
        std::function<bool()> is_followed;
    };

    topic_publisher(const parts& with, web::site of);

    void start();
    void stop();

private:
    // What was seen on a board.
    template <class Snapshot>
    struct seen {
        std::shared_ptr<const Snapshot> what{};
        bool is_stale = false;
    };

    // What the board says, if that is another thing than at the last look; or null.
    template <class Snapshot>
    static std::shared_ptr<const Snapshot>
    news_of(watched_board<Snapshot>* board, seen<Snapshot>& last, boot_time now, bool is_followed);
    boost::asio::awaitable<void> run();
    void post(web::topic which, web::topic_text now);

    const parts with_;
    const web::site site_;
    boost::asio::steady_timer timer_;
    hub::topic_board::states posted_;
    seen<market::snapshot> table_;
    seen<news::snapshot> items_;
    feed::strand_task task_;
};

}  // namespace tickertape
