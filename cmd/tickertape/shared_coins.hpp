// Single coins in a cluster: the leader asks the source for all, so that many instances spend no
// more than one. An instance that follows looks whether the answer is there, says that it wants it,
// and waits for it; the leader looks what is wanted and puts it.
//
// Threads: the strand of the feeds.
#pragma once

#include "core/clock.hpp"
#include "core/tally.hpp"
#include "feed/coin_feed.hpp"
#include "feed/strand_task.hpp"
#include "relay/redis_texts.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace tickertape {

class shared_coins {
public:
    struct parts {
        feed::coin_feed& coins;
        feed::feed_context::strand_type strand;
        const clock& time;
        const telemetry::logger& log;
        telemetry::metrics& counters;
        // Of this instance as a leader.
        std::string token;
    };

    // All parts outlive this. Before the feed is started.
    shared_coins(parts of, std::unique_ptr<relay::redis_texts> texts);

    void start();
    void stop();

private:
    struct answer {
        std::string name;
        std::string text;
    };

    // The texts take one call at a time, and several questions are looked for.
    class turn;
    // `call` gives a task of the texts.
    template <class Call>
    auto calling(Call call) -> decltype(call());

    boost::asio::awaitable<void> run();
    boost::asio::awaitable<void> serve();
    void note_answer(const std::string& name, const market::coin_answer& said);
    boost::asio::awaitable<std::optional<std::string>>
    find(std::string name, feed::coin_feed::is_fresh_function is_fresh);
    boost::asio::awaitable<void> pause(std::chrono::milliseconds length);
    boost::asio::awaitable<std::optional<relay::shared_text>> look(const std::string& name);
    void failed(std::string_view what, boost::system::error_code why);
    void publish_figures();

    const parts of_;
    const std::unique_ptr<relay::redis_texts> texts_;
    relay::text_versions versions_;
    std::deque<answer> to_put_;
    bool is_calling_ = false;
    std::string trouble_;  // that was logged; empty: there is none
    boost::asio::steady_timer again_;
    boost::asio::steady_timer turns_;  // never fires: the end of a call cancels it
    feed::strand_task task_;
    tally wanted_;
    tally put_;
    tally taken_;
    tally failures_;
    tally left_out_;
};

}  // namespace tickertape
