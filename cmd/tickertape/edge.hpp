// The feed of an instance that serves another Tickertape's stream on: it observes nothing itself,
// and puts on the tapes what the other has published, under its ids.
//
// Threads: the main thread's strand; report() on any.
#pragma once

#include "config/settings.hpp"
#include "feed/task_feed.hpp"
#include "relay/tick_taker.hpp"
#include "relay/upstream.hpp"
#include "tape/tape_writer.hpp"
#include "web/cluster_report.hpp"

#include <boost/asio/ssl/context.hpp>

#include <chrono>

namespace tickertape {

class edge final : public feed::task_feed, private relay::tick_taker {
public:
    // How far back the first of its lives reaches, which has no history of its own.
    static constexpr std::chrono::minutes first_past{10};

    // Whether RELAY names another Tickertape.
    static bool is_wanted(const config::settings& s);
    // From when on the tapes know every tick where nothing was restored. Earlier than now also
    // because the other's clock may be behind ours.
    static wall_time knows_since(const config::settings& s, wall_time started);

    // Goes on after what is on the tapes. All outlives this. Throws std::runtime_error with one
    // line: an unreadable CA file.
    edge(const config::settings& s, const feed::feed_context& context, tape::tape_writer& to);

    relay::upstream_report report() const { return upstream_.report(); }
    // The same for GET /api/cluster and /readyz.
    web::cluster_report cluster() const;

private:
    boost::asio::awaitable<void> run() override;
    void begin(position) override {}  // what lies before knows_since() is told
    void take(const tape::past_tick& t) override;
    void miss(position from, position to, gap_cause why) override;
    bool has_room() const;
    void publish_figures();

    tape::tape_writer& writer_;
    const std::string kind_;  // of the archive; empty: there is none
    boost::asio::ssl::context trust_;
    relay::upstream upstream_;
    tally refused_;  // ticks that the tapes do not take
};

}  // namespace tickertape
