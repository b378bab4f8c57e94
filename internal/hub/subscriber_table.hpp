// The subscribers of one lane, each a socket and a cursor, in groups that asked for the same.
//
// Threads: one, its lane's.
#pragma once

#include "core/lease.hpp"
#include "hub/socket.hpp"
#include "hub/stamp.hpp"
#include "hub/stream_cursor.hpp"
#include "hub/stream_terms.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tickertape::hub {

using subscriber_id = std::uint32_t;
using group_id = std::uint32_t;

struct subscriber {
    stream_socket socket;
    lease held;
    static constexpr unsigned generation_bits = 26;
    std::uint32_t generation : generation_bits = 0;  // how often this entry has been used before
    bool behind : 1 = false;      // its socket is full; the poller tells when it takes more
    bool finishing : 1 = false;   // it has been told that its stream ends
    bool is_refused : 1 = false;  // there was no room for it: it counts for nothing
    bool is_served : 1 = false;
    bool has_caught_up : 1 = false;
    bool is_measured : 1 = false;  // it has never caught up, and pace_mark is known
    group_id group = 0;
    std::uint32_t member = 0;  // its index in the group
    stamp sent_at;             // when it was last sent anything
    stream_cursor cursor;
    // The rest of what could not be sent whole: at most a frame, or the head of the response.
    std::unique_ptr<std::string> unsent;
    stamp served_at;  // when it was last sent a tick, if it ever was
    // When it was last up to date. For a subscriber that never was: when its pace was last
    // measured.
    stamp caught_up_at;
    stamp leaves_at;  // when it has to go, if that is limited or it is finishing
    // The ticks its symbols had had when its pace was last measured, plus those it has taken since.
    // While its symbols have had fewer than this, it gets closer to the present.
    std::uint32_t pace_mark = 0;

    void caught_up(stamp now) noexcept
    {
        has_caught_up = true;
        caught_up_at = now;
    }
    // The bytes of its stream that user space holds.
    std::size_t held_bytes() const noexcept
    {
        return (unsent ? unsent->capacity() : 0) + socket.held_bytes();
    }
};
static_assert(sizeof(subscriber) <= 104, "this times 20,000 is what a full lane costs");

// What a group of subscribers asked for, and what the lane's sweep knows of it.
struct subscriber_group {
    stream_terms terms;  // symbols ascending; its address names the group to the planner
    std::vector<subscriber_id> members;
    // For each of the symbols, the index of the group among those interested in it; for a wide
    // group one number only, its index among the wide ones.
    std::vector<std::uint32_t> seats;
    std::vector<std::uint64_t> wanted;  // of a wide group: a bit for every symbol

    // The members below belong to the sweep.
    enum class sweep_state : std::uint8_t {
        idle,
        queued,  // it has something new and waits for the sweep, or the sweep is in it
        early,   // it has something new, and waits for its time
    };
    sweep_state state = sweep_state::idle;
    bool again = false;                // something came while the sweep was in it
    bool has_served = false;           // it had something for one of its members
    bool is_unfinished = false;        // the sweep has not sent some of its members all they lack
    std::size_t swept = 0;             // the sweep has visited so many members
    std::chrono::milliseconds due{0};  // before this it is not visited again; with an interval only
};

class subscriber_table {
public:
    // A group of more symbols than this is wide: it is not listed with each of them, but holds one
    // bit for every symbol. Each subscriber may ask for a different set of a thousand symbols.
    static constexpr std::size_t narrow_max = 64;

    // Adds a subscriber; the symbols in any order.
    subscriber_id add(stream_socket socket, stream_terms terms, stream_cursor cursor);
    // Closes the socket. The group stays, possibly empty, until remove_if_empty().
    void remove(subscriber_id id);
    // Removes a group without members that the sweep is not to visit. Returns whether it did.
    bool remove_if_empty(group_id id);

    subscriber& operator[](subscriber_id id) noexcept { return entries_[id]; }
    subscriber_group& group(group_id id) noexcept { return *groups_[id]; }
    // Calls visit(group_id) for each group that wants ticks of that symbol.
    template <class Visit>
    void for_each_interested(symbol_id symbol, Visit visit) const
    {
        for (const auto id : by_symbol_[index_of(symbol)])
            visit(id);
        const auto word = index_of(symbol) / 64;
        const auto bit = std::uint64_t{1} << index_of(symbol) % 64;
        for (const auto id : wide_)
            if ((groups_[id]->wanted[word] & bit) != 0)
                visit(id);
    }

    // Calls visit(group_id) for each group that follows a topic. Looks at all groups: topics change
    // seldom.
    template <class Visit>
    void for_each_follower(Visit visit) const
    {
        for (group_id id = 0; id < groups_.size(); ++id)
            if (groups_[id] && groups_[id]->terms.topics != 0)
                visit(id);
    }

    // The symbols that at least one group wants.
    const std::vector<symbol_id>& watched() const noexcept { return watched_; }

    std::size_t size() const noexcept { return size_; }
    // One past the largest id in use; entries below it may be free.
    subscriber_id end() const noexcept { return static_cast<subscriber_id>(entries_.size()); }
    bool is_used(subscriber_id id) const noexcept { return entries_[id].socket.is_open(); }

    explicit subscriber_table(std::size_t symbols) : by_symbol_(symbols), watchers_(symbols) {}

private:
    struct by_value {
        bool operator()(const stream_terms* a, const stream_terms* b) const { return *a < *b; }
    };

    group_id group_of(const stream_terms& terms);
    void take_seats(group_id id);
    void give_up_seats(const subscriber_group& g);
    void give_up_seat(symbol_id symbol, std::uint32_t seat);
    static bool is_wide(const subscriber_group& g) noexcept
    {
        return g.terms.symbols.size() > narrow_max;
    }

    std::vector<subscriber> entries_;
    std::vector<subscriber_id> free_;
    std::vector<std::unique_ptr<subscriber_group>> groups_;
    std::vector<group_id> free_groups_;
    std::map<const stream_terms*, group_id, by_value> by_terms_;  // of the groups
    std::vector<std::vector<group_id>> by_symbol_;                // the narrow ones
    std::vector<group_id> wide_;
    std::vector<std::uint32_t> watchers_;  // how many groups want a symbol
    std::vector<symbol_id> watched_;
    std::size_t size_ = 0;
};

}  // namespace tickertape::hub
