// A tick is one observed price of one symbol, with its position. An observation is a tick that has
// no position yet.
#pragma once

#include "core/position.hpp"
#include "core/price.hpp"
#include "core/source.hpp"
#include "core/symbol.hpp"

namespace tickertape {

struct observation {
    symbol_id symbol;
    price value;
    source_id source;
};

struct tick {
    position at;
    symbol_id symbol;
    price value;
    source_id source;

    friend bool operator==(const tick&, const tick&) noexcept = default;
};

// Takes the prices a feed has observed. Called on the feed's strand only; must not block or throw.
class tick_sink {
public:
    virtual ~tick_sink() = default;
    virtual void publish(const observation& seen) noexcept = 0;
};

}  // namespace tickertape
