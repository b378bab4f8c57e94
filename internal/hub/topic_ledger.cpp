#include "hub/topic_ledger.hpp"

#include <algorithm>
#include <utility>

namespace tickertape::hub {

topic_ledger::news topic_ledger::take(const topic_board& from, position seen)
{
    const auto revision = from.revision();
    if (revision == revision_)
        return {};
    revision_ = revision;
    auto now = from.newest();
    const auto before = newest_;
    news n;
    std::size_t parts = 0;
    for (const auto& state : now)
        parts += state ? state->parts.size() + 1 : 0;
    if (most_ - newest_ < parts) {
        n.began_anew = true;
        newest_ = 0;
        changes_.clear();
        held_ = {};
    }
    for (std::size_t topic = 0; topic < topics_max; ++topic)
        if (now[topic] && now[topic] != held_[topic].state)
            take_topic(held_[topic], std::move(now[topic]));
    list_parts();  // also of a state that says the same: the texts are its own
    n.is_any = n.began_anew || newest_ != before;
    if (n.is_any && !n.began_anew)
        changes_.push_back({seen, before});
    if (changes_.size() > changes_kept)
        changes_.pop_front();
    return n;
}

void topic_ledger::take_topic(held_topic& held, std::shared_ptr<const topic_state> state)
{
    std::unordered_map<std::string_view, const topic_part*> before;
    if (held.state)
        for (const auto& p : held.state->parts)
            before.emplace(p.key, &p);
    std::unordered_map<std::string_view, version> changed;
    const auto had = newest_;
    for (const auto& p : state->parts) {
        const auto found = before.find(p.key);
        const bool is_same = found != before.end() && found->second->text == p.text;
        changed.emplace(p.key, is_same ? held.changed.at(p.key) : ++newest_);
    }
    // Parts that changed carry the head with them.
    if (newest_ == had && (!held.state || held.state->head != state->head))
        held.head_changed = ++newest_;
    held.changed = std::move(changed);
    held.state = std::move(state);
}

void topic_ledger::list_parts()
{
    parts_.clear();
    for (std::size_t topic = 0; topic < topics_max; ++topic) {
        const auto& held = held_[topic];
        if (!held.state)
            continue;
        if (held.head_changed != 0)
            parts_.push_back({topic, held.head_changed, {}});
        for (const auto& p : held.state->parts)
            parts_.push_back({topic, held.changed.at(p.key), p.text});
    }
    std::ranges::sort(parts_, {}, &part::changed);
}

topic_ledger::version topic_ledger::known_at(position p) const noexcept
{
    const auto ms = static_cast<std::uint64_t>(std::chrono::milliseconds{overlap}.count());
    const position since{p.ms() - std::min(p.ms(), ms), 0};
    // Of nothing before the first change that is kept it is known when it was.
    if (changes_.empty() || since <= changes_.front().seen)
        return 0;
    const auto later = std::ranges::upper_bound(changes_, since, {}, &change::seen);
    return later == changes_.end() ? newest_ : later->before;
}

std::span<const topic_ledger::part> topic_ledger::after(version known) const noexcept
{
    const auto first = std::ranges::upper_bound(parts_, known, {}, &part::changed);
    return {first, parts_.end()};
}

}  // namespace tickertape::hub
