#include "tickertape-bench/tick_ledger.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tickertape::bench {

namespace {

constexpr wall_us us_per_day = 86'400'000'000;

// When it was due: the moment with that time of day that is nearest to now.
wall_us moment_of(std::uint64_t us_of_day, wall_us now) noexcept
{
    auto age = (now - static_cast<wall_us>(us_of_day)) % us_per_day;
    if (age > us_per_day / 2)
        age -= us_per_day;
    return now - age;
}

}  // namespace

tick_ledger::tick_ledger(stamp_kind by, const std::vector<std::string>& symbols) : by_{by}
{
    for (std::uint32_t i = 0; i < symbols.size(); ++i)
        symbols_.emplace(symbols[i], i);
}

void tick_ledger::begin(
    wall_us now, std::uint32_t readers, std::vector<std::uint32_t> readers_of_symbol)
{
    begin_ = now;
    readers_ = readers;
    readers_of_symbol_ = std::move(readers_of_symbol);
}

tick_ledger::number tick_ledger::take(stamp s, std::string_view data, wall_us now, number before)
{
    if (by_ == stamp_kind::none)
        return before;
    if (s.key == stamp::unreadable) {
        ++unreadable_;
        return before;
    }
    const auto found = find(s, now, before);
    if (before != nothing && entries_[before].key >= s.key &&
        entries_[before].due >= entries_[found].due)
        ++disordered_;
    entry& e = entries_[found];
    if (e.symbol == unknown_symbol && !symbols_.empty())
        e.symbol = symbol_in(data);
    ++e.reached;
    e.last = now;
    if (counts(e))
        latency_.add(static_cast<std::uint64_t>(std::max<wall_us>(0, now - e.due)));
    return found;
}

// Subscribers are mostly sent the same ticks in the same order, so the one after the last is looked
// at before the table is.
tick_ledger::number tick_ledger::find(stamp s, wall_us now, number before)
{
    const number guess = before == nothing ? 0 : before + 1;
    if (guess < entries_.size() && entries_[guess].key == s.key)
        return guess;
    const auto [at, is_new] = by_key_.try_emplace(s.key, static_cast<number>(entries_.size()));
    if (is_new)
        entries_.push_back(
            {.key = s.key, .due = moment_of(s.us_of_day(), now), .first = now, .last = now});
    return at->second;
}

std::uint32_t tick_ledger::symbol_in(std::string_view data) const
{
    constexpr std::string_view name = "\"symbol\":\"";
    const auto at = data.find(name);
    if (at == std::string_view::npos)
        return unknown_symbol;
    data.remove_prefix(at + name.size());
    const auto found = symbols_.find(std::string{data.substr(0, data.find('"'))});
    return found == symbols_.end() ? unknown_symbol : found->second;
}

std::uint32_t tick_ledger::readers_of(const entry& e) const
{
    if (readers_of_symbol_.empty())
        return readers_;
    return e.symbol < readers_of_symbol_.size() ? readers_of_symbol_[e.symbol] : e.reached;
}

// Of a tick whose symbol is not known, because nobody was sent it.
double tick_ledger::readers_on_average() const
{
    if (readers_of_symbol_.empty())
        return readers_;
    const auto sum =
        std::accumulate(readers_of_symbol_.begin(), readers_of_symbol_.end(), std::uint64_t{0});
    return static_cast<double>(sum) / static_cast<double>(readers_of_symbol_.size());
}

bool tick_ledger::is_complete(std::uint64_t due) const
{
    std::uint64_t ticks = 0;
    for (const entry& e : entries_) {
        if (!counts(e))
            continue;
        if (e.reached < readers_of(e))
            return false;
        ++ticks;
    }
    return ticks >= due;
}

tick_ledger::summary tick_ledger::sum(std::uint64_t due) const
{
    summary s;
    histogram spread;
    for (const entry& e : entries_) {
        if (!counts(e))
            continue;
        const auto wanted = readers_of(e);
        ++s.ticks;
        s.deliveries += e.reached;
        s.missing += wanted - std::min(wanted, e.reached);
        if (e.reached < wanted)
            continue;
        ++s.ticks_to_all;
        spread.add(static_cast<std::uint64_t>(std::max<wall_us>(0, e.last - e.first)));
    }
    if (s.ticks < due)
        s.missing += static_cast<std::uint64_t>(
            std::llround(static_cast<double>(due - s.ticks) * readers_on_average()));
    s.spread_p50_us = spread.quantile(0.5);
    s.spread_max_us = spread.max();
    return s;
}

}  // namespace tickertape::bench
