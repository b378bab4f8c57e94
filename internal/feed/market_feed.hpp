// Asks the sources of the market's table, one after the other until one answers, and posts what it
// says: every MARKET_INTERVAL while somebody reads the table, and rarely while nobody does.
//
// A table is of one source. The next time the first source is asked first again.
//
// Threads: the strand of the providers' gates; start() and stop() on any.
#pragma once

#include "core/clock.hpp"
#include "core/symbol.hpp"
#include "core/tally.hpp"
#include "feed/feed.hpp"
#include "feed/gated_client.hpp"
#include "feed/kept_figures.hpp"
#include "feed/settings.hpp"
#include "feed/strand_task.hpp"
#include "market/board.hpp"
#include "market/schedule.hpp"
#include "market/settings.hpp"
#include "market/supply_memory.hpp"
#include "market/table_api.hpp"
#include "provider/gates.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::feed {

class market_feed final : public kept_figures {
public:
    struct source {
        std::string_view name;
        std::unique_ptr<market::table_api> table;
        std::unique_ptr<market::totals_api> totals;  // null: it says nothing of the whole
        std::unique_ptr<gated_client> client;
    };

    // Everything outlives it.
    struct parts {
        feed_context::strand_type strand;
        const symbol_table& symbols;
        const clock& time;
        const telemetry::logger& log;
        telemetry::metrics& figures;
        // Whether our prices are those of the market: then the rows say which symbol is theirs.
        bool has_market_prices;
    };

    // At least one source, in order of preference.
    market_feed(const parts& of, market::cadence rhythm, std::vector<source> sources);
    // It is destroyed only once the io_context has run out of its work, or before start().

    // For those who show the table. It lives as long as this.
    market::board& board() noexcept { return board_; }

    void start();
    // While it stands by it asks nobody, and shows what it is given.
    void stand_by(bool stands_by);
    // Cancels what is under way. Soon after, the io_context has no work of this left.
    void stop();

    // As kept_figures says.
    std::string_view name() const noexcept override { return "table"; }
    std::uint64_t changes() const noexcept override { return changes_; }
    std::string write() const override;
    std::optional<fetch_error> take(std::string_view text) override;
    bool is_read_here(boot_time now) const override { return board_.is_read_here(now); }
    void note_reader_elsewhere(boot_time now) override { board_.note_reader_elsewhere(now); }
    // The budgets of the sources, to be kept and shared as well.
    kept_figures& budgets() noexcept { return budgets_; }
    // How many coins there were, as the sources said it last: the same.
    kept_figures& supplies() noexcept { return supplies_; }

private:
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<void> fetch_table();
    boost::asio::awaitable<void> fetch_totals();
    void post(market::table table);
    void post(market::totals whole);
    market::coin_ids absent_in(const market::table& next, const market::snapshot* before) const;
    void failed(const source& at, std::string_view what, const fetch_error& why);
    void publish_figures();

    // How much of each source's budget is spent.
    class kept_budgets final : public kept_figures {
    public:
        explicit kept_budgets(market_feed& of) noexcept : of_{of} {}
        std::string_view name() const noexcept override { return "budgets"; }
        std::uint64_t changes() const noexcept override;
        std::string write() const override;
        std::optional<fetch_error> take(std::string_view text) override;

    private:
        market_feed& of_;
    };

    class kept_supplies final : public kept_figures {
    public:
        explicit kept_supplies(market_feed& of) noexcept : of_{of} {}
        std::string_view name() const noexcept override { return "supplies"; }
        // Each table changes it.
        std::uint64_t changes() const noexcept override { return of_.tables_.value() + changes_; }
        std::string write() const override { return of_.memory_.write(); }
        std::optional<fetch_error> take(std::string_view text) override;

    private:
        market_feed& of_;
        std::uint64_t changes_ = 0;
    };

    const parts with_;
    market::schedule schedule_;
    market::board board_;
    const std::vector<source> sources_;
    std::string_view source_{};  // of the newest table
    market::supply_memory memory_;
    // The last failure of each source that was logged; empty after a success.
    std::vector<std::string> said_;
    boost::asio::steady_timer timer_;
    std::uint64_t changes_ = 0;
    bool is_standing_by_ = false;
    strand_task task_;
    kept_budgets budgets_{*this};
    kept_supplies supplies_{*this};
    tally tables_;
    tally failures_;
    tally dropped_;
    tally withheld_;
};

// Of one answer of a source. A table of 250 coins with a week of prices is a megabyte.
inline constexpr std::size_t table_bytes_max = 4 * 1024 * 1024;
inline constexpr std::chrono::milliseconds table_response{15'000};
// Of one request for a table: it waits for the rate, but where a source asks for a pause the next
// one is asked.
gated_client::limits limits_of_tables();

// What the settings say of it.
struct market_choice {
    const market::settings& market;
    const live_settings& live;
    // One entry per provider and source there is.
    const std::map<std::string, provider_settings, std::less<>>& access;
    // Who asks at an address; none: a client over the network.
    net::make_asker make_client{};
};

// What may be asked of CoinGecko in a month, and the part of it that is left to questions for
// single coins. Both feeds are made of the same one.
call_budget coingecko_budget(const market::settings& wanted, steady_time now);

// All of `of`, `gates` and `trust` outlive it. Throws std::runtime_error, one line, if another
// limit is in use for one of the sources.
std::unique_ptr<market_feed> make_market_feed(
    const market_choice& wanted, const market_feed::parts& of, const call_budget& budget,
    provider::gates& gates, boost::asio::ssl::context& trust);

}  // namespace tickertape::feed
