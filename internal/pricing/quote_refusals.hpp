// Which refusals of quotes are worth a line in the log: the first of a provider and a reason, and
// not again before it has recovered. A socket may send a thousand of them a second.
//
// No clock and no I/O. Threads: one.
#pragma once

#include "core/clock.hpp"
#include "core/symbol.hpp"

#include <cstddef>
#include <map>
#include <vector>

namespace tickertape::pricing {

class quote_refusals {
public:
    // A provider that is refused off and on has not recovered before it was left in peace for so
    // long.
    static constexpr std::chrono::minutes calm{10};

    quote_refusals(std::size_t symbols, std::size_t providers);

    // Returns whether to say so.
    bool refused(
        std::size_t provider, symbol_id symbol, const boost::system::error_code& why,
        steady_time now);
    // A quote of that symbol was believed.
    void accepted(std::size_t provider, symbol_id symbol) noexcept
    {
        if (auto& why = last_[index(provider, symbol)]; why.failed())
            forget(provider, why);
    }

private:
    struct refusal {
        std::size_t symbols = 0;  // that are refused for this reason now
        bool is_said = false;
        steady_time last{};
    };

    std::size_t index(std::size_t provider, symbol_id symbol) const noexcept
    {
        return index_of(symbol) * by_provider_.size() + provider;
    }
    void forget(std::size_t provider, boost::system::error_code& why) noexcept;

    std::vector<std::map<boost::system::error_code, refusal>> by_provider_;
    std::vector<boost::system::error_code>
        last_;  // by symbol, then by provider; none: it was believed
};

}  // namespace tickertape::pricing
