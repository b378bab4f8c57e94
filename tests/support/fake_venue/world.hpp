// All venues and the market behind them.
//
// Threads: that of the io_context, which is one.
#pragma once

#include "support/fake_venue/venue_port.hpp"

#include <map>

namespace fake_venue {

struct world_settings {
    market_settings trade{};
    std::vector<std::string> venues = venue_names();
    double messages_per_second = 5;  // over sockets, of each subscription
    std::chrono::milliseconds step{100};
};

class world {
public:
    // Throws std::runtime_error: no such venue, no such symbol.
    world(boost::asio::io_context& io, world_settings settings);

    market& trade() noexcept { return market_; }
    certificates& identities() noexcept { return identities_; }
    const std::map<std::string, std::unique_ptr<venue_port>>& ports() const { return ports_; }
    // Throws std::runtime_error: there is no such venue.
    venue_port& port(const std::string& name);
    // No faults, no playback, counts from zero; connections stay.
    void reset();
    // Closes everything, so that the io_context runs out of work.
    void stop();

private:
    boost::asio::awaitable<void> walk();

    world_settings settings_;
    market market_;
    certificates identities_;
    std::map<std::string, std::unique_ptr<venue_port>> ports_;
    boost::asio::steady_timer next_step_;
    bool is_stopping_ = false;
};

}  // namespace fake_venue
