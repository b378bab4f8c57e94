// Backups that the server makes of its archive by itself: now and then, on a thread of its own, so
// that neither ticks nor the recorder wait for them.
//
// The first one is due BACKUP_INTERVAL after the newest that is there, so a restart makes none
// more. After a failure it tries again after a tenth of the interval; what is there stays.
//
// Threads: made and ended on the main thread; figures are read on any.
#pragma once

#include "archive/kind.hpp"
#include "archive/settings.hpp"
#include "core/clock.hpp"
#include "core/tally.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <thread>

namespace tickertape {

class backups {
public:
    // Whether these settings want any.
    static bool are_wanted(const archive::settings& s) noexcept;

    // Starts the thread. `time`, `log` and `figures` outlive this.
    backups(
        const archive::settings& s, archive::feed_kind kind, const clock& time,
        const telemetry::logger& log, telemetry::metrics& figures);
    // Gives up the one that is being made, at its next step.
    ~backups();
    backups(const backups&) = delete;
    backups& operator=(const backups&) = delete;

private:
    void publish_figures(telemetry::metrics& to);
    void run();
    // Returns whether it was made.
    bool make();
    void count_bytes();
    bool is_stopping();

    const archive::settings settings_;
    const archive::feed_kind kind_;
    const std::filesystem::path archive_;
    const clock& time_;
    const telemetry::logger& log_;
    // Milliseconds since 1970; 0: there is none.
    std::atomic<std::int64_t> newest_{0};
    std::atomic<std::uint64_t> held_{0};
    std::atomic<std::uint64_t> bytes_{0};
    tally made_;
    tally failed_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool is_stopping_ = false;  // under mutex_
    std::thread thread_;
};

}  // namespace tickertape
