// Rung when there are new ticks, or a new era has begun. It wakes a reader, which then looks at the
// tapes. How often it was rung means nothing.
//
// Threads: ring() on the thread that writes the tapes.
#pragma once

namespace tickertape::tape {

class bell {
public:
    // Must neither block nor throw.
    virtual void ring() noexcept = 0;

protected:
    ~bell() = default;
};

}  // namespace tickertape::tape
