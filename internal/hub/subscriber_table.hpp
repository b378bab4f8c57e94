// The subscribers of one lane: a socket and a place each, in groups that ask for the same.
//
// Threads: one, its lane's.
#pragma once

#include "hub/lease.hpp"
#include "hub/socket.hpp"
#include "hub/stream_planner.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tickertape {

using subscriber_id = std::uint32_t;
using group_id = std::uint32_t;

struct subscriber {
    stream_socket socket;
    lease held;
    std::uint32_t generation = 0;  // how often this entry has been used before
    group_id group = 0;
    std::uint32_t member = 0;  // its number in the group
    stream_place place;
    std::chrono::milliseconds sent_at{0};  // on the lane's clock: when it was last sent anything
    // The rest of what could not be sent whole: at most a frame, or the head of the response.
    std::unique_ptr<std::string> unsent;
    bool behind = false;     // it is slower than we; it goes on when the poller says so
    bool finishing = false;  // it has been told that this is the end
};
static_assert(sizeof(subscriber) <= 104, "this times 20,000 is what a full lane costs");

// What a group of subscribers asked for, and what the lane's sweep knows of it.
struct subscriber_group {
    std::vector<symbol_id> symbols;  // ascending; its address names the group to the planner
    sse::framing how{};
    std::vector<subscriber_id> members;
    bool waits = false;      // it has something new and stands in the sweep's queue
    bool again = false;      // something came while the sweep was in it
    std::size_t cursor = 0;  // the member the sweep has reached
};

class subscriber_table {
public:
    // Adds a subscriber; `symbols` in any order, without repetition, at least one.
    subscriber_id
    add(stream_socket socket, std::vector<symbol_id> symbols, sse::framing how, stream_place place);
    // Closes the socket. The group stays, possibly empty, until remove_if_empty().
    void remove(subscriber_id id);
    // Removes a group without members that does not wait for the sweep. Returns whether it did.
    bool remove_if_empty(group_id id);

    subscriber& operator[](subscriber_id id) noexcept { return entries_[id]; }
    subscriber_group& group(group_id id) noexcept { return *groups_[id]; }
    // The groups that want ticks of that symbol.
    const std::vector<group_id>& interested_in(symbol_id symbol) const noexcept
    {
        return by_symbol_[index_of(symbol)];
    }

    std::size_t size() const noexcept { return size_; }
    // One past the largest id in use; entries below it may be free.
    subscriber_id end() const noexcept { return static_cast<subscriber_id>(entries_.size()); }
    bool is_used(subscriber_id id) const noexcept { return entries_[id].socket.is_open(); }

    explicit subscriber_table(std::size_t symbols) : by_symbol_(symbols) {}

private:
    using group_key = std::pair<std::vector<symbol_id>, sse::framing>;

    group_id group_of(std::vector<symbol_id> symbols, sse::framing how);

    std::vector<subscriber> entries_;
    std::vector<subscriber_id> free_;
    std::vector<std::unique_ptr<subscriber_group>> groups_;
    std::vector<group_id> free_groups_;
    std::map<group_key, group_id> by_key_;
    std::vector<std::vector<group_id>> by_symbol_;
    std::size_t size_ = 0;
};

}  // namespace tickertape
