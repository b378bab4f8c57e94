#include "tape/tape_follower.hpp"

#include <algorithm>

namespace tickertape::tape {

tape_follower::tape_follower(
    const tapes& of, std::span<const symbol_id> symbols, tapes::era_number era, position after,
    reads which)
    : tapes_{of}, symbols_{symbols.begin(), symbols.end()}, which_{which}, era_{era}, at_{after},
      reader_{of}, told_(of.symbols().size())
{
}

bool tape_follower::read(tape_listener& to, std::size_t ticks_max)
{
    if ((tapes_.era() != era_ || era_ % 2 != 0) && !enter_era(to))
        return false;  // the bell rings again
    const auto epoch = tapes_.epoch();
    const auto visible = end();
    // Up to the next hole, which is told before what lies behind it.
    const auto missing = tapes_.next_hole(at_, visible);
    const auto until = missing ? std::max(at_, missing->after) : visible;
    reader_.start(symbols_, at_, until);
    ticks_.clear();
    while (ticks_.size() < ticks_max) {
        const auto next = reader_.next();
        if (!next)
            break;
        ticks_.push_back(*next);
    }
    const bool is_complete = reader_.is_complete();
    // Asked after all was read: it is of that era, or it is not used.
    if (tapes_.era() != era_)
        return true;
    if (at_ < epoch) {
        // The tapes know of no tick up to there.
        for (const auto symbol : symbols_)
            to.on_lost({symbol, epoch});
        at_ = epoch;
    }
    tell_losses(to);
    for (const auto& t : ticks_)
        to.on_tick(t);
    if (is_complete)
        at_ = std::max(at_, until);
    else if (!ticks_.empty())
        at_ = ticks_.back().at;
    if (!is_complete || !missing)
        return !is_complete;
    tell_hole(to, *missing);
    return true;
}

position tape_follower::end() const noexcept
{
    return which_ == reads::placed ? tapes_.placed() : tapes_.committed();
}

bool tape_follower::enter_era(tape_listener& to)
{
    const auto now = tapes_.era();
    const auto epoch = tapes_.epoch();
    if (now % 2 != 0 || tapes_.era() != now)
        return false;
    era_ = now;
    at_ = epoch;
    std::ranges::fill(told_, position{});
    to.on_new_era(epoch);
    return true;
}

void tape_follower::tell_hole(tape_listener& to, const hole& next)
{
    auto missing = next;
    missing.from = next.from_for(at_);
    at_ = next.end;
    to.on_hole(missing);
}

// A loss that reaches beyond the ticks that were taken is found again at the next look.
void tape_follower::tell_losses(tape_listener& to)
{
    for (const auto& lost : reader_.lost()) {
        auto& told = told_[index_of(lost.symbol)];
        if (lost.to <= told)
            continue;
        told = lost.to;
        to.on_lost(lost);
    }
}

}  // namespace tickertape::tape
