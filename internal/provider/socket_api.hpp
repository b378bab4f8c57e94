// A provider as it speaks over a WebSocket, without I/O: what it is told, and what its messages
// mean. One implementation per provider, in this room. One object serves one connection, from its
// first byte to its last; the next connection has a new one.
//
// Connecting, watching and reconnecting is done elsewhere: see feed/venue_socket.hpp.
//
// Threads: one strand.
#pragma once

#include "core/fetch_error.hpp"
#include "core/quote.hpp"
#include "provider/market_spelling.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::provider {

// What the provider demands of a connection.
struct socket_rules {
    // No byte of any kind, pings included, for so long: the connection is dead, whatever TCP says.
    std::chrono::milliseconds silence_max{30'000};
    // What keeps it open where the provider wants to hear from us; sent when we have sent nothing
    // for `keep_alive_every`. Empty: nothing is demanded.
    std::string keep_alive{};
    std::chrono::milliseconds keep_alive_every{15'000};
    // The provider ends every connection after this; we renew it some time before.
    std::optional<std::chrono::minutes> lifetime{};
    // The most text messages a second we may send, the answers to its pings not counted.
    double messages_per_second = 4;
    std::size_t message_bytes_max = 256 * 1024;
};

// What one message, or the opening of the connection, leads to. Filled by appending; cleared and
// used again by the caller, so that reading a message allocates nothing when it has been used once.
struct socket_news {
    struct refusal {
        symbol_id symbol;
        fetch_error why;
    };

    std::vector<std::string> to_send;
    std::vector<quote> quotes;        // in the order of the message
    std::vector<symbol_id> accepted;  // subscriptions the provider confirms
    std::vector<refusal> refused;  // subscriptions it will not give, or quotes it sends unreadable
    // The provider, in its words: maintenance to come, the end of this connection. For people.
    std::string notice;
    bool reconnect = false;             // the provider asks for a new connection
    std::size_t unknown = 0;            // messages of a kind we do not know: ignored
    std::optional<fetch_error> failed;  // of the connection as a whole: it is of no use

    void clear();
};

class socket_api : public market_speller {
public:
    virtual socket_rules rules() const = 0;
    // The request target of the upgrade, behind the base URL's prefix: "" or "/stream?streams=..".
    virtual std::string target(std::span<const market> markets) const = 0;

    // The connection is open: what is to be said to be told of these markets. Once, first.
    // `markets` is copied where it is needed later.
    virtual void opened(std::span<const market> markets, socket_news& news) = 0;
    // One text message. Of one that cannot be read, `news.refused` or `news.failed` says why; it
    // never throws.
    virtual void read(std::string_view message, socket_news& news) = 0;
};

}  // namespace tickertape::provider
