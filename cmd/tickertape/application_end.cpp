// Signals, and how a server ends: it says so, sends its clients elsewhere, and stops.
#include "application.hpp"

#include <boost/asio/post.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <utility>

namespace tickertape {

namespace asio = boost::asio;

namespace {

// The longest that the end of this instance waits for the relay.
constexpr std::chrono::milliseconds farewell_max{1'500};

}  // namespace

void application::await_signal()
{
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    signals_.async_wait([this](boost::system::error_code failed, int signal) {
        if (failed)
            return;
        announce_drain(signal);
        signals_.async_wait([](boost::system::error_code cancelled, int second) {
            if (!cancelled)
                std::_Exit(128 + second);
        });
    });
}

// Closing the terminal of a server does not end it.
void application::await_hangup()
{
    hangups_.async_wait([this](boost::system::error_code failed, int) {
        // A signal that came just before the end is handed over after it.
        if (failed || left_to_drain_ <= 0)
            return;
        if (certificate_.reload())
            server_.use(certificate_.current());
        await_hangup();
    });
}

// From now on /readyz says 503. A load balancer sees that when it asks next, and sends clients here
// until then: they are served as usual.
void application::announce_drain(int signal)
{
    log_.info(
        "draining", {{"signal", signal == SIGINT ? "SIGINT" : "SIGTERM"},
                     {"delay_ms", settings_.drain_delay.count()},
                     {"at_most_ms", settings_.drain_time.count()}});
    draining_.store(
        true, std::memory_order_relaxed);  // relaxed: it says nothing about other memory
    // Before clients are sent elsewhere another instance leads, if the relay answers.
    has_left_ = !cluster_;
    if (cluster_) {
        const auto left = [this] {
            has_left_ = true;
            go_on_leaving();
        };
        cluster_->leave(left);
        farewell_.expires_after(farewell_max);
        farewell_.async_wait([this, left](boost::system::error_code cancelled) {
            if (cancelled || has_left_)
                return;
            log_.warn("the relay does not answer: its lease runs out by itself");
            left();
        });
    }
    is_delay_over_ = settings_.drain_delay.count() == 0;
    if (is_delay_over_) {
        go_on_leaving();
        return;
    }
    patience_.expires_after(settings_.drain_delay);
    patience_.async_wait([this](boost::system::error_code) {
        log_.info("no more connections are accepted");
        is_delay_over_ = true;
        go_on_leaving();
    });
}

void application::go_on_leaving()
{
    if (has_left_ && is_delay_over_ && !std::exchange(is_draining_, true)) {
        farewell_.cancel();
        begin_drain();
    }
}

void application::begin_drain()
{
    if (backfill_)
        backfill_->stop();
    if (ordered_)
        ordered_->stop();
    const auto drained = [this] { asio::post(context_, [this] { one_drained(); }); };
    server_.stop(drained);
    // The last to be sent away have the rest of the time for their last words.
    hub_.drain(settings_.drain_time * 3 / 4, drained);
    patience_.expires_after(settings_.drain_time);
    patience_.async_wait([this](boost::system::error_code cancelled) {
        if (!cancelled)
            end_of_patience();
    });
}

void application::one_drained()
{
    if (--left_to_drain_ > 0)
        return;
    topic_publisher_.stop();
    if (market_)
        market_->stop();
    if (coins_)
        coins_->stop();
    if (network_)
        network_->stop();
    if (fear_greed_)
        fear_greed_->stop();
    if (realised_)
        realised_->stop();
    if (currencies_)
        currencies_->stop();
    if (news_)
        news_->stop();
    if (shared_coins_)
        shared_coins_->stop();
    if (shared_)
        shared_->stop();
    kept_->end_soon();
    feed_->stop();  // only now: until the last has gone, there is somebody to tell
    publisher_.stop();
    if (cluster_)
        cluster_->stop();
    if (archive_)
        archive_->end_soon();
    patience_.cancel();
    hangups_.cancel();
    signals_.cancel();
    signals_.clear();  // from now on a signal does what it does to any program
}

void application::end_of_patience()
{
    std::size_t left = 0;
    for (const auto& l : hub_.lanes())
        left += l->counters().subscribers.value();
    log_.warn("drain time is over", {{"subscribers_left", left}});
    server_.abandon();
    hub_.abandon();
}

}  // namespace tickertape
