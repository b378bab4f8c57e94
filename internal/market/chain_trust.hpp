// Whether a chain that a source says is believed: by what can be at this time, and by what sources
// said before. Decision 0046 has the reasons.
//
// What was believed is the measure for what comes, and may be wrong itself. So it loses to two
// sources that agree with each other, and to one that says the same again and again while nobody
// says anything else.
//
// No I/O. Threads: one at a time.
#pragma once

#include "market/network.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace tickertape::market {

struct chain_limits {
    // Of the height to the one that blocks of ten minutes since the first would give: the chain is
    // some 4 % ahead.
    double height_least = 1.0;
    double height_most = 1.06;
    // Difficulties of today are at most so far off the recorded one, both ways; and each year that
    // is between them makes it twice as far.
    double difficulty_off_max = 10;
    // Blocks by which a source may be behind what another one said. Chains are reorganised by one.
    std::int64_t behind_max = 6;
    // New blocks: so many, and for each ten minutes that have passed so many more.
    std::int64_t ahead_max = 24;
    double pace_max = 1.5;
    // From one period to the next: the network's own rule, both ways.
    double difficulty_step_max = 4;
    // Within a period there is one difficulty; sources round it.
    double difficulty_round_max = 1.01;
    // A source that says it so often in a row, while nobody else says anything, is believed.
    int times_enough = 3;
    // So long what a source said counts for another one that agrees.
    std::chrono::hours doubt_age_max{2};
    // Newest blocks that are older are no news: the source has stopped.
    std::chrono::hours late{3};
};

inline constexpr chain_limits usual_chain{};

// Why there can be no such chain at that time, whatever was said before; empty: there can.
std::string refusal_of(const chain& said, wall_time now, const chain_limits& limits = usual_chain);

// Why the chain cannot be what `before` became in `passed`; empty: it can.
std::string contradiction_of(
    const chain& said, const chain& before, std::chrono::milliseconds passed,
    const chain_limits& limits = usual_chain);

class chain_trust {
public:
    struct verdict {
        std::string why{};            // it is not believed; empty: it is
        bool outvotes_known = false;  // it is believed, and what was known is not any more
    };

    explicit chain_trust(const chain_limits& limits = usual_chain) : limits_{limits} {}

    // `known`: the chain that was believed last, by whomever; null: none.
    verdict judge(const said<chain>& now_said, const said<chain>* known);

private:
    // What a source said that contradicts what is known.
    struct doubted {
        said<chain> last;
        int times = 1;  // in a row, each in line with the one before
    };

    const doubted& note(const said<chain>& now_said);
    bool is_confirmed(const said<chain>& now_said) const;

    const chain_limits limits_;
    std::vector<doubted> doubted_;  // one for each source, and none once an answer was believed
};

}  // namespace tickertape::market
