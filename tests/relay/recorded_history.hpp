// A tick_taker that writes down what it is given, as text.
#pragma once

#include "relay/tick_taker.hpp"

#include <string>
#include <vector>

namespace tickertape::testing {

struct recorded_history final : relay::tick_taker {
    explicit recorded_history(const symbol_table& of) : symbols{of} {}

    // "after 5-0"
    void begin(position unknown_until) override
    {
        lines.push_back("after " + unknown_until.text());
    }
    // "5-0 BTC-USD 1.5 pipe", with the number of sources behind it where there is one.
    void take(const tape::past_tick& t) override
    {
        lines.push_back(
            t.at.text() + " " + symbols.name(t.symbol) + " " + t.value.text() + " " + t.source +
            (t.combined > 0 ? " " + std::to_string(t.combined) : ""));
    }
    // "gap 5-0 9-0 evicted"
    void miss(position from, position to, gap_cause why) override
    {
        const char* const words[]{"evicted", "restarted", "damaged"};
        lines.push_back(
            "gap " + from.text() + " " + to.text() + " " + words[static_cast<int>(why)]);
    }

    const symbol_table& symbols;
    std::vector<std::string> lines;
};

}  // namespace tickertape::testing
