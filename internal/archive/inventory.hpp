// What the archive holds: its days, its holes, and the last tick that may be read. The store keeps
// it up to date; readers on other threads look, and say which damage they have met.
#pragma once

#include "archive/day.hpp"
#include "archive/hole.hpp"
#include "core/gap_cause.hpp"

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace tickertape::archive {

struct held_day {
    day_key key;
    day_form form = day_form::open;
    // It has the ticks after `previous`, up to and including `last`.
    position previous;
    position last;
    std::uint64_t ticks = 0;  // of a sealed day
    std::uint64_t bytes = 0;  // of a sealed day
    std::string sha256;       // of a sealed day

    friend bool operator==(const held_day&, const held_day&) = default;
};

// Never changes once it is in an inventory. Days and holes are in position order.
struct holdings {
    std::vector<held_day> days;
    std::vector<hole> holes;
    // Days before it have been dropped on purpose.
    utc_day dropped_before{};
    // When positions last began anew; position{}: they never did.
    position epoch{};
    // How many eras have begun since the start: a file may have the name of one set aside since.
    unsigned eras = 0;
};

// Why ticks between these two, both included, cannot be added to what is held; empty: they can.
std::string why_not_between(const std::vector<held_day>& days, position first, position last);

// Threads: any.
class inventory {
public:
    struct view {
        std::shared_ptr<const holdings> held;
        position last;  // of what is committed
    };
    view look() const;
    // Where a reader of what follows `after` begins, which is behind a hole if that lies in one,
    // and how far it may read: to the next hole, or to the last tick. Nothing is known: both are
    // equal.
    struct range {
        position from;
        position to;
        gap_cause why = gap_cause::evicted;  // of what lies between `after` and `from`
    };
    static range known(const view& now, position after, position until) noexcept;

    // For the store.
    void set(holdings held, position last);
    void set_last(position last);

    // For readers: a day of which a range does not verify. It is a hole from now on; if the whole
    // file is of no use, the store moves it away.
    struct suspect {
        day_key key;
        hole lost;
        bool is_whole_file;
    };
    void report(const suspect& found);
    // For the store: what was reported since it last asked.
    std::vector<suspect> take_suspects();
    bool has_suspects() const;
    void forget_suspects_after(position epoch);

    // A sealed day is verified once in a process.
    bool is_verified(const std::string& sha256) const;
    void set_verified(const std::string& sha256);

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const holdings> held_ = std::make_shared<const holdings>();
    position last_;
    std::vector<suspect> suspects_;
    std::set<std::string> verified_;
};

}  // namespace tickertape::archive
