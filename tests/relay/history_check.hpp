// One history: what all instances were told, held against the log that is there at the end.
#pragma once

#include "cluster_rig.hpp"

#include <cstdio>
#include <cstdlib>
#include <set>
#include <sstream>
#include <string>

namespace tickertape::testing {

// All entries that those of the log follow, as they did when they were first appended: also those
// that the log has lost since.
inline std::set<position> past_of(const cluster_rig& rig, const std::vector<relay::entry>& log)
{
    std::set<position> past;
    for (const auto& e : log) {
        for (auto p = e.at; p != position{} && past.insert(p).second;) {
            const auto follows = rig.history.follows.find(p);
            p = follows == rig.history.follows.end() ? position{} : follows->second;
        }
    }
    return past;
}

inline bool is_tick(const cluster_rig& rig, position p)
{
    const auto read = relay::parse_message(rig.history.ever.at(p));
    return std::holds_alternative<relay::tick_words>(*read);
}

struct history_findings {
    std::string wrong;  // empty: nothing is
    std::uint64_t gaps = 0;
    std::uint64_t orphans = 0;  // ticks that a living instance has, and the log has not
};

// To be asked when all has been quiet for a while.
inline history_findings check_history(cluster_rig& rig)
{
    history_findings found;
    std::ostringstream wrong;
    if (rig.history.conflicts > 0)
        wrong << rig.history.conflicts << " positions with two contents; ";
    const auto& log = rig.master().entries;
    const auto past = past_of(rig, log);
    std::set<position> in_log;
    for (const auto& e : log)
        in_log.insert(e.at);
    for (auto& m : rig.machines) {
        for (const auto& l : m.lives) {
            if (l.taker.early + l.taker.out_of_order > 0)
                wrong << m.name << " took " << l.taker.early << " early, " << l.taker.out_of_order
                      << " out of order; ";
            const auto conflicts = l.instance->state().read.conflicts;
            if (conflicts > 0)
                wrong << m.name << " found " << conflicts << " conflicts; ";
            for (const auto& t : l.taker.ticks) {
                const auto words =
                    relay::words_of(relay::tick_words{"BTC-USD", t.value, t.source, t.combined});
                const auto there = rig.history.ever.find(t.at);
                if (there == rig.history.ever.end() || there->second != words)
                    wrong << m.name << " has another tick at " << t.at.text() << "; ";
            }
        }
        const auto& l = m.now();
        if (!l.lives())
            continue;
        if (std::getenv("RELAY_LOG") != nullptr)
            for (const auto& g : l.taker.missed)
                std::fprintf(
                    stderr, "%s after %s lacks %s to %s\n", m.name.c_str(),
                    l.started_after.text().c_str(), g.from.text().c_str(), g.to.text().c_str());
        found.gaps += l.taker.missed.size();
        const auto top = l.instance->state().top;
        if (!log.empty() && top < log.back().at)
            wrong << m.name << " stands at " << top.text() << " and the log at "
                  << log.back().at.text() << "; ";
        for (const auto p : past) {
            if (!is_tick(rig, p) || l.taker.has(p) || (m.has_disk && m.had_before(p)))
                continue;
            auto told = l.taker.times_missed(p);
            const bool is_old = told == 0 && m.has_disk && m.was_told_before(p);
            if (told == 0 && !is_old)
                wrong << m.name << " lacks " << p.text() << (in_log.contains(p) ? "" : " (gone)")
                      << " and does not know; ";
            if (told > 1)
                wrong << m.name << " was told " << told << " times that it lacks " << p.text()
                      << "; ";
        }
        for (const auto& t : l.taker.ticks)
            if (!log.empty() && t.at > log.front().at && !in_log.contains(t.at))
                ++found.orphans;
    }
    found.wrong = wrong.str().substr(0, 600);
    return found;
}

}  // namespace tickertape::testing
