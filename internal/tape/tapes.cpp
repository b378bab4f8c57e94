#include "tape/tapes.hpp"

#include <algorithm>
#include <cassert>

namespace tickertape::tape {

std::chrono::milliseconds age_of(position p, clock_reading now) noexcept
{
    return std::max(now.wall - p.time(), std::chrono::milliseconds{0});
}

tapes::tapes(const symbol_table& symbols, std::size_t capacity, wall_time started)
    : symbols_{symbols}, newest_(symbols.size()), ends_(symbols.size()),
      observed_(symbols.size()), epoch_{position::at(started).packed()},
      committed_{epoch_.load(std::memory_order_relaxed)}, placed_{epoch_.load(
                                                              std::memory_order_relaxed)}
{
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        tapes_.emplace_back(capacity);
        // relaxed: no other thread knows of this yet.
        observed_[i].store(never, std::memory_order_relaxed);
    }
}

result<void> tapes::restore(const known_past& past, clock_reading now)
{
    struct of_symbol {
        std::size_t count = 0;
        position first;
    };
    std::vector<of_symbol> given(tapes_.size());
    auto last = std::max(past.known_since, past.epoch);
    for (const auto& t : past.ticks) {
        if (t.at <= last)
            return tape_errc::out_of_order;
        last = t.at;
        auto& g = given[index_of(t.symbol)];
        if (g.count++ == 0)
            g.first = t.at;
    }
    // A tape that is full may lack ticks between known_since and its first.
    for (std::size_t i = 0; i < tapes_.size(); ++i)
        tapes_[i].forget(
            given[i].count < tapes_[i].capacity() ? past.known_since : given[i].first.previous());
    // relaxed: no thread reads yet.
    const auto begins = std::max(past.known_since, past.epoch).packed();
    epoch_.store(past.epoch.packed(), std::memory_order_relaxed);
    placed_.store(begins, std::memory_order_relaxed);
    committed_.store(begins, std::memory_order_relaxed);
    for (const auto& t : past.ticks)
        append(t, now.boot - age_of(t.at, now));
    return {};
}

void tapes::begin_after(position epoch) noexcept
{
    assert(placed() == position{} && uncommitted_.empty());
    // release: a reader that sees something committed or placed finds the epoch that was stored
    // before.
    epoch_.store(epoch.packed(), std::memory_order_release);
    placed_.store(epoch.packed(), std::memory_order_release);
    committed_.store(epoch.packed(), std::memory_order_release);
}

void tapes::append(const tick& t, boot_time observed) noexcept
{
    assert(uncommitted_.empty() && t.at > placed());
    show(put(t, observed));
    // release: as in place() and commit().
    placed_.store(t.at.packed(), std::memory_order_release);
    committed_.store(t.at.packed(), std::memory_order_release);
}

void tapes::place(const tick& t, boot_time observed)
{
    assert(t.at > placed());
    uncommitted_.push_back(put(t, observed));
    // release: a reader that sees this position finds its tick, and all before it, on their tapes.
    placed_.store(t.at.packed(), std::memory_order_release);
}

// The hole is in the log before any reader sees a position at its end or after it.
void tapes::miss(const hole& h, committed_at_once how)
{
    assert(h.after == placed());
    holes_.add(h);
    if (how == committed_at_once::no)
        uncommitted_.push_back({.at = h.end, .is_hole = true});
    // release: as in place() and commit().
    placed_.store(h.end.packed(), std::memory_order_release);
    if (how == committed_at_once::no)
        return;
    assert(uncommitted_.empty());
    committed_.store(h.end.packed(), std::memory_order_release);
}

void tapes::commit(position up_to) noexcept
{
    position last;
    for (; !uncommitted_.empty() && uncommitted_.front().at <= up_to; uncommitted_.pop_front()) {
        last = uncommitted_.front().at;
        if (!uncommitted_.front().is_hole)
            show(uncommitted_.front());
    }
    // release: a reader that sees this position finds what show() has stored of all up to there.
    if (last != position{})
        committed_.store(last.packed(), std::memory_order_release);
}

result<symbol_tape::entry> tapes::newest_tick(symbol_id id) const noexcept
{
    for (;;) {
        const auto number = end(id);
        if (number == 0)
            return tape_errc::not_yet;
        // Lapped means a whole turn of the tape since the line above: look again, unless nothing
        // of that turn is committed. What is held then is newer than what may be shown.
        if (const auto e = of(id).read(number - 1); e || end(id) == number)
            return e;
    }
}

bool tapes::holds(position p) const noexcept
{
    return std::ranges::any_of(symbols_.all(), [&](symbol_id id) { return holds(id, p); });
}

bool tapes::holds(symbol_id id, position p) const noexcept
{
    const auto& t = of(id);
    const auto e = t.read(t.first_after(p.previous()));
    return e && e->at == p;
}

tapes::pending tapes::put(const tick& t, boot_time observed) noexcept
{
    auto& to = tapes_[index_of(t.symbol)];
    to.publish({t.at, t.value, t.source});
    return {t.at, t.symbol, to.end(), observed};
}

void tapes::show(const pending& p) noexcept
{
    // release: see restart().
    ends_[index_of(p.symbol)].store(p.number, std::memory_order_release);
    newest_[index_of(p.symbol)].store(p.at.packed(), std::memory_order_release);
    // release: a reader that sees this stamp finds its tick, so an older tick never looks as young.
    observed_[index_of(p.symbol)].store(
        p.observed.time_since_epoch().count(), std::memory_order_release);
}

// Everything a reader loads is stored with release between the two stores of era_ and loaded with
// acquire: a reader that has seen any of it sees an era that differs from the one it noted.
void tapes::restart(position epoch, std::span<const tick> newest) noexcept
{
    assert(uncommitted_.empty());
    const auto before = era_.load(std::memory_order_relaxed);  // relaxed: our own last store
    era_.store(before + 1, std::memory_order_release);
    holes_.clear();
    const auto begins = newest.empty() ? epoch : newest.front().at.previous();
    for (std::size_t i = 0; i < tapes_.size(); ++i) {
        newest_[i].store(0, std::memory_order_release);
        ends_[i].store(0, std::memory_order_release);
        tapes_[i].forget(begins);
    }
    // relaxed: our own last store. A tick that is dated anew was observed when it was.
    for (const auto& t : newest)
        show(
            put(t, boot_time{std::chrono::milliseconds{
                       observed_[index_of(t.symbol)].load(std::memory_order_relaxed)}}));
    const auto last = newest.empty() ? epoch : newest.back().at;
    // relaxed: only this thread writes them.
    const auto given = std::max(
        given_before_.load(std::memory_order_relaxed), committed_.load(std::memory_order_relaxed));
    given_before_.store(given, std::memory_order_release);
    epoch_.store(last.packed(), std::memory_order_release);
    placed_.store(last.packed(), std::memory_order_release);
    committed_.store(last.packed(), std::memory_order_release);
    era_.store(before + 2, std::memory_order_release);
}

}  // namespace tickertape::tape
