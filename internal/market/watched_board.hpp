// The newest of something for those who ask, and whether anybody does.
//
// Threads: any.
#pragma once

#include "core/clock.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace tickertape::market {

template <class Snapshot>
class watched_board {
public:
    // `woken` is called, on the thread of the reader, where somebody reads it and nobody had for
    // `watched_for`.
    watched_board(std::chrono::milliseconds watched_for, std::function<void()> woken)
        : watched_for_{watched_for}, woken_{std::move(woken)}
    {
    }

    // For somebody who reads it. Null before the first.
    std::shared_ptr<const Snapshot> read(boot_time now)
    {
        std::unique_lock held{mutex_};
        const bool was_watched = is_within(now);
        read_at_ = now;
        auto newest = newest_;
        held.unlock();
        if (!was_watched)
            woken_();
        return newest;
    }
    // The same for ourselves.
    std::shared_ptr<const Snapshot> newest() const
    {
        const std::lock_guard held{mutex_};
        return newest_;
    }
    bool is_watched(boot_time now) const
    {
        const std::lock_guard held{mutex_};
        return is_within(now);
    }
    void post(std::shared_ptr<const Snapshot> one)
    {
        const std::lock_guard held{mutex_};
        newest_ = std::move(one);
    }

private:
    bool is_within(boot_time now) const { return read_at_ && now - *read_at_ <= watched_for_; }

    const std::chrono::milliseconds watched_for_;
    const std::function<void()> woken_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Snapshot> newest_;
    std::optional<boot_time> read_at_;
};

}  // namespace tickertape::market
