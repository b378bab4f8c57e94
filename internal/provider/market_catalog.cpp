#include "provider/market_catalog.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace tickertape::provider {
namespace {

constexpr auto no_limit = std::numeric_limits<std::size_t>::max();

}  // namespace

market_catalog::market_catalog(
    const rest_api& api, const symbol_table& symbols, std::span<const usd_standin> for_usd)
    : api_{api}, entries_(symbols.size()), probe_max_{no_limit}
{
    for (const auto id : symbols.all())
        entries_[index_of(id)].spellings = spellings_of(api, symbols, id, for_usd);
}

std::vector<market> market_catalog::askable(std::span<const symbol_id> wanted, steady_time now)
{
    std::vector<market> markets;
    for (const auto id : wanted) {
        auto& e = entries_[index_of(id)];
        if (e.spellings.empty() || e.again_at > now)
            continue;
        // A dollar market that was missing once must not be passed over for ever.
        if (e.current > 0 && e.first_again_at <= now) {
            e.current = 0;
            e.suspect = true;
        }
        markets.push_back({id, e.spellings[e.current].name});
    }
    return markets;
}

std::vector<market> market_catalog::next_batch(std::vector<market>& todo) const
{
    // Those nothing speaks against first: they are what the round is for. Then those that were in a
    // refused batch, and last those known to be missing, which would only spoil it for the others.
    auto stands = standing::missing;
    for (const auto& m : todo)
        stands = std::min(stands, standing_of(m.symbol));
    const auto alike = std::stable_partition(
        todo.begin(), todo.end(), [&](const market& m) { return standing_of(m.symbol) == stands; });
    // Of those, the first one's currency first: some providers take one currency at a time. Not
    // sorted, or a currency that comes late in the alphabet would wait for ever for a slow
    // provider.
    const auto is_of_first = [first = todo.front().spelled.currency](const market& m) {
        return m.spelled.currency == first;
    };
    const auto run = std::find_if_not(todo.begin(), alike, is_of_first) - todo.begin();
    std::stable_partition(todo.begin(), alike, is_of_first);

    auto together = static_cast<std::size_t>(alike - todo.begin());
    if (stands == standing::suspect)
        together = std::min(together, probe_max_);
    // One by one where one of them has spoiled a batch before.
    if (stands == standing::missing && probe_max_ != no_limit)
        together = 1;
    const auto size = api_.batch_size(std::span{todo}.first(together));
    const auto end = todo.begin() + static_cast<std::ptrdiff_t>(size);
    std::vector<market> batch{std::make_move_iterator(todo.begin()), std::make_move_iterator(end)};
    todo.erase(todo.begin(), end);
    // A caller that runs out of requests goes on behind the last of the batch: there stands
    // the first one that was passed over for its currency.
    if (size < together && run < std::ssize(batch))
        std::rotate(batch.begin(), batch.begin() + run, batch.end());
    return batch;
}

market_catalog::standing market_catalog::standing_of(symbol_id symbol) const noexcept
{
    const auto& e = entries_[index_of(symbol)];
    if (!e.suspect)
        return standing::good;
    return e.misses > 0 ? standing::missing : standing::suspect;
}

void market_catalog::answered(std::span<const market> batch) noexcept
{
    // Suspects that turned out to be good: the next may be more at once, or a bad market among the
    // first would have all others asked for one by one.
    if (probe_max_ < entries_.size() && standing_of(batch.front().symbol) == standing::suspect)
        probe_max_ *= 2;
}

void market_catalog::quoted(symbol_id symbol) noexcept
{
    auto& e = entries_[index_of(symbol)];
    e.was_quoted = true;
    e.suspect = false;
    e.again_at = {};
    if (e.current == 0)
        e.misses = 0;
}

void market_catalog::refused(std::span<const market> batch) noexcept
{
    for (const auto& m : batch)
        entries_[index_of(m.symbol)].suspect = true;
    probe_max_ = (batch.size() + 1) / 2;
}

bool market_catalog::missing(symbol_id symbol, steady_time now) noexcept
{
    auto& e = entries_[index_of(symbol)];
    e.suspect = true;
    if (e.current == 0) {
        const auto doublings = std::min(e.misses++, 7u);
        const auto most = e.was_quoted ? again_most_quoted : again_most;
        const auto wait = again_first * (1 << doublings);
        e.first_again_at = now + std::min<std::chrono::seconds>(most, wait);
    }
    if (e.current + 1 < e.spellings.size()) {
        ++e.current;
        return true;
    }
    e.current = 0;
    e.again_at = e.first_again_at;
    return false;
}

bool market_catalog::has_quoted_any(std::span<const market> batch) const noexcept
{
    return std::ranges::any_of(
        batch, [this](const market& m) { return entries_[index_of(m.symbol)].was_quoted; });
}

bool market_catalog::has_any(steady_time now) const noexcept
{
    return std::ranges::any_of(
        entries_, [now](const entry& e) { return e.was_quoted && e.again_at <= now; });
}

usd_standin market_catalog::standin(symbol_id symbol) const noexcept
{
    const auto& e = entries_[index_of(symbol)];
    return e.spellings.empty() ? usd_standin::none : e.spellings[e.current].as;
}

bool market_catalog::lacks(symbol_id symbol, steady_time now) const noexcept
{
    const auto& e = entries_[index_of(symbol)];
    return e.spellings.empty() || e.again_at > now;
}

}  // namespace tickertape::provider
