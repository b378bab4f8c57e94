#include "pricing/quote_board.hpp"

#include "pricing/quote_checks.hpp"

#include <cassert>

namespace tickertape::pricing {
namespace {

bool is_repeated(const held_quote& held, const quote& q, usd_standin as)
{
    if (held.as != as || held.last.value != q.value)
        return false;
    // With a book, a price without a time is confirmed by those who bid and ask around it now.
    return q.upstream_time ? held.last.upstream_time == q.upstream_time : !q.book;
}

// Whether what is held is the newer word. A time ahead of our clock proves nothing: a provider
// whose clock was put right must be heard again. Neither does the arrival of a price without a time
// prove anything where the wall clock has stepped since.
bool is_behind(const held_quote& held, const quote& q, quote_way by, moment now)
{
    if (q.upstream_time) {
        const auto made = held.last.upstream_time.value_or(now.wall - held.age(now));
        return made > *q.upstream_time && made <= now.wall;
    }
    // An answer without a time may be older than what the socket has sent since.
    return by == quote_way::poll && held.by == quote_way::socket;
}

}  // namespace

quote_board::quote_board(std::size_t symbols, std::size_t providers, const quote_limits& limits)
    : limits_{limits}, providers_{providers}, held_(symbols * providers),
      volumes_(symbols * providers)
{
    assert(providers <= providers_max);
}

quote_board::outcome quote_board::take(
    std::size_t provider, const quote& q, usd_standin as, quote_way by, moment now) noexcept
{
    auto& held = slot(provider, q.symbol);
    auto refused = check_age(q, now.wall, limits_);
    if (!refused)
        refused = check_book(q, limits_);
    // That of an answer which is behind is of the same day, nearly.
    if (!refused && q.volume_24h)
        volumes_[index_of(q.symbol) * providers_ + provider] = held_volume{*q.volume_24h, as, now};
    // What is too old itself stands in nobody's way.
    const bool is_alive = held && held->age(now) <= limits_.age_max;
    if (is_alive && is_behind(*held, q, by, now))
        return {refused};
    if (refused) {
        held.reset();
        return {refused};
    }
    if (held && is_repeated(*held, q, as)) {
        held->received = now;
        held->by = by;
        return {};
    }
    const bool is_same = held && held->as == as && held->last.value == q.value;
    const auto changed = is_same ? held->changed : now;
    held = held_quote{q, as, by, now, now, changed, ++observations_};
    return {{}, true};
}

void quote_board::withdraw(std::size_t provider, symbol_id symbol, quote_way by) noexcept
{
    if (auto& held = slot(provider, symbol); held && held->by == by)
        held.reset();
}

void quote_board::withdraw(std::size_t provider, quote_way by) noexcept
{
    for (std::size_t i = provider; i < held_.size(); i += providers_)
        if (held_[i] && held_[i]->by == by)
            held_[i].reset();
}

held_quote* quote_board::find(std::size_t provider, symbol_id symbol) noexcept
{
    auto& held = slot(provider, symbol);
    return held ? &*held : nullptr;
}

const held_quote* quote_board::find(std::size_t provider, symbol_id symbol) const noexcept
{
    const auto& held = held_[index_of(symbol) * providers_ + provider];
    return held ? &*held : nullptr;
}

// Fresh, and of the market that the quote is of.
std::optional<double>
quote_board::volume_of(std::size_t provider, const held_quote& of, moment now) const noexcept
{
    const auto& known = volumes_[index_of(of.last.symbol) * providers_ + provider];
    if (!known || known->as != of.as || elapsed(known->received, now) > limits_.volume_age_max)
        return std::nullopt;
    return known->value;
}

quote_board::candidate_list quote_board::candidates(symbol_id symbol, moment now) const noexcept
{
    candidate_list found;
    for (std::size_t i = 0; i < providers_; ++i)
        if (const auto* held = find(i, symbol))
            found.push_back({i, held->last.value, held->age(now), volume_of(i, *held, now)});
    return found;
}

}  // namespace tickertape::pricing
