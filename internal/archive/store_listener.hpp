// Hears what has become of the ticks in a store: candles are made of them, for example.
//
// Threads: the recorder's.
#pragma once

#include "archive/hole.hpp"
#include "core/clock.hpp"
#include "tape/past.hpp"

#include <span>

namespace tickertape::archive {

class store_listener {
public:
    virtual ~store_listener() = default;

    // These are in the store, in position order. After a failed sync some may come again.
    virtual void on_ticks(std::span<const tape::past_tick> ticks) noexcept = 0;
    // The store has recorded it.
    virtual void on_hole(const hole& h) noexcept = 0;
    // The store has set aside what lies after the epoch.
    virtual void on_new_era(position epoch) noexcept = 0;
    // All that was placed by now is in the store. Called often: ten times a second where nothing
    // comes. Returns whether it is to be called again at once.
    virtual bool on_time(const moment& now) noexcept = 0;
    // Called each minute.
    virtual void keep_up(wall_time now) noexcept = 0;
    // The recorder ends.
    virtual void on_end() noexcept = 0;
};

}  // namespace tickertape::archive
