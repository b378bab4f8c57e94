// Logs changes of a provider's state, one line per change and not per failure, and counts them.
//
// Threads: the feed's strand.
#pragma once

#include "core/fetch_error.hpp"
#include "feed/feed.hpp"
#include "provider/gate.hpp"

#include <set>
#include <string>
#include <vector>

namespace tickertape::feed {

class provider_log {
public:
    provider_log(const feed_context& context, std::string provider);

    // After each request: what it changed, why it failed (null: it did not), and the gate now.
    void changed(provider::gate_change change, const fetch_error* why, const provider::gate& gate);
    // How many different doubts are logged.
    static constexpr std::size_t doubts_max = 16;

    // After so long without any doubt, each is logged again.
    static constexpr std::chrono::minutes calm{10};

    // The provider's answer for the symbol is not a price. The same words are logged once, until
    // there was no doubt for `calm`. Returns whether they were logged now.
    bool doubts(const std::string& symbol, const fetch_error& why);
    // Writes the state of the gate into the figures; called once a second.
    void figures(const provider::gate& gate);
    // Symbols the provider turned out not to have.
    void lacks(const std::vector<std::string>& symbols);
    // The provider has no symbol it was asked for. Logged once, until it has one.
    void lacks_all(const fetch_error& why);
    void has_markets() noexcept { said_lacks_all_ = false; }

private:
    const feed_context with_;
    const std::string provider_;
    std::chrono::milliseconds said_pause_{0};
    std::set<std::string> said_doubts_;
    steady_time last_doubt_{};
    bool said_lacks_all_ = false;
};

}  // namespace tickertape::feed
