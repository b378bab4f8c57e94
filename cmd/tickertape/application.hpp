// The rooms put together, from the start of the process to its end.
//
// Threads: the main thread runs the feed's strand, the signals and the end; each lane has its own.
#pragma once

#include "archiving.hpp"
#include "backfill_at_start.hpp"
#include "backfill_on_demand.hpp"
#include "backups.hpp"
#include "certificate.hpp"
#include "cluster.hpp"
#include "config/settings.hpp"
#include "core/clock.hpp"
#include "core/feed_report.hpp"
#include "feed/coin_feed.hpp"
#include "feed/currency_feed.hpp"
#include "feed/fear_greed_feed.hpp"
#include "feed/feed.hpp"
#include "feed/kept_pauses.hpp"
#include "feed/market_feed.hpp"
#include "feed/network_feed.hpp"
#include "feed/news_feed.hpp"
#include "feed/realised_feed.hpp"
#include "http/admission.hpp"
#include "http/client_address.hpp"
#include "http/server.hpp"
#include "hub/lane_set.hpp"
#include "kept_market.hpp"
#include "provider/gates.hpp"
#include "publisher.hpp"
#include "shared_coins.hpp"
#include "shared_figures.hpp"
#include "tape/tapes.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "topic_publisher.hpp"
#include "web/site.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <csignal>
#include <memory>
#include <optional>
#include <vector>

namespace tickertape {

class edge;

class application {
public:
    // Binds the port and checks everything that can be wrong before the first price is asked for.
    // Throws std::runtime_error with one line. Clock and log outlive this.
    application(const config::settings& s, const clock& time, const telemetry::logger& log);
    ~application();

    // Serves until a signal says stop, for DRAIN_DELAY more, and then until everybody has been sent
    // away or DRAIN_TIME has passed.
    // Nothing of it is meant to throw; were it to, lanes would be running, and ending the process
    // is the only end that is safe.
    void run() noexcept;

private:
    std::unique_ptr<archiving> open_archive();
    std::unique_ptr<backfill_on_demand> open_desk();
    backfill_at_start::parts backfill_parts();
    void simulate_past();
    std::unique_ptr<feed::price_feed> open_feed();
    bool is_market_wanted() const;
    std::unique_ptr<feed::market_feed> open_market();
    std::unique_ptr<feed::coin_feed> open_coins();
    std::unique_ptr<feed::network_feed> open_network();
    std::unique_ptr<feed::fear_greed_feed> open_fear_greed();
    std::unique_ptr<feed::realised_feed> open_realised();
    std::unique_ptr<feed::currency_feed> open_currencies();
    std::unique_ptr<feed::news_feed> open_news();
    std::vector<feed::kept_figures*> kept_figures();
    std::unique_ptr<kept_market> open_kept();
    std::unique_ptr<shared_figures> share_figures();
    std::unique_ptr<shared_coins> share_coins();
    void stand_by(bool stands_by);
    std::vector<std::optional<price>> last_prices() const;
    void publish_figures();
    void await_signal();
    void await_hangup();
    web::site site();
    std::unique_ptr<cluster> join_cluster();
    void take_role(bool leads);
    backfill_at_start::place place_among_others() const;
    std::function<web::cluster_report()> cluster_report_of(const config::settings& s);
    tick_sink& sink();
    void announce_drain(int signal);
    void go_on_leaving();
    void begin_drain();
    void one_drained();
    void end_of_patience();

    const config::settings settings_;
    const clock& time_;
    const telemetry::logger& log_;
    telemetry::metrics metrics_;
    symbol_table symbols_;
    source_table sources_;
    feed_report_board reports_;
    const clock_reading started_;
    tape::tapes tapes_;
    web::static_files files_;
    http::cors_policy cors_;
    std::atomic<bool> draining_{false};
    // All that ask a provider share its gate, and run on this strand. The gates are before the
    // io_context, whose last tasks may hold permits of theirs.
    provider::gates gates_;
    feed::kept_pauses pauses_{gates_, time_};
    boost::asio::io_context context_{1};
    const feed::feed_context::strand_type provider_strand_{boost::asio::make_strand(context_)};
    std::optional<boost::asio::ssl::context> market_trust_;  // before what connects with it
    std::optional<feed::call_budget> coingecko_budget_;      // shared by the two that follow
    std::unique_ptr<feed::market_feed> market_;              // null: none is wanted
    std::unique_ptr<feed::coin_feed> coins_;                 // the same
    std::unique_ptr<feed::network_feed> network_;            // the same
    std::unique_ptr<feed::fear_greed_feed> fear_greed_;      // the same
    std::unique_ptr<feed::realised_feed> realised_;          // the same
    std::unique_ptr<feed::currency_feed> currencies_;        // the same
    std::optional<boost::asio::ssl::context> news_trust_;    // before what connects with it
    std::unique_ptr<feed::news_feed> news_;                  // null: none are wanted
    std::unique_ptr<archiving> archive_;                     // null: there is none
    std::unique_ptr<backfill_on_demand> ordered_;            // null: nobody may order any
    std::unique_ptr<kept_market> kept_;                      // of the four above
    // Before the hub, whose subscribers hold permits until they end.
    const std::size_t descriptors_;  // how many this process may have
    http::admission clients_;
    const http::trusted_proxies proxies_;
    hub::topic_board topics_;  // before the hub, which reads it
    hub::lane_set hub_;
    http::router router_;
    publisher publisher_;
    topic_publisher topic_publisher_;
    std::optional<boost::asio::ssl::context> relay_trust_;  // before the log that connects with it
    std::unique_ptr<cluster> cluster_;                      // null: this instance shares no log
    std::unique_ptr<shared_coins> shared_coins_;  // null: there are none, or this is alone
    std::unique_ptr<shared_figures> shared_;      // null: none to share, or with nobody
    certificate certificate_;
    http::server server_;
    edge* edge_ = nullptr;  // the feed, where it is one
    std::unique_ptr<feed::price_feed> feed_;
    boost::asio::signal_set signals_{context_};
    boost::asio::signal_set hangups_{context_, SIGHUP};
    boost::asio::steady_timer patience_{context_};  // DRAIN_DELAY, and then DRAIN_TIME
    boost::asio::steady_timer farewell_{context_};  // for the relay
    bool is_delay_over_ = false;
    bool has_left_ = false;  // the cluster, or there is none
    bool is_draining_ = false;
    std::optional<backups> backups_;               // none where none are wanted
    std::unique_ptr<backfill_at_start> backfill_;  // null: none is wanted
    int left_to_drain_ = 2;  // the server's sessions and the hub's subscribers
};

}  // namespace tickertape
