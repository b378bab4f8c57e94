#include "hub/subscriber_table.hpp"

#include <algorithm>

namespace tickertape::hub {

subscriber_id subscriber_table::add(stream_socket socket, stream_terms terms, stream_cursor cursor)
{
    std::ranges::sort(terms.symbols);
    const auto group = group_of(terms);
    subscriber_id id = end();
    if (free_.empty()) {
        entries_.emplace_back();
    } else {
        id = free_.back();
        free_.pop_back();
    }
    auto& members = groups_[group]->members;
    subscriber& s = entries_[id];
    s.socket = std::move(socket);
    s.group = group;
    s.member = static_cast<std::uint32_t>(members.size());
    s.cursor = cursor;
    members.push_back(id);
    ++size_;
    return id;
}

void subscriber_table::remove(subscriber_id id)
{
    subscriber& s = entries_[id];
    subscriber_group& g = *groups_[s.group];
    // The last member takes the number of the removed one. If the sweep is past that number, it
    // would miss the member, so it has to visit the group again.
    if (s.member < g.swept)
        g.again = true;
    g.members[s.member] = g.members.back();
    entries_[g.members[s.member]].member = s.member;
    g.members.pop_back();
    const auto used = s.generation + 1U;
    s = subscriber{};
    s.generation = used & ((1U << subscriber::generation_bits) - 1U);
    free_.push_back(id);
    --size_;
}

bool subscriber_table::remove_if_empty(group_id id)
{
    const auto& g = *groups_[id];
    if (!g.members.empty() || g.state != subscriber_group::sweep_state::idle)
        return false;
    give_up_seats(g);
    by_terms_.erase(&g.terms);
    groups_[id].reset();
    free_groups_.push_back(id);
    return true;
}

void subscriber_table::take_seats(group_id id)
{
    subscriber_group& g = *groups_[id];
    for (const auto symbol : g.terms.symbols)
        if (watchers_[index_of(symbol)]++ == 0)
            watched_.push_back(symbol);
    if (is_wide(g)) {
        g.wanted.resize((watchers_.size() + 63) / 64);
        for (const auto symbol : g.terms.symbols)
            g.wanted[index_of(symbol) / 64] |= std::uint64_t{1} << index_of(symbol) % 64;
        g.seats = {static_cast<std::uint32_t>(wide_.size())};
        wide_.push_back(id);
        return;
    }
    for (const auto symbol : g.terms.symbols) {
        auto& interested = by_symbol_[index_of(symbol)];
        g.seats.push_back(static_cast<std::uint32_t>(interested.size()));
        interested.push_back(id);
    }
}

void subscriber_table::give_up_seats(const subscriber_group& g)
{
    if (is_wide(g)) {
        const auto seat = g.seats.front();
        groups_[wide_.back()]->seats.front() = seat;
        wide_[seat] = wide_.back();
        wide_.pop_back();
    } else {
        for (std::size_t i = 0; i < g.seats.size(); ++i)
            give_up_seat(g.terms.symbols[i], g.seats[i]);
    }
    for (const auto symbol : g.terms.symbols)
        if (--watchers_[index_of(symbol)] == 0)
            std::erase(watched_, symbol);
}

// The last entry moves into the free one: this is cheap, and thousands of groups may leave at once.
void subscriber_table::give_up_seat(symbol_id symbol, std::uint32_t seat)
{
    auto& interested = by_symbol_[index_of(symbol)];
    const auto last = interested.back();
    subscriber_group& moved = *groups_[last];
    const auto at = std::ranges::lower_bound(moved.terms.symbols, symbol);
    moved.seats[static_cast<std::size_t>(at - moved.terms.symbols.begin())] = seat;
    interested[seat] = last;
    interested.pop_back();
}

group_id subscriber_table::group_of(const stream_terms& terms)
{
    if (const auto found = by_terms_.find(&terms); found != by_terms_.end())
        return found->second;
    auto id = static_cast<group_id>(groups_.size());
    if (free_groups_.empty()) {
        groups_.emplace_back();
    } else {
        id = free_groups_.back();
        free_groups_.pop_back();
    }
    groups_[id] = std::make_unique<subscriber_group>();
    groups_[id]->terms = terms;
    take_seats(id);
    by_terms_.emplace(&groups_[id]->terms, id);
    return id;
}

}  // namespace tickertape::hub
