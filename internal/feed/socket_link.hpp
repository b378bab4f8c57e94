// One provider's stream, tied to the feed: which markets it is asked for, and what its words, its
// failures and its silences are to the log, to the figures and to those who want the prices.
//
// Threads: the feed's strand.
#pragma once

#include "core/feed_report.hpp"
#include "core/fetch_error.hpp"
#include "core/usd_standin.hpp"
#include "feed/feed.hpp"
#include "feed/socket_source.hpp"
#include "net/url.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace tickertape::feed {

class stream_sink {
public:
    virtual ~stream_sink() = default;
    // Returns why the quote cannot be believed, if it cannot.
    virtual boost::system::error_code
    streamed(std::size_t provider, const quote& q, usd_standin as) = 0;
    // What it says of that symbol now is no price.
    virtual void stream_spoiled(std::size_t provider, symbol_id symbol, const fetch_error& why) = 0;
    // It streams that symbol no more.
    virtual void stream_dropped(std::size_t provider, symbol_id symbol) = 0;
    // The stream is gone: what it said stands no more.
    virtual void stream_ended(std::size_t provider) = 0;
    // What the answer to an upgrade says of our wall clock.
    virtual void stream_dated(std::size_t, const net::clock_comparison&) {}
};

// What a stream is asked for.
struct socket_markets_chosen {
    std::vector<provider::market> markets;
    std::vector<usd_standin> standins;  // by symbol
};

// Each symbol's market where the provider may have one: in US dollars, or else in the first
// stand-in it may have.
socket_markets_chosen choose_markets(
    const provider::socket_api& api, const symbol_table& symbols,
    std::span<const usd_standin> for_usd);

struct socket_link_parts {
    std::size_t place;  // of the provider in PROVIDERS
    std::string name;
    std::unique_ptr<provider::socket_api> (*make_api)();
    net::base_url url;
    boost::asio::ssl::context& trust;
    backoff_limits reconnect;
    socket_markets_chosen chosen;  // at least one
};

class socket_link final : stream_listener {
public:
    // How many different words about messages that cannot be read are said.
    static constexpr std::size_t doubts_max = 16;
    // Refused quotes may come by the thousand: their words are made no more often than this.
    static constexpr std::chrono::seconds noted_every{1};

    // All referred to outlives this. `random` gives numbers in [0, 1).
    socket_link(
        const feed_context& context, socket_link_parts parts, stream_sink& sink,
        std::function<double()> random);

    // Listens until cancelled.
    boost::asio::awaitable<void> run();
    // Once a second: the figures of /metrics are brought up to date with it.
    feed_report::stream report();

private:
    void stream_quotes(std::span<const quote> quotes) override;
    void stream_live(std::span<const symbol_id> confirmed) override;
    void stream_refused(symbol_id symbol, const fetch_error& why) override;
    void stream_down(const fetch_error& why) override;
    void stream_dated(const net::answer_date& said) override;
    void stream_unknown(std::string_view sample) override;
    void stream_notice(std::string_view words) override;
    void note(symbol_id symbol, fetch_error why, moment now);
    void figures();

    const feed_context with_;
    const socket_link_parts parts_;
    stream_sink& sink_;
    std::map<symbol_id, std::string> refused_;  // subscriptions, and why
    std::vector<symbol_id> confirmed_;
    socket_source source_;
    struct failure {
        moment at;
        std::string words;
    };
    std::optional<failure> last_failure_;
    std::set<std::string> said_doubts_;
    bool is_live_ = false;
    bool is_unknown_said_ = false;
    boost::system::error_code said_down_;
    std::string said_notice_;
    std::uint64_t counted_messages_ = 0;
    std::uint64_t counted_connections_ = 0;
    std::uint64_t counted_unknown_ = 0;
};

}  // namespace tickertape::feed
