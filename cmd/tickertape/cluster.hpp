// This instance as one of several: what its feed observes goes to the log that they share, and what
// is read there goes on the tapes, from where the archive and the lanes have it.
//
// Threads: the main thread; state() on any.
#pragma once

#include "config/settings.hpp"
#include "core/clock.hpp"
#include "core/tally.hpp"
#include "core/tick.hpp"
#include "relay/instance.hpp"
#include "relay/redis_texts.hpp"
#include "relay/settings.hpp"
#include "relay/shared_log.hpp"
#include "relay/tick_taker.hpp"
#include "tape/tape_writer.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "web/cluster_report.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace tickertape {

class cluster final : public tick_sink, private relay::tick_taker {
public:
    struct parts {
        tape::tape_writer& writer;
        const tape::tapes& ticks;
        source_table& sources;
        const clock& time;
        boost::asio::io_context& main;
        const telemetry::logger& log;
        telemetry::metrics& figures;
        std::string kind;  // of the feed: "live", "simulator" ...
        // Whether the feed's prices are not wanted now.
        std::function<void(bool)> stand_by;
        // What /api/prices/<symbol> says.
        std::function<std::string(symbol_id)> price_text;
        // A leader whose feed has had no price for so long lets another one lead. 0: never.
        std::chrono::milliseconds feed_quiet_max{0};
    };

    // Whether RELAY names a log that instances share.
    static bool is_wanted(const config::settings& s);

    // The tapes have been restored, and nobody reads them yet. All parts outlive this.
    // `price_lifetime`: of the prices for other programs.
    cluster(
        const relay::settings& s, std::chrono::milliseconds price_lifetime,
        std::unique_ptr<relay::shared_log> log, parts of);

    void publish(const observation& seen) noexcept override;

    void start();
    // Gives the lease back; this instance does not lead any more. `left` is called once, soon.
    void leave(std::function<void()> left) { instance_.leave(std::move(left)); }
    void stop();

    // What stands in the lease while this instance leads.
    const std::string& token() const noexcept { return instance_.token(); }

    // As of the last second.
    relay::instance_state state() const;
    // The same for GET /api/cluster and /readyz.
    web::cluster_report report() const;

private:
    void begin(position unknown_until) override;
    void take(const tape::past_tick& t) override;
    void miss(position from, position to, gap_cause why) override;
    std::vector<std::pair<std::string, std::string>> changed_prices();
    void look_again();
    void publish_figures();

    const parts of_;
    std::mt19937_64 random_{std::random_device{}()};
    std::unique_ptr<relay::shared_log> log_;
    std::vector<position> put_last_;  // by symbol: what other programs find
    std::vector<position> putting_;   // the same once what is under way is done
    relay::instance instance_;
    boost::asio::steady_timer again_;
    bool is_stopping_ = false;
    tally refused_;             // ticks that the tapes do not take
    mutable std::mutex mutex_;  // of seen_
    relay::instance_state seen_;
};

// The name of an instance that was given none: that of the host and the process.
std::string default_instance_name();

// What instances that share a log have in common, without passwords: its name and its address.
// Throws std::runtime_error with one line.
std::string words_of_log(const relay::settings& s);

// The log at that address, for instances whose feed is of that kind ("live", "simulator" ...).
// `trust` and `log` outlive it. Throws std::runtime_error with one line.
std::unique_ptr<relay::shared_log> open_shared_log(
    const relay::settings& s, const std::string& kind, boost::asio::io_context& main,
    boost::asio::ssl::context& trust, const telemetry::logger& log);
// The texts beside that log. `executor`: a strand. As open_shared_log().
std::unique_ptr<relay::redis_texts> open_shared_texts(
    const relay::settings& s, const std::string& kind, boost::asio::any_io_executor executor,
    boost::asio::ssl::context& trust, const telemetry::logger& log);

}  // namespace tickertape
