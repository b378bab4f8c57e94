// What a venue can be told to do wrong. One fault at a time; its parameters have defaults.
#pragma once

#include "support/fake_venue/wire_text.hpp"

#include <boost/json/object.hpp>

#include <span>

namespace fake_venue {

enum class fault_kind {
    none,
    // The connection, of REST and sockets alike.
    refuse,
    hang_before_handshake,
    hang_after_handshake,
    slow_accept,
    cut_all,
    wrong_certificate,
    wrong_host,
    expired_certificate,
    // Any request, that for a socket included.
    status,
    html_200,
    redirect_301,
    // The answer to a REST request.
    drip,
    truncate,
    wrong_length,
    gzip,
    garbage,
    deep_json,
    huge_body,
    // What is quoted, over REST and sockets.
    zero_price,
    negative_price,
    price_1e308,
    off_price,
    frozen,
    old_time,
    bad_symbol,
    dead_market,
    // Sockets only.
    ws_refuse,
    ws_mute,
    ws_close_mid_message,
    ws_fragments,
    ws_unknown_messages,
    ws_flood,
    ws_close,
    ws_garbage,
    ws_error,
    ws_please_reconnect,
};

struct fault {
    fault_kind kind = fault_kind::none;
    std::string name = "none";
    int status = 0;             // of the kinds that answer with one
    std::string retry_after{};  // seconds, or "date" for that of five seconds from now; empty: none
    int every_ms = 0;           // drip, slow_accept, ws_close
    double factor = 1;          // off_price
    std::string symbol{};       // bad_symbol: one of ours, "BTC-USD"
    std::size_t bytes = 0;      // huge_body
    int code = 0;               // ws_close
    std::string reason{};       // ws_close
    std::string form{};         // ws_garbage: text, utf8, frame; dead_market: no_bid, spread
    bool cuts = false;          // drops the connections there are as it begins
    wall_time since{};
};

struct fault_row {
    fault usual;
    std::string_view words;
};

std::span<const fault_row> fault_rows();

// From {"fault": name, parameters...}; "venue" is somebody else's.
// Throws std::runtime_error, in words, on a name or a parameter there is not.
fault parse_fault(const boost::json::object& from, wall_time now);

}  // namespace fake_venue
