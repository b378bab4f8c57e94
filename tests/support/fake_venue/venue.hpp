// One venue: the market under its own names and in its own shapes, bent by its present fault.
//
// Threads: one.
#pragma once

#include "support/fake_venue/fault.hpp"
#include "support/fake_venue/http_text.hpp"
#include "support/fake_venue/market.hpp"

#include <boost/json/value.hpp>

#include <functional>
#include <memory>
#include <unordered_map>

namespace fake_venue {

// What a venue says of one pair.
struct shown_quote {
    double last;
    double bid;
    double ask;
    int decimals;
    wall_time at;
    std::uint64_t trade_id;

    std::string text(double price) const { return decimal(price, decimals); }
};

// Where a socket's messages go.
class message_sink {
public:
    virtual ~message_sink() = default;
    virtual void send(std::string_view text) = 0;
    // Something was subscribed to, or asked for and refused.
    virtual void subscribe_seen() = 0;
};

// A client is to be told of this pair, under the name it used.
struct subscription {
    std::size_t pair;
    std::string name;
    int kind = 0;  // a venue's own: ticker, trade, ...

    friend bool operator==(const subscription&, const subscription&) = default;
};

// One connection's protocol, without I/O.
class venue_socket {
public:
    virtual ~venue_socket() = default;

    virtual void opened(message_sink&) {}
    virtual void heard(std::string_view text, message_sink& out) = 0;
    // What is sent of that subscription, now.
    virtual void quote(const subscription& of, message_sink& out) = 0;
    // Once a second.
    virtual void second_passed(message_sink&) {}
    // Its own words for "no" and for "please connect anew"; the latter may be empty.
    virtual std::string refusal() const = 0;
    virtual std::string please_reconnect() const { return {}; }

    const std::vector<subscription>& subscriptions() const noexcept { return subscriptions_; }

protected:
    void add(subscription wanted);
    void remove(const subscription& unwanted);

private:
    std::vector<subscription> subscriptions_;
};

class venue {
public:
    venue(std::string name, std::size_t place, const market& behind)
        : name_{std::move(name)}, place_{place}, market_{behind}
    {
    }
    virtual ~venue() = default;
    venue(const venue&) = delete;
    venue& operator=(const venue&) = delete;

    const std::string& name() const noexcept { return name_; }
    virtual http_answer rest(const http_request& request) const = 0;
    // The body of an answer with such a status, in the venue's own shape.
    virtual std::string words_of(int status) const;
    // Null: no sockets here. `upgrade` is only looked at within the call; the venue outlives it.
    virtual std::unique_ptr<venue_socket> open_socket(const http_request& upgrade) const;
    virtual bool has_sockets() const { return false; }

    void misbehave(fault how);
    const fault& misbehaviour() const noexcept { return fault_; }

    // The pair sold under that name. None: not sold, or just not (fault bad_symbol).
    std::optional<std::size_t> find(const std::string& name) const;
    shown_quote shown(std::size_t pair) const;
    // Now, as this venue sees it.
    wall_time clock() const;
    const std::vector<traded_pair>& pairs() const noexcept { return market_.pairs(); }
    bool sells(std::size_t pair) const;

protected:
    // Every pair, and as BASE-USDT and BASE-USDC what is traded in USD, unless the market has those
    // itself: one dollar is one dollar here.
    using pair_visitor =
        std::function<void(const std::string& base, const std::string& quote, std::size_t pair)>;
    void for_each_pair(const pair_visitor& visit) const;
    // From now on that name means that pair; the first meaning stays.
    void spell(std::string name, std::size_t pair);

private:
    std::string name_;
    std::size_t place_;
    const market& market_;
    fault fault_;
    std::vector<venue_quote> frozen_;
    std::unordered_map<std::string, std::size_t> spelled_;
};

// {"message":"text"}
std::string message_body(std::string_view text);

// The text at `key` of an object; empty: there is none.
std::string_view text_at(const boost::json::value& of, std::string_view key);
// The texts of the array at `key`.
std::vector<std::string> texts_at(const boost::json::value& of, std::string_view key);

// All venues there are, in a fixed order.
std::vector<std::string> venue_names();
// Throws std::runtime_error: there is no such venue.
std::unique_ptr<venue> make_venue(const std::string& name, std::size_t place, const market& behind);

}  // namespace fake_venue
