#include "tape/tapes.hpp"

#include <algorithm>
#include <cassert>

namespace tickertape::tape {

tapes::tapes(const symbol_table& symbols, std::size_t capacity, wall_time started)
    : symbols_{symbols}, newest_(symbols.size()),
      observed_(symbols.size()), epoch_{position::at(started).packed()},
      committed_{epoch_.load(std::memory_order_relaxed)}
{
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        tapes_.emplace_back(capacity);
        // relaxed: no other thread knows of this yet.
        observed_[i].store(never, std::memory_order_relaxed);
    }
}

void tapes::restore(std::span<const tick> past, position known_since, clock_reading now) noexcept
{
    // relaxed: no thread reads yet.
    epoch_.store(known_since.packed(), std::memory_order_relaxed);
    committed_.store(known_since.packed(), std::memory_order_relaxed);
    for (const auto& t : past) {
        // By the wall clock, which is all that two processes have in common.
        const auto age = std::max(now.wall - t.at.time(), std::chrono::milliseconds{0});
        append(t, now.boot - age);
    }
}

void tapes::append(const tick& t, boot_time observed) noexcept
{
    assert(t.at > committed());
    put(t);
    // release: a reader that sees this stamp finds its tick, so an older tick never looks as young.
    observed_[index_of(t.symbol)].store(
        observed.time_since_epoch().count(), std::memory_order_release);
    // release: a reader that sees this position finds its tick, and all before it, on their tapes.
    committed_.store(t.at.packed(), std::memory_order_release);
}

bool tapes::holds(position p) const noexcept
{
    return std::ranges::any_of(tapes_, [p](const symbol_tape& t) {
        const auto e = t.read(t.first_after(p.previous()));
        return e && e->at == p;
    });
}

void tapes::put(const tick& t) noexcept
{
    tapes_[index_of(t.symbol)].publish({t.at, t.value, t.source});
    // release: see restart().
    newest_[index_of(t.symbol)].store(t.at.packed(), std::memory_order_release);
}

// Everything a reader loads is stored with release between the two stores of era_ and loaded with
// acquire: a reader that has seen any of it sees an era that differs from the one it noted.
void tapes::restart(position epoch, std::span<const tick> newest) noexcept
{
    const auto before = era_.load(std::memory_order_relaxed);  // relaxed: our own last store
    era_.store(before + 1, std::memory_order_release);
    const auto begins = newest.empty() ? epoch : newest.front().at.previous();
    for (std::size_t i = 0; i < tapes_.size(); ++i) {
        newest_[i].store(0, std::memory_order_release);
        tapes_[i].forget(begins);
    }
    for (const auto& t : newest)
        put(t);
    const auto last = newest.empty() ? epoch : newest.back().at;
    // relaxed: only this thread writes them.
    const auto given = std::max(
        given_before_.load(std::memory_order_relaxed), committed_.load(std::memory_order_relaxed));
    given_before_.store(given, std::memory_order_release);
    epoch_.store(last.packed(), std::memory_order_release);
    committed_.store(last.packed(), std::memory_order_release);
    era_.store(before + 2, std::memory_order_release);
}

}  // namespace tickertape::tape
