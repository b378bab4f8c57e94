// Says how a provider is: one line when that changes, not one per failure, and the same as figures.
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

    // After each request: what changed with it, why if it failed, and the gate as it is now.
    void changed(provider::gate_change change, const fetch_error* why, const provider::gate& gate);
    // How many different words of doubt are said.
    static constexpr std::size_t doubts_max = 16;

    // After so long without any doubt, they are worth saying again.
    static constexpr std::chrono::minutes calm{10};

    // It answered, and what it said of a market was no price. The same words are said once, until
    // it has recovered. Returns whether they were.
    bool doubts(const std::string& symbol, const fetch_error& why);
    // How the gate is, as figures: once a second, whether it was asked or not.
    void figures(const provider::gate& gate);
    // Symbols the provider turned out not to have.
    void lacks(const std::vector<std::string>& symbols);
    // It has nothing that it was asked for: once, until it has.
    void lacks_all(const fetch_error& why);
    void has_markets() noexcept { said_lacks_all_ = false; }

private:
    const feed_context with_;
    const std::string provider_;
    std::chrono::milliseconds said_rest_{0};
    std::set<std::string> said_doubts_;
    steady_time last_doubt_{};
    bool said_lacks_all_ = false;
};

}  // namespace tickertape::feed
