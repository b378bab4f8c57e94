// What the archive can be told.
#pragma once

#include "archive/recorder.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace tickertape::archive {

struct settings {
    settings();

    // Whether ticks are kept at all.
    bool is_wanted() const noexcept { return !directory.empty() || !database.empty(); }

    // The directory of the archive, or the address of a PostgreSQL database; one is empty. Both
    // are: there is no archive.
    std::string directory;
    std::string database;
    // Where an archive in a database notes on this machine what was shown before it had it; empty:
    // nowhere.
    std::string state_directory;
    sync_policy sync = sync_policy::each_second;
    // How long a tick waits for the disk before it is shown without it.
    std::chrono::milliseconds patience{250};
    // How long ticks and 1m candles are kept; 0: for ever.
    std::chrono::milliseconds ticks_kept = std::chrono::days{7};
    std::chrono::milliseconds minutes_kept = std::chrono::days{400};
    // What the archive may take on the disk; 0: what there is.
    std::uint64_t bytes_most = 0;

    // How far back daily candles are fetched at the start; 0: not at all. A year has 365.25 days.
    std::chrono::milliseconds backfill = 10 * std::chrono::hours{8'766};

    // Where backups are made; empty: none are.
    std::string backup_directory;
    // How often; 0: only when asked for.
    std::chrono::milliseconds backup_interval{std::chrono::hours{24}};
    // How many of the newest are kept, besides one of each of the four weeks before.
    std::size_t backup_keep = 7;
};

}  // namespace tickertape::archive
