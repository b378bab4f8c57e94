// The figures of the market and the news in a cluster: the leader asks for them and puts them where
// all instances find them; the others show what they find.
//
// Threads: those functions that say so on any; all else on the strand of the feeds.
#pragma once

#include "core/clock.hpp"
#include "core/tally.hpp"
#include "feed/kept_figures.hpp"
#include "feed/strand_task.hpp"
#include "relay/redis_texts.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape {

class shared_figures {
public:
    struct parts {
        std::vector<feed::kept_figures*> figures;
        feed::feed_context::strand_type strand;
        const clock& time;
        const telemetry::logger& log;
        telemetry::metrics& counters;
        // Of this instance as a leader.
        std::string token;
        // Whether the feeds are to ask nobody.
        std::function<void(bool)> stand_by;
    };

    // All parts outlive this.
    shared_figures(parts of, std::unique_ptr<relay::redis_texts> texts);

    // The feeds stand by until this instance leads.
    void start();
    // Threads: any.
    void lead(bool leads);
    void stop();

private:
    // What is known of one text.
    struct entry {
        std::string version{};   // of what was taken or put last
        std::uint64_t here = 0;  // changes() of the figures then
        bool is_unreadable = false;
    };

    boost::asio::awaitable<void> run();
    boost::asio::awaitable<void> pass();
    boost::asio::awaitable<void> take(std::size_t i);
    boost::asio::awaitable<void> put(std::size_t i);
    bool is_to_put(std::size_t i, const std::string& version) const;
    void begin_to_ask();
    void failed(std::string_view what, boost::system::error_code why);
    void publish_figures();

    const parts of_;
    const std::unique_ptr<relay::redis_texts> texts_;
    relay::text_versions versions_;
    std::vector<std::string> names_;
    std::vector<entry> known_;  // the same order
    bool leads_ = false;
    bool asks_ = false;      // the feeds do
    int failures_here_ = 0;  // in a row
    std::string trouble_;    // that was logged; empty: there is none
    boost::asio::steady_timer again_;
    feed::strand_task task_;
    tally put_;
    tally taken_;
    tally failures_;
    tally unreadable_;
    tally too_long_;
};

}  // namespace tickertape
