// What is rung when there are new ticks, or a new era has begun. It wakes somebody who then looks
// at the tapes; how often it was rung says nothing.
//
// Threads: ring() on the thread that writes the tapes.
#pragma once

namespace tickertape {

class bell {
public:
    // Must neither block nor throw.
    virtual void ring() noexcept = 0;

protected:
    ~bell() = default;
};

}  // namespace tickertape
