#include "tape/merged_reader.hpp"

#include <algorithm>

namespace tickertape::tape {
namespace {

// std heaps keep the largest in front.
constexpr auto later = [](const auto& a, const auto& b) { return a.what.at > b.what.at; };

}  // namespace

std::optional<merged_reader::head>
merged_reader::first_held(symbol_id symbol, position& after) const
{
    const symbol_tape& t = tapes_.of(symbol);
    for (;;) {
        const auto i = t.first_after(after);
        const auto e = t.read(i);
        // Asked after the read: what is gone by now is not what was read.
        if (const auto gone = t.evicted(); gone > after) {
            after = gone;
            continue;
        }
        if (!e)
            return std::nullopt;  // nothing yet: lapped would have been known as gone
        if (e->at <= after)
            continue;  // it came between the two lines above: look again
        if (e->at > until_)
            return std::nullopt;
        return head{{e->at, symbol, e->value, e->source}, i};
    }
}

void merged_reader::start(std::span<const symbol_id> symbols, position after, position until)
{
    until_ = until;
    overtaken_ = false;
    lost_.clear();
    heads_.clear();
    for (const auto symbol : symbols) {
        const auto& t = tapes_.of(symbol);
        const auto newest = t.newest();
        const bool has_new = newest && newest->at > after;
        // A tape may hold nothing and still know that it lacks ticks: it has been restored.
        if (!has_new && t.evicted() <= after)
            continue;  // most symbols of a large set have nothing new
        auto held_after = after;
        if (const auto h = first_held(symbol, held_after))
            heads_.push_back(*h);
        if (held_after > after)
            lost_.push_back({symbol, held_after});
    }
    std::ranges::make_heap(heads_, later);
}

std::optional<tick> merged_reader::next()
{
    if (heads_.empty() || overtaken_)
        return std::nullopt;
    std::ranges::pop_heap(heads_, later);
    const auto first = heads_.back();
    heads_.pop_back();

    const symbol_tape& t = tapes_.of(first.what.symbol);
    const auto e = t.read(first.index + 1);
    if (t.evicted() > first.what.at) {
        overtaken_ = true;
    } else if (e && e->at <= until_) {
        heads_.push_back({{e->at, first.what.symbol, e->value, e->source}, first.index + 1});
        std::ranges::push_heap(heads_, later);
    }
    return first.what;
}

}  // namespace tickertape::tape
