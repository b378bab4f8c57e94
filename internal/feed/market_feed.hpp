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
#include "feed/settings.hpp"
#include "feed/strand_task.hpp"
#include "market/board.hpp"
#include "market/schedule.hpp"
#include "market/settings.hpp"
#include "market/table_api.hpp"
#include "provider/gates.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::feed {

class market_feed {
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
    // Cancels what is under way. Soon after, the io_context has no work of this left.
    void stop();

private:
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<void> fetch_table();
    boost::asio::awaitable<void> fetch_totals();
    void post(market::table table);
    void post(market::totals whole);
    void failed(const source& at, std::string_view what, const fetch_error& why);
    void publish_figures();

    const parts with_;
    market::schedule schedule_;
    market::board board_;
    const std::vector<source> sources_;
    std::string_view source_{};  // of the newest table
    // The last failure of each source that was logged; empty after a success.
    std::vector<std::string> said_;
    boost::asio::steady_timer timer_;
    strand_task task_;
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
};

// What may be asked of CoinGecko in a month, and the part of it that is left to questions for single
// coins. Both feeds are made of the same one.
call_budget coingecko_budget(const market::settings& wanted, steady_time now);

// All of `of`, `gates` and `trust` outlive it. Throws std::runtime_error, one line, if another
// limit is in use for one of the sources.
std::unique_ptr<market_feed> make_market_feed(
    const market_choice& wanted, const market_feed::parts& of, const call_budget& budget,
    provider::gates& gates, boost::asio::ssl::context& trust);

}  // namespace tickertape::feed
