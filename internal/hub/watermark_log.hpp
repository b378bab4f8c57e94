// Remembers which position was the newest at what time. So the age of a tick is known without its
// date, which depends on the wall clock.
//
// It remembers a little more than `over`, in steps of a 32nd of it; what is older counts as that
// old.
//
// No clock of its own. Threads: one, its lane's.
#pragma once

#include "core/position.hpp"

#include <algorithm>
#include <chrono>
#include <deque>

namespace tickertape::hub {

class watermark_log {
public:
    using milliseconds = std::chrono::milliseconds;

    explicit watermark_log(milliseconds over) noexcept : over_{over} {}

    // Notes that all ticks up to `until` had come by then. Called with ever later times.
    void note(position until, milliseconds now)
    {
        if (!samples_.empty() && now - samples_.back().at < over_ / 32)
            return;
        samples_.push_back({now, until});
        while (samples_.size() > 1 && now - samples_[1].at > over_)
            samples_.pop_front();
    }
    // Forgets everything, because positions begin anew.
    void clear() noexcept { samples_.clear(); }

    // How long ago the tick at `p` had come, at least.
    milliseconds age(position p, milliseconds now) const noexcept
    {
        const auto first = std::ranges::lower_bound(samples_, p, {}, &sample::until);
        return first == samples_.end() ? milliseconds{0} : now - first->at;
    }

private:
    struct sample {
        milliseconds at;
        position until;
    };

    const milliseconds over_;
    std::deque<sample> samples_;
};

}  // namespace tickertape::hub
