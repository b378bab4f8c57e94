#include "relay/sequencer.hpp"

#include <algorithm>
#include <utility>

namespace tickertape::relay {

void sequencer::begin(position floor, unsigned slot, const moment& now)
{
    time_.emplace(clock_reading{now.wall, now.boot}, tape::timeline::limits{});
    slot_ = slot;
    // One that lies far ahead was given by a clock that has been set right since.
    const auto is_near = sent_.time() <= now.wall + limits_.waiting.age_max;
    positions_.emplace(is_near ? std::max(floor, sent_) : floor, slot);
    put_last_ = now.steady;
}

void sequencer::end()
{
    sent_ = std::max(sent_, waiting_.last_given());
    waiting_.clear();
    positions_.reset();
    time_.reset();
}

bool sequencer::put(std::string words, const moment& now)
{
    if (!positions_)
        return false;
    static_cast<void>(time_->look({now.wall, now.boot}));
    waiting_.put(positions_->next(time_->now()), std::move(words), now.steady);
    put_last_ = now.steady;
    return true;
}

void sequencer::raise(position floor)
{
    if (positions_ && positions_->last() < floor)
        positions_.emplace(floor, slot_);
}

}  // namespace tickertape::relay
