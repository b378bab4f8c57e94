#include "tape/hole_log.hpp"

#include <algorithm>
#include <cassert>

namespace tickertape::tape {
namespace {

constexpr std::uint64_t torn(std::uint64_t number) noexcept
{
    return 2 * number + 1;
}

constexpr std::uint64_t whole(std::uint64_t number) noexcept
{
    return 2 * number + 2;
}

}  // namespace

void hole_log::add(const hole& h) noexcept
{
    assert(h.after < h.end && h.from < h.to && h.to <= h.end);
    // relaxed: only this thread writes them.
    const auto number = count_.load(std::memory_order_relaxed);
    slot& s = slots_[number % kept_max];
    if (number >= kept_max && number - kept_max >= first_.load(std::memory_order_relaxed))
        if (const auto old = read(s, number - kept_max))
            merge(*old);
    write(s, number, h);
    // release: who sees either finds the slot whole.
    count_.store(number + 1, std::memory_order_release);
    newest_end_.store(h.end.packed(), std::memory_order_release);
}

void hole_log::merge(const hole& no_longer_kept) noexcept
{
    // relaxed: our own last store.
    const auto merges = merges_.load(std::memory_order_relaxed);
    const bool is_first = merged_from_ == position{};
    merged_from_ = is_first ? no_longer_kept.from : std::min(merged_from_, no_longer_kept.from);
    const auto end = no_longer_kept.end;
    write(merged_, merges, {no_longer_kept.after, end, merged_from_, end, gap_cause::evicted});
    // release: who sees this finds merged_ whole. It is stored before the slot is written, so who
    // finds that overwritten sees this.
    merges_.store(merges + 1, std::memory_order_release);
}

void hole_log::clear() noexcept
{
    // relaxed: our own last store. release: as the tapes that begin anew (tapes::restart()).
    first_.store(count_.load(std::memory_order_relaxed), std::memory_order_release);
    if (merged_from_ != position{}) {
        const auto merges = merges_.load(std::memory_order_relaxed);
        write(merged_, merges, {});
        merges_.store(merges + 1, std::memory_order_release);
        merged_from_ = {};
    }
    newest_end_.store(0, std::memory_order_release);
}

void hole_log::write(slot& to, std::uint64_t number, const hole& h) noexcept
{
    // release: who sees this stamp sees what was stored before it. Each word is a release too, so
    // who sees a new word sees this stamp.
    to.stamp.store(torn(number), std::memory_order_release);
    to.after.store(h.after.packed(), std::memory_order_release);
    to.end.store(h.end.packed(), std::memory_order_release);
    to.from.store(h.from.packed(), std::memory_order_release);
    to.to.store(h.to.packed(), std::memory_order_release);
    to.why.store(static_cast<std::uint64_t>(h.why), std::memory_order_release);
    to.stamp.store(whole(number), std::memory_order_release);
}

std::optional<hole> hole_log::read(const slot& from, std::uint64_t number) noexcept
{
    // acquire: pairs with the whole stamp, so the words are those of the hole or newer ones.
    if (from.stamp.load(std::memory_order_acquire) != whole(number))
        return std::nullopt;
    const auto word = [](const std::atomic<std::uint64_t>& w) {
        // acquire: a newer word brings the stamp that was stored before it.
        return w.load(std::memory_order_acquire);
    };
    const auto place = [&](const auto& w) { return position::from_packed(word(w)); };
    const hole h{
        place(from.after), place(from.end), place(from.from), place(from.to),
        static_cast<gap_cause>(word(from.why))};
    if (from.stamp.load(std::memory_order_acquire) != whole(number))
        return std::nullopt;
    return h;
}

std::optional<hole> hole_log::first_after(position p, position until) const noexcept
{
    // acquire: pairs with add(). Most readers have passed all holes.
    if (newest_end_.load(std::memory_order_acquire) <= p.packed())
        return std::nullopt;
    for (;;) {
        const auto merges = merges_.load(std::memory_order_acquire);
        if (merges > 0) {
            const auto merged = read(merged_, merges - 1);
            if (!merged)
                continue;  // it is being written
            if (merged->end > p)
                return merged->end <= until ? merged : std::nullopt;
        }
        const auto count = count_.load(std::memory_order_acquire);
        const auto first = std::max(
            first_.load(std::memory_order_acquire), count > kept_max ? count - kept_max : 0);
        std::optional<hole> found;
        for (auto number = count; number > first; --number) {
            const auto h = read(slots_[(number - 1) % kept_max], number - 1);
            if (!h || h->end <= p)
                break;
            if (h->end <= until)
                found = h;
        }
        // One that was overwritten while this looked has been merged.
        if (merges_.load(std::memory_order_acquire) == merges)
            return found;
    }
}

}  // namespace tickertape::tape
