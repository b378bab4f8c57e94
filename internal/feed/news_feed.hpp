// Asks the feeds of news, each by itself, and posts what all of them say together: every
// NEWS_INTERVAL while somebody reads the news, and rarely while nobody does.
//
// A feed that fails hides no other: what it said before stays, and the answer says that it is
// missing. A host that asks for a pause, or fails again and again, is left alone by its gate.
//
// Threads: the strand of the gates; start() and stop() on any.
#pragma once

#include "core/clock.hpp"
#include "core/fetch_error.hpp"
#include "core/tally.hpp"
#include "feed/feed.hpp"
#include "feed/gated_client.hpp"
#include "feed/kept_figures.hpp"
#include "feed/settings.hpp"
#include "feed/strand_task.hpp"
#include "net/http_message.hpp"
#include "net/limits.hpp"
#include "net/url.hpp"
#include "news/board.hpp"
#include "news/collection.hpp"
#include "news/feed_reader.hpp"
#include "news/kept_news.hpp"
#include "news/schedule.hpp"
#include "news/settings.hpp"
#include "provider/gates.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::feed {

// Redirects that are followed, to http or https, and from https to https alone.
inline constexpr std::size_t news_redirects_max = 3;
inline constexpr std::chrono::milliseconds news_response{10'000};
// Of one host, whatever it is asked for.
inline constexpr rate_limit news_rate{.per_minute = 30, .burst = 12};
// Of one request, a redirect counts as another.
gated_client::limits limits_of_news();

// Where a feed is, in the two parts that a client is told.
struct feed_address {
    net::base_url host;  // without a path
    std::string target;  // path and query

    std::string text() const { return text_of(host, "http") + target; }
};
// Errors: net_errc::bad_url, ::url_scheme, ::url_parts (credentials).
result<feed_address> parse_feed_address(std::string_view text);
// Where a redirect leads. None: to no http or https, or from https to http.
std::optional<feed_address> redirected(const feed_address& from, std::string_view location);

class news_feed final : public kept_figures {
public:
    // Everything outlives it.
    struct parts {
        feed_context::strand_type strand;
        const clock& time;
        const telemetry::logger& log;
        telemetry::metrics& figures;
        provider::gates& gates;
        boost::asio::ssl::context& trust;
        net::http_limits http{};
        provider::breaker_limits breaker{};
        // Gives numbers in [0, 1).
        std::function<double()> random;
        gated_client::limits request = limits_of_news();
        // Who asks at an address; none: a client over the network.
        net::make_asker make_client{};
    };

    // At least one address.
    news_feed(parts of, news::cadence rhythm, std::vector<feed_address> addresses);
    // It is destroyed only once the io_context has run out of its work, or before start().

    // For those who show the news. It lives as long as this.
    news::board& board() noexcept { return board_; }

    void start();
    // While it stands by it asks nobody, and shows what it is given.
    void stand_by(bool stands_by);
    // Cancels what is under way. Soon after, the io_context has no work of this left.
    void stop();

    // As kept_figures says. Of a text those feeds are taken that are asked here too.
    std::string_view name() const noexcept override { return "news"; }
    std::uint64_t changes() const noexcept override { return changes_; }
    std::string write() const override;
    std::optional<fetch_error> take(std::string_view text) override;
    bool is_read_here(boot_time now) const override { return board_.is_read_here(now); }
    void note_reader_elsewhere(boot_time now) override { board_.note_reader_elsewhere(now); }

private:
    struct source {
        feed_address address;
        provider::gate& gate;
        news::schedule schedule;
        boost::asio::steady_timer timer;
        strand_task task;
        // Of the last whole answer, to be sent back to where it came from.
        std::string etag{};
        std::string last_modified{};
        std::string validated_at{};
        std::chrono::milliseconds max_age{0};  // of the last answer
        tally requests{};
        tally failures{};
    };
    // The end of one request, redirects included.
    struct outcome {
        std::optional<fetch_error> failed{};
        bool is_unchanged = false;
        std::chrono::milliseconds max_age{0};
        news::feed_contents contents{};
        std::string etag{};
        std::string last_modified{};
        std::string address{};
    };

    boost::asio::awaitable<void> run(std::size_t number);
    boost::asio::awaitable<outcome> fetch(source& from);
    std::unique_ptr<net::http_asker> client_at(const net::base_url& host) const;
    net::http_request request_to(const feed_address& at, const source& from) const;
    void take(std::size_t number, outcome said);
    void take_failure(std::size_t number, const fetch_error& why);
    void take_kept(std::size_t number, news::kept_feed said, const moment& now);
    void wake();
    void post(bool has_new_items);
    void publish_figures();

    parts with_;
    const news::cadence rhythm_;
    news::board board_;
    std::vector<std::unique_ptr<source>> sources_;
    std::vector<news::feed_state> states_;  // of each
    news::collection items_;
    std::shared_ptr<const std::vector<news::dated_item>> newest_first_;
    std::optional<moment> received_;
    std::uint64_t changes_ = 0;
    bool is_standing_by_ = false;
    tally added_;
    tally edited_;
    tally repeated_;
    tally dropped_;
    tally cut_short_;
    tally redirects_;
};

// Throws std::runtime_error, one line, for an address that is none. All outlives it.
std::unique_ptr<news_feed> make_news_feed(
    const news::settings& wanted, const live_settings& live, feed_context::strand_type strand,
    const clock& time, const telemetry::logger& log, telemetry::metrics& figures,
    provider::gates& gates, boost::asio::ssl::context& trust, net::make_asker make_client = {});

}  // namespace tickertape::feed
