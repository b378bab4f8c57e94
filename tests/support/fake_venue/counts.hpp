// What was done to one venue, counted.
//
// Threads: one.
#pragma once

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>

namespace fake_venue {

struct venue_counts {
    using time = std::chrono::steady_clock::time_point;

    std::uint64_t requests = 0;     // over REST
    std::uint64_t connections = 0;  // accepted
    std::uint64_t open = 0;         // of those, now
    std::uint64_t handshakes = 0;   // of TLS, that ended well
    std::uint64_t websockets = 0;   // upgrades that ended well
    std::uint64_t open_websockets = 0;
    std::uint64_t messages = 0;    // sent over sockets
    std::uint64_t subscribes = 0;  // received; unsubscribes too
    std::uint64_t pings = 0;       // received frames
    std::uint64_t pongs = 0;
    std::uint64_t closes = 0;
    int last_close_code = 0;           // what the client said as it closed
    std::uint64_t max_in_any_10s = 0;  // requests
    std::uint64_t max_in_any_60s = 0;
    std::deque<std::string> targets;  // the last ones, upgrades included

    void asked(std::string target, time now);
    void upgraded(std::string target);
    // All but what is open starts again.
    void reset();
    boost::json::object report(time now) const;

private:
    void remember(std::string target);

    std::deque<time> recent_;  // requests of the last minute
};

}  // namespace fake_venue
