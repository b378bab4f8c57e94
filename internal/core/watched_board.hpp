// The newest value of something for those who ask, and whether anybody does.
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

namespace tickertape {

template <class T>
class watched_board {
public:
    // `woken` is called, on the thread of the reader, where somebody reads and nobody had for
    // `watched_for`.
    watched_board(std::chrono::milliseconds watched_for, std::function<void()> woken)
        : watched_for_{watched_for}, woken_{std::move(woken)}
    {
    }

    // For somebody who reads it here. Null before the first.
    std::shared_ptr<const T> read(boot_time now)
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
    // Somebody reads it on another machine, which has it from here.
    void note_reader_elsewhere(boot_time now)
    {
        std::unique_lock held{mutex_};
        const bool was_watched = is_within(now);
        read_elsewhere_at_ = now;
        held.unlock();
        if (!was_watched)
            woken_();
    }
    // Whether somebody reads it here.
    bool is_read_here(boot_time now) const
    {
        const std::lock_guard held{mutex_};
        return is_within(read_at_, now);
    }
    // The same for ourselves.
    std::shared_ptr<const T> newest() const
    {
        const std::lock_guard held{mutex_};
        return newest_;
    }
    bool is_watched(boot_time now) const
    {
        const std::lock_guard held{mutex_};
        return is_within(now);
    }
    void post(std::shared_ptr<const T> newest)
    {
        const std::lock_guard held{mutex_};
        newest_ = std::move(newest);
    }

private:
    bool is_within(const std::optional<boot_time>& at, boot_time now) const
    {
        return at && now - *at <= watched_for_;
    }
    bool is_within(boot_time now) const
    {
        return is_within(read_at_, now) || is_within(read_elsewhere_at_, now);
    }

    const std::chrono::milliseconds watched_for_;
    const std::function<void()> woken_;
    mutable std::mutex mutex_;
    std::shared_ptr<const T> newest_;
    std::optional<boot_time> read_at_;
    std::optional<boot_time> read_elsewhere_at_;
};

}  // namespace tickertape
