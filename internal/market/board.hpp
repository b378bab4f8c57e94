// The newest table for those who ask, and whether anybody does.
//
// Threads: any.
#pragma once

#include "core/clock.hpp"
#include "market/table.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace tickertape::market {

// A table and when it came. The whole may be of another moment and of another source.
struct snapshot {
    table coins;
    boot_time received;
    wall_time received_at;
    // How old its newest row was when it came; zero where the source says no time.
    std::chrono::milliseconds lag{0};
    // A table that came longer ago is stale.
    std::chrono::milliseconds stale_after;
    std::optional<totals> whole{};

    // Sources keep their answers for minutes. One that is older was kept by mistake.
    static constexpr std::chrono::minutes lag_max{30};

    // Of its newest row.
    std::chrono::milliseconds age(boot_time now) const noexcept
    {
        return std::max(now - received, std::chrono::milliseconds{0}) + lag;
    }
    bool is_stale(boot_time now) const noexcept
    {
        return now - received > stale_after || lag > lag_max;
    }
};

class board {
public:
    // `woken` is called, on the thread of the reader, where somebody reads the table and nobody had
    // for `watched_for`.
    board(std::chrono::milliseconds watched_for, std::function<void()> woken)
        : watched_for_{watched_for}, woken_{std::move(woken)}
    {
    }

    // For somebody who reads it. Null before the first table.
    std::shared_ptr<const snapshot> read(boot_time now)
    {
        std::unique_lock held{mutex_};
        const bool was_watched = is_within(now);
        read_at_ = now;
        auto table = newest_;
        held.unlock();
        if (!was_watched)
            woken_();
        return table;
    }
    // The same for ourselves.
    std::shared_ptr<const snapshot> newest() const
    {
        const std::lock_guard held{mutex_};
        return newest_;
    }
    bool is_watched(boot_time now) const
    {
        const std::lock_guard held{mutex_};
        return is_within(now);
    }
    void post(std::shared_ptr<const snapshot> table)
    {
        const std::lock_guard held{mutex_};
        newest_ = std::move(table);
    }

private:
    bool is_within(boot_time now) const { return read_at_ && now - *read_at_ <= watched_for_; }

    const std::chrono::milliseconds watched_for_;
    const std::function<void()> woken_;
    mutable std::mutex mutex_;
    std::shared_ptr<const snapshot> newest_;
    std::optional<boot_time> read_at_;
};

}  // namespace tickertape::market
