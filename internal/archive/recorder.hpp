// Follows the tapes and writes every tick that is placed there to a store, on a thread of its own.
//
// It keeps no queue: what is not written yet is on the tapes. Where the store fails or is slow it
// goes on later from where the store is, and what the tapes no longer hold by then is recorded as a
// hole.
//
// Threads: start() and stop() on one; ring() and the figures on any. All else is its own thread's.
#pragma once

#include "archive/store_listener.hpp"
#include "archive/tick_store.hpp"
#include "core/clock.hpp"
#include "core/source.hpp"
#include "core/tally.hpp"
#include "tape/bell.hpp"
#include "tape/tape_follower.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

namespace tickertape::archive {

// When what is written is forced to the disk.
enum class sync_policy { each_second, always, never };

class recorder final : public tape::bell, private tape::tape_listener {
public:
    struct limits {
        sync_policy sync = sync_policy::each_second;
        // Ticks of one transaction.
        std::size_t batch_max = 4'096;
        // After a failure it tries again.
        std::chrono::milliseconds retry{1'000};
    };

    struct parts {
        tick_store& to;
        const tape::tapes& from;
        const source_table& sources;
        const clock& time;
        // Told on the recorder's thread: the store has all ticks up to there.
        std::function<void(position)> kept;
        // Told there when it fails, with the reason, and when it works again: empty.
        std::function<void(const std::string& why)> state_changed;
        // Hears there what is in the store. May be null.
        store_listener* listener = nullptr;
    };

    // For any thread; each a number of its own.
    struct figures {
        tally ticks;
        tally transactions;
        tally failures;
        tally holes;
        std::atomic<bool> failing{false};
        std::atomic<std::uint64_t> synced{0};  // position::packed(): a loss of power leaves it
    };

    // Begins after the store's last tick. All parts outlive this.
    recorder(const parts& of, limits bounds);
    // Stops, if stop() was not called.
    ~recorder() override;
    recorder(const recorder&) = delete;
    recorder& operator=(const recorder&) = delete;

    void start();
    // Writes what is on the tapes, says to the store that nothing is missing, and ends the thread.
    void stop();
    // There are new ticks.
    void ring() noexcept override;
    // Writes all that is on the tapes; returns false if the store failed. Its thread does that by
    // itself: for those who have not started it.
    bool write_all();

    const figures& now() const noexcept { return figures_; }
    // Why it fails, in words that name no file, host or user; empty: it does not.
    std::string complaint() const;

private:
    void run();
    bool write();
    bool record(const hole& missing);
    bool sync();
    void upkeep();
    void begin_at(position after);
    bool succeeded(const result<void>& r);

    void on_tick(const tick& t) override;
    void on_lost(const tape::lost_ticks& lost) override;
    void on_hole(const tape::hole& missing) override;
    void on_new_era(position epoch) override;

    const parts of_;
    const limits limits_;
    std::optional<tape::tape_follower> follower_;
    std::vector<tape::past_tick> batch_;
    std::optional<position> lost_until_;  // before the batch
    std::optional<tape::hole> hole_;      // behind the batch
    std::optional<position> epoch_;       // before both, until the store has begun it
    position written_;                    // all up to here is in the store, or recorded as a hole
    steady_time not_before_{};            // where the store has failed
    steady_time next_sync_{};
    steady_time next_upkeep_{};

    std::binary_semaphore wake_{0};
    std::atomic<bool> rung_{false};
    std::atomic<bool> stopping_{false};
    figures figures_;
    mutable std::mutex complaint_mutex_;
    failure complaint_{};  // without a text: none
    std::thread thread_;
};

}  // namespace tickertape::archive
