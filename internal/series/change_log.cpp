#include "series/change_log.hpp"

#include <algorithm>
#include <chrono>

namespace tickertape::series {
namespace {

// Changes that were made within that time are one where they touch: a run of a command, or of a
// server's start.
constexpr std::chrono::hours one_run{1};

template <class Range>
void widen(Range& of, const Range& by)
{
    of.from = std::min(of.from, by.from);
    of.until = std::max(of.until, by.until);
}

}  // namespace

void change_log::add(const changed_candles& what)
{
    const std::lock_guard held{mutex_};
    // relaxed: only stored under the mutex.
    const auto revision = revision_.load(std::memory_order_relaxed) + 1;
    newest_.push_back({what, revision});
    if (newest_.size() > kept_max) {
        const auto& oldest = newest_.front();
        auto& of = older_.try_emplace({oldest.what.symbol, oldest.what.of}, oldest).first->second;
        widen(of.what, oldest.what);
        of.revision = oldest.revision;
        newest_.pop_front();
    }
    // release: pairs with revision().
    revision_.store(revision, std::memory_order_release);
}

change_log::news change_log::since(std::uint64_t revision) const
{
    const std::lock_guard held{mutex_};
    std::map<key, changed_candles> found;
    const auto take = [&](const entry& e) {
        if (e.revision > revision)
            widen(found.try_emplace({e.what.symbol, e.what.of}, e.what).first->second, e.what);
    };
    for (const auto& [_, e] : older_)
        take(e);
    for (const auto& e : newest_)
        take(e);
    news told{.changed = {}, .revision = revision_.load(std::memory_order_relaxed)};
    for (const auto& [_, what] : found)
        told.changed.push_back(what);
    return told;
}

void add_change(std::vector<dated_change>& to, dated_change more)
{
    const auto grows_with = [&](const dated_change& c) {
        return c.from <= more.until && more.from <= c.until &&
               more.at.time() - c.at.time() <= one_run && c.at.time() - more.at.time() <= one_run;
    };
    for (auto it = to.begin(); it != to.end();) {
        if (!grows_with(*it)) {
            ++it;
            continue;
        }
        widen(more, *it);
        more.at = std::max(more.at, it->at);
        it = to.erase(it);
    }
    std::erase_if(to, [&](const dated_change& c) {
        return more.from <= c.from && c.until <= more.until && c.at <= more.at;
    });
    to.push_back(more);
    std::ranges::sort(to, {}, &dated_change::at);
    if (to.size() <= dated_changes_max)
        return;
    widen(to[1], to[0]);
    to.erase(to.begin());
}

}  // namespace tickertape::series
