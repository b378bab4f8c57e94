// Asks one source for figures that it makes once a day, and posts them: a few times a day while
// somebody reads them, once a day while nobody does.
//
// The last figures stay until others come, and grow old.
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
#include "market/schedule.hpp"
#include "provider/gates.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tickertape::feed {

// `Of` says which figures: see fear_greed_feed.hpp.
template <class Of>
class daily_feed final : public kept_figures {
public:
    // Everything outlives it.
    struct parts {
        feed_context::strand_type strand;
        const clock& time;
        const telemetry::logger& log;
        telemetry::metrics& figures;
    };

    // `source` is given.
    daily_feed(const parts& of, market::cadence rhythm, std::unique_ptr<gated_client> source);

    // For those who show the figures. It lives as long as this.
    typename Of::board& board() noexcept { return board_; }

    void start();
    // While it stands by it asks nobody, and shows what it is given.
    void stand_by(bool stands_by);
    // Cancels what is under way. Soon after, the io_context has no work of this left.
    void stop();

    // As kept_figures says.
    std::string_view name() const noexcept override { return Of::kept_as; }
    std::uint64_t changes() const noexcept override { return changes_; }
    std::string write() const override;
    std::optional<fetch_error> take(std::string_view text) override;
    bool is_read_here(boot_time now) const override { return board_.is_read_here(now); }
    void note_reader_elsewhere(boot_time now) override { board_.note_reader_elsewhere(now); }

private:
    // Whether it succeeded.
    boost::asio::awaitable<bool> fetch();
    void failed(const fetch_error& why);
    void publish_figures();

    const parts with_;
    typename Of::board board_;
    const std::unique_ptr<gated_client> source_;
    std::string said_;  // the last failure that was logged; empty after a success
    tally failures_;
    std::uint64_t changes_ = 0;
    rounds rounds_;
};

// Of one answer. Some days of figures are some 350 bytes.
inline constexpr std::size_t daily_bytes_max = 64 * 1024;
// How often such a source is asked, in times that tables are: every six hours, and ten minutes
// after a failure.
inline constexpr int intervals_of_daily = 72;
inline constexpr std::chrono::minutes daily_after_failure{10};
inline constexpr std::chrono::hours daily_unwatched{24};

}  // namespace tickertape::feed
