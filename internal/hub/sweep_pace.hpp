// Decides how soon one sweep may follow another. Waking a lane and looking at the tapes costs more
// than one send. So if a sweep serves many, ticks in quick succession are sent together; if it
// serves few, no tick waits.
//
// Threads: one, its lane's.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace tickertape::hub {

class sweep_pace {
public:
    using milliseconds = std::chrono::milliseconds;

    struct limits {
        milliseconds most{10};  // from the beginning of one sweep to that of the next
        // As long as so many are served one after the other, roughly: 100 of them make it 10 ms.
        std::chrono::microseconds per_served{100};
    };

    explicit sweep_pace(const limits& l) noexcept : limits_{l} {}

    void begin(milliseconds now) noexcept
    {
        began_ = now;
        served_ = 0;
    }
    void count_served() noexcept { ++served_; }

    // When the next sweep may begin.
    milliseconds next() const noexcept
    {
        const auto work = limits_.per_served * static_cast<std::chrono::microseconds::rep>(served_);
        return began_ + std::min(limits_.most, std::chrono::floor<milliseconds>(work));
    }

private:
    limits limits_;
    milliseconds began_{0};
    std::size_t served_ = 0;
};

}  // namespace tickertape::hub
