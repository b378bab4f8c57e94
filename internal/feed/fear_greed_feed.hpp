// Asks alternative.me for the Fear and Greed Index and posts it: a few times a day while somebody
// reads it, once a day while nobody does.
//
// The last index stays until another one comes, and grows old.
//
// Threads: the strand of the providers' gates; start() and stop() on any.
#pragma once

#include "core/clock.hpp"
#include "core/tally.hpp"
#include "feed/feed.hpp"
#include "feed/gated_client.hpp"
#include "feed/kept_figures.hpp"
#include "feed/market_feed.hpp"
#include "feed/strand_task.hpp"
#include "market/fear_greed.hpp"
#include "market/schedule.hpp"
#include "provider/gates.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tickertape::feed {

class fear_greed_feed final : public kept_figures {
public:
    // Everything outlives it.
    struct parts {
        feed_context::strand_type strand;
        const clock& time;
        const telemetry::logger& log;
        telemetry::metrics& figures;
    };

    // `source` is given.
    fear_greed_feed(const parts& of, market::cadence rhythm, std::unique_ptr<gated_client> source);

    // For those who show the index. It lives as long as this.
    market::fear_greed_board& board() noexcept { return board_; }

    void start();
    // While it stands by it asks nobody, and shows what it is given.
    void stand_by(bool stands_by);
    // Cancels what is under way. Soon after, the io_context has no work of this left.
    void stop();

    // As kept_figures says.
    std::string_view name() const noexcept override { return "fear_greed"; }
    std::uint64_t changes() const noexcept override { return changes_; }
    std::string write() const override;
    std::optional<fetch_error> take(std::string_view text) override;
    bool is_read_here(boot_time now) const override { return board_.is_read_here(now); }
    void note_reader_elsewhere(boot_time now) override { board_.note_reader_elsewhere(now); }

private:
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<void> fetch();
    void failed(const fetch_error& why);
    void publish_figures();

    const parts with_;
    market::schedule schedule_;
    market::fear_greed_board board_;
    const std::unique_ptr<gated_client> source_;
    std::string said_;  // the last failure that was logged; empty after a success
    boost::asio::steady_timer timer_;
    tally failures_;
    std::uint64_t changes_ = 0;
    bool is_standing_by_ = false;
    strand_task task_;
};

// Of one answer. Two days are some 350 bytes.
inline constexpr std::size_t fear_greed_bytes_max = 64 * 1024;
// How often the index is asked for, in times that tables are: every six hours, and ten minutes
// after a failure.
inline constexpr int intervals_of_fear_greed = 72;
inline constexpr std::chrono::minutes fear_greed_after_failure{10};
inline constexpr std::chrono::hours fear_greed_unwatched{24};

// All of `of`, `gates` and `trust` outlive it. Throws std::runtime_error, one line, if another
// limit is in use for the source.
std::unique_ptr<fear_greed_feed> make_fear_greed_feed(
    const market_choice& wanted, const fear_greed_feed::parts& of, provider::gates& gates,
    boost::asio::ssl::context& trust);

}  // namespace tickertape::feed
