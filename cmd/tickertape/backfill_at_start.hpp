// The server fetches the daily candles of before that are missing, once, after it has started.
//
// Of several instances the leader asks first. Where they share an archive it does so for all. An
// instance with an archive of its own asks when it leads, or long after its start.
//
// It shares the gates of the providers with the feed, and leaves half of what they take at once to
// it. The candles are put by the one thread that writes candles.db.
//
// Threads: start(), lead() and stop() on any; all else on the strand of the gates.
#pragma once

#include "archiving.hpp"
#include "backfill.hpp"
#include "config/settings.hpp"
#include "provider/gates.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ssl/context.hpp>

#include <exception>
#include <memory>
#include <vector>

namespace tickertape {

class backfill_at_start {
public:
    // So long at least, and at most, an instance that does not lead waits before it asks for an
    // archive of its own: by chance, so that not all ask at the same time.
    static constexpr std::chrono::minutes wait_min{10};
    static constexpr std::chrono::minutes wait_max{60};

    enum class place { alone, shares_archive, archive_of_its_own };

    struct parts {
        const symbol_table& symbols;
        archiving& archive;
        const feed::feed_context::strand_type& strand;
        provider::gates& gates;
        const clock& time;
        const telemetry::logger& log;
        telemetry::metrics& figures;
        place among = place::alone;
    };

    // Whether these settings want it, and a provider of theirs has candles.
    static bool is_wanted(const config::settings& s);

    // All parts outlive this. Throws std::runtime_error, one line, if a CA file is bad.
    backfill_at_start(const config::settings& s, const parts& of);
    // Only once the io_context has run out of its work, or before start().
    ~backfill_at_start();

    void start();
    // This instance leads the others from now on, or no longer.
    void lead(bool leads);
    // Cancels what is under way. Soon after, the io_context has no work of this left.
    void stop();

private:
    void spawn();
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<bool> turn_comes();
    bool has_turn() const;
    void publish_figures();
    void tell(const backfill::outcome& of);
    void ended(const std::exception_ptr& escaped);

    const parts of_;
    boost::asio::ssl::context trust_;
    std::vector<std::unique_ptr<feed::candle_source>> sources_;
    std::unique_ptr<candle_shelf> shelf_;
    backfill::wish wanted_;
    boost::asio::cancellation_signal stop_;
    bool is_stopping_ = false;
    bool leads_ = false;
    bool is_to_begin_again_ = false;
    steady_time asks_from_{};  // without the lead
    int running_ = 0;
    tally put_;
    tally refused_;
    tally problems_;
};

// Those of the providers that have candles, in their order. They leave the feed half of what a
// provider takes at once. Throws std::runtime_error, one line, if another limit is in use for one.
std::vector<std::unique_ptr<feed::candle_source>> candle_sources(
    const config::settings& s, const backfill_at_start::parts& of,
    boost::asio::ssl::context& trust);
// Where the archive keeps them.
std::unique_ptr<candle_shelf> shelf_of(const backfill_at_start::parts& of);

}  // namespace tickertape
