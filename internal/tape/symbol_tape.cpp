#include "tape/symbol_tape.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <string>

namespace tickertape::tape {
namespace {

class category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "tickertape.tape"; }

    std::string message(int value) const override
    {
        switch (static_cast<tape_errc>(value)) {
        case tape_errc::not_yet:
            return "nothing has been appended there so far";
        case tape_errc::lapped:
            return "overwritten by a newer tick";
        case tape_errc::out_of_order:
            return "not after all ticks there";
        }
        return "unknown error";
    }
};

// The words were taken from a valid price, so the check that made it cannot fail again.
price price_of(std::uint64_t word) noexcept
{
    const auto value = price::from(std::bit_cast<double>(word));
    assert(value.has_value());
    return *value;
}

}  // namespace

const boost::system::error_category& tape_category() noexcept
{
    static const category instance;
    return instance;
}

boost::system::error_code make_error_code(tape_errc e) noexcept
{
    return {static_cast<int>(e), tape_category()};
}

symbol_tape::symbol_tape(std::size_t capacity) : slots_(capacity)
{
    assert(capacity > 0);
}

void symbol_tape::publish(const entry& e) noexcept
{
    const auto i = end_.load(std::memory_order_relaxed);  // relaxed: our own last store
    slot& s = slot_of(i);
    // relaxed: only this thread writes it.
    if (i >= slots_.size() && i - slots_.size() >= first_.load(std::memory_order_relaxed)) {
        // relaxed: only this thread writes it. What is about to go must be known as gone first:
        // release, and the stamp below is one too, so who sees the slot torn sees this.
        const auto gone = s.at.load(std::memory_order_relaxed);
        assert(gone < e.at.packed());
        evicted_.store(gone, std::memory_order_release);
    }
    // release: see above. The words below are releases as well, so a reader that sees a new word
    // sees this stamp, and with it that the old tick has gone.
    s.stamp.store(torn(i), std::memory_order_release);
    s.at.store(e.at.packed(), std::memory_order_release);
    s.value.store(std::bit_cast<std::uint64_t>(e.value.value()), std::memory_order_release);
    s.source.store(static_cast<std::uint64_t>(e.source), std::memory_order_release);
    // release: a reader that sees "whole" sees every word stored above.
    s.stamp.store(whole(i), std::memory_order_release);
    // release: a reader that sees the new end finds the slot whole, or overwritten since.
    end_.store(i + 1, std::memory_order_release);
}

void symbol_tape::forget(position gone) noexcept
{
    // release: see tapes::restart(), whose readers look whether it came between.
    first_.store(end_.load(std::memory_order_relaxed), std::memory_order_release);
    evicted_.store(gone.packed(), std::memory_order_release);
}

result<symbol_tape::entry> symbol_tape::read(index i) const noexcept
{
    const slot& s = slot_of(i);
    // acquire: pairs with the last store of publish(); the words read below are at least as new.
    const auto before = s.stamp.load(std::memory_order_acquire);
    if (before < whole(i))
        return tape_errc::not_yet;
    if (before > whole(i))
        return tape_errc::lapped;
    // acquire: a word of a newer tick brings the stamp that was stored before it, which the second
    // look at the stamp then sees.
    const auto at = s.at.load(std::memory_order_acquire);
    const auto value = s.value.load(std::memory_order_acquire);
    const auto source = s.source.load(std::memory_order_acquire);
    // acquire: pairs with the torn stamp, so that evicted() asked after this is up to date.
    if (s.stamp.load(std::memory_order_acquire) != before)
        return tape_errc::lapped;
    return entry{position::from_packed(at), price_of(value), static_cast<source_id>(source)};
}

result<symbol_tape::entry> symbol_tape::newest() const noexcept
{
    for (;;) {
        const auto i = end();
        // acquire: pairs with forget().
        if (i == first_.load(std::memory_order_acquire))
            return tape_errc::not_yet;
        const auto last = read(i - 1);
        // Lapped means a whole turn of the tape since the line above: look again.
        if (last)
            return last;
    }
}

symbol_tape::index symbol_tape::begin_before(index newest) const noexcept
{
    // acquire: pairs with forget().
    const auto first = std::min(first_.load(std::memory_order_acquire), newest);
    return newest - first > slots_.size() ? newest - slots_.size() : first;
}

symbol_tape::index symbol_tape::begin() const noexcept
{
    return begin_before(end());
}

symbol_tape::index symbol_tape::first_after(position p) const noexcept
{
    const auto newest = end();
    auto low = begin_before(newest);
    auto high = newest;
    // Everything held below `low` is at or before `p`; `high` and above lie after it. Most who ask
    // are near the end: step back from there, each time twice as far.
    for (index step = 1; low < high; step *= 2) {
        const auto before = high - low > step ? high - step : low;
        const auto e = read(before);
        if (!e || e->at <= p) {
            low = before + 1;
            break;
        }
        high = before;
    }
    while (low < high) {
        const auto middle = low + (high - low) / 2;
        const auto e = read(middle);
        // A lapped slot, and all before it, are no longer held: what is looked for lies behind it.
        if (!e || e->at <= p)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

}  // namespace tickertape::tape
