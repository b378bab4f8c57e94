// Logs changes of a provider's socket, one line per change and not per failure, counts them, and
// reports its state.
//
// Threads: the feed's strand.
#pragma once

#include "core/feed_report.hpp"
#include "core/fetch_error.hpp"
#include "core/quote.hpp"
#include "feed/feed.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace tickertape::feed {

class socket_log {
public:
    // How many different words about messages that cannot be read are logged.
    static constexpr std::size_t doubts_max = 16;
    // Quotes that fail the checks may come by the thousand: at most one in this time is noted.
    static constexpr std::chrono::seconds noted_every{1};

    socket_log(const feed_context& context, std::string provider);

    // The first symbol is confirmed after the start or after down().
    void live();
    // The connection failed and no other has taken over. A failure for the same reason as the last
    // one is logged once.
    void down(const fetch_error& why);
    // A subscription is refused, or a message about the symbol is no price. Each is logged once.
    void refused(symbol_id symbol, const fetch_error& why);
    // A quote was read, and cannot be believed.
    void disbelieved(const quote& q, const boost::system::error_code& why);
    // A message of a kind the protocol does not know, and how it begins. Logged once: providers
    // announce that new kinds will come.
    void unknown(std::string_view sample);
    // The provider's own words, for people. The same words are logged once.
    void notice(std::string_view words);

    // Once a second: brings the figures of /metrics up to date with `now`, and completes it.
    void report(feed_report::venue_socket& now, std::uint64_t unknown_messages);

private:
    struct failure {
        moment at;
        std::string words;
    };

    void note(symbol_id symbol, fetch_error why, moment now);

    const feed_context with_;
    const std::string provider_;
    std::map<symbol_id, std::string> refused_;  // subscriptions, and why
    std::optional<failure> last_failure_;
    std::set<std::string> said_doubts_;
    boost::system::error_code said_down_;
    std::string said_notice_;
    bool said_unknown_ = false;
    std::uint64_t counted_messages_ = 0;
    std::uint64_t counted_connections_ = 0;
    std::uint64_t counted_unknown_ = 0;
};

}  // namespace tickertape::feed
