#include "relay/outbox.hpp"

#include <algorithm>
#include <cassert>

namespace tickertape::relay {

void outbox::put(position at, std::string words, steady_time now)
{
    assert(waiting_.empty() || waiting_.back().at < at);
    waiting_.push_back({at, std::move(words), now});
    expire(now);
}

std::vector<entry> outbox::batch(position after, std::size_t most)
{
    std::vector<entry> first;
    first.reserve(std::min(most, waiting_.size()));
    for (const auto& i : waiting_) {
        if (first.size() == most)
            break;
        first.push_back({i.at, after, i.words});
        after = i.at;
        if (given_.empty() || given_.back() < i.at)
            given_.push_back(i.at);
    }
    return first;
}

bool outbox::explains(position top) const noexcept
{
    return std::ranges::binary_search(given_, top);
}

void outbox::settle(position top)
{
    const bool is_ours = explains(top);
    while (!waiting_.empty() && waiting_.front().at <= top) {
        if (is_ours)
            waiting_.pop_front();
        else
            drop_first();
    }
    given_.clear();
}

void outbox::expire(steady_time now)
{
    while (!waiting_.empty() && (waiting_.size() > limits_.entries_max ||
                                 now - waiting_.front().since > limits_.age_max))
        drop_first();
}

void outbox::clear()
{
    while (!waiting_.empty())
        drop_first();
    given_.clear();
}

void outbox::drop_first()
{
    ++dropped_;
    if (loss_.count++ == 0)
        loss_.first = waiting_.front().at;
    loss_.last = waiting_.front().at;
    waiting_.pop_front();
}

}  // namespace tickertape::relay
