#include "relay/recent_entries.hpp"

#include <algorithm>

namespace tickertape::relay {

void recent_entries::add(entry e)
{
    const auto bytes = e.words.size();
    if (held_.empty() || held_.back().at < e.at) {
        held_.push_back(std::move(e));
    } else {
        const auto next = first_after(e.at);
        if (next != held_.begin() && std::prev(next)->at == e.at)
            return;
        held_.insert(next, std::move(e));
    }
    bytes_ += bytes;
    while (held_.size() > limits_.entries_max || bytes_ > limits_.bytes_max) {
        bytes_ -= held_.front().words.size();
        forgotten_ = held_.front().at;
        held_.pop_front();
    }
}

const entry* recent_entries::find(position p) const noexcept
{
    const auto next = first_after(p);
    if (next == held_.begin() || std::prev(next)->at != p)
        return nullptr;
    return &*std::prev(next);
}

position recent_entries::before(position p) const noexcept
{
    const auto first = std::ranges::lower_bound(held_, p, {}, &entry::at);
    return first == held_.begin() ? position{} : std::prev(first)->at;
}

std::vector<entry> recent_entries::after(position p, std::size_t most) const
{
    const auto first = first_after(p);
    const auto there = static_cast<std::size_t>(held_.end() - first);
    return {first, first + static_cast<std::ptrdiff_t>(std::min(there, most))};
}

std::size_t recent_entries::drop(position from, position to)
{
    if (to <= from)
        return 0;
    const auto first = first_after(from);
    const auto end = first_after(to);
    const auto dropped = static_cast<std::size_t>(end - first);
    for (auto e = first; e != end; ++e)
        bytes_ -= e->words.size();
    held_.erase(first, end);
    return dropped;
}

recent_entries::place recent_entries::first_after(position p) const noexcept
{
    return std::ranges::upper_bound(held_, p, {}, &entry::at);
}

}  // namespace tickertape::relay
