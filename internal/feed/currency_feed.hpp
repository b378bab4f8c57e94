// Asks frankfurter for the rates of currencies and posts them: every few hours while somebody uses
// them, and twice a day while nobody does, because a price may be derived at any time.
//
// The last rates stay until others come, and grow old.
//
// Threads: the strand of the providers' gates; start() and stop() on any.
#pragma once

#include "core/clock.hpp"
#include "core/tally.hpp"
#include "feed/feed.hpp"
#include "feed/gated_client.hpp"
#include "feed/kept_figures.hpp"
#include "feed/market_feed.hpp"
#include "feed/rounds.hpp"
#include "market/currency_rates.hpp"
#include "market/schedule.hpp"
#include "provider/gates.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace tickertape::feed {

class currency_feed final : public kept_figures {
public:
    // Everything outlives it.
    struct parts {
        feed_context::strand_type strand;
        const clock& time;
        const telemetry::logger& log;
        telemetry::metrics& figures;
    };

    // `source` is given.
    currency_feed(const parts& of, market::cadence rhythm, std::unique_ptr<gated_client> source);

    // For those who show the rates. It lives as long as this.
    market::currency_board& board() noexcept { return board_; }

    // As kept_figures says.
    std::string_view name() const noexcept override { return "currencies"; }
    std::uint64_t changes() const noexcept override { return changes_; }
    std::string write() const override;
    std::optional<fetch_error> take(std::string_view text) override;
    bool is_read_here(boot_time now) const override { return board_.is_read_here(now); }
    void note_reader_elsewhere(boot_time now) override { board_.note_reader_elsewhere(now); }

    void start();
    // Of a cluster only the leader asks. On any thread.
    void stand_by(bool stands_by);
    // Cancels what is under way. Soon after, the io_context has no work of this left.
    void stop();

private:
    // Whether it succeeded.
    boost::asio::awaitable<bool> fetch();
    void post(market::currency_rates rates);
    void failed(const std::string& words);
    void publish_figures();

    const parts with_;
    market::currency_board board_;
    const std::unique_ptr<gated_client> source_;
    std::string said_;  // the last failure that was logged; empty after a success
    std::uint64_t changes_ = 0;
    tally failures_;
    tally withheld_;
    rounds rounds_;
};

// Of one answer. 30 rates are some 500 bytes.
inline constexpr std::size_t currencies_bytes_max = 64 * 1024;
// How often the rates are asked for, in times that tables are: every three hours, and ten minutes
// after a failure.
inline constexpr int intervals_of_currencies = 36;
inline constexpr std::chrono::minutes currencies_after_failure{10};
inline constexpr std::chrono::hours currencies_unwatched{12};

// All of `of`, `gates` and `trust` outlive it. Throws std::runtime_error, one line, if another
// limit is in use for the source.
std::unique_ptr<currency_feed> make_currency_feed(
    const market_choice& wanted, const currency_feed::parts& of, provider::gates& gates,
    boost::asio::ssl::context& trust);

}  // namespace tickertape::feed
