// Which closed candles were changed, or were added, after later ones had been given away: fetched
// or imported ones, and those made anew of ticks that came later.
//
// A client that has been given candles of such a range before has to ask for them again.
#pragma once

#include "core/position.hpp"
#include "core/symbol.hpp"
#include "series/interval.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace tickertape::series {

// Candles whose bucket has a part in [from, until).
struct changed_candles {
    std::optional<symbol_id> symbol;  // none: of all symbols
    std::optional<interval> of;       // none: of all intervals
    candle_time from;
    candle_time until;

    bool concerns(symbol_id id, interval length) const noexcept
    {
        return (!symbol || *symbol == id) && (!of || *of == length);
    }
    friend bool operator==(const changed_candles&, const changed_candles&) noexcept = default;
};

// The changes of this process, in their order. What lies long back is kept as one range for each
// series, so that no change is ever forgotten.
//
// Threads: any.
class change_log {
public:
    // Changes that are kept one by one.
    static constexpr std::size_t kept_max = 1'024;

    // Candles that are read after this has been asked have all changes up to the answer.
    std::uint64_t revision() const noexcept { return revision_.load(std::memory_order_acquire); }
    // To be called once readers see the change.
    void add(const changed_candles& what);

    struct news {
        std::vector<changed_candles> changed;  // each series at most once
        std::uint64_t revision = 0;            // all changes up to it are among them
    };
    // What was changed after that revision, or a little more.
    news since(std::uint64_t revision) const;

private:
    using key = std::pair<std::optional<symbol_id>, std::optional<interval>>;
    struct entry {
        changed_candles what;
        std::uint64_t revision = 0;
    };

    // Stored under the mutex. release: who sees the number sees the change that readers were told.
    std::atomic<std::uint64_t> revision_{0};
    mutable std::mutex mutex_;
    std::deque<entry> newest_;
    std::map<key, entry> older_;
};

// A change as it is written down beside the candles, with when it was made.
struct dated_change {
    candle_time from;
    candle_time until;
    position at;

    friend bool operator==(const dated_change&, const dated_change&) noexcept = default;
};

// Changes of one series that are written down; of more the oldest two become one.
inline constexpr std::size_t dated_changes_max = 8;

// Adds one to those of a series. It grows together with one that it touches and that was made
// within the hour before, and takes the place of those that it covers.
void add_change(std::vector<dated_change>& to, dated_change more);

}  // namespace tickertape::series
