#include "config/row_list.hpp"

namespace tickertape::config {

using namespace rules;
using namespace std::chrono_literals;

void add_archive_rows(row_list& rows)
{
    using archive::sync_policy;
    rows.group = "Archive";
    rows.add(
        "ARCHIVE", archive_place(),
        "Where ticks are kept for good; a directory is made if it is not there");
    rows.add(
        "ARCHIVE_STATE",
        path(
            [](auto& s) -> auto& { return s.archive.state_directory; },
            "empty, or the path of a directory"),
        "Where a server whose archive is PostgreSQL notes what was shown before it had it; empty:"
        " nowhere, and after a kill a gap is told");
    rows.add(
        "ARCHIVE_SYNC",
        choice(
            [](auto& s) -> auto& { return s.archive.sync; },
            {{"1s", sync_policy::each_second},
             {"always", sync_policy::always},
             {"never", sync_policy::never}}),
        "When ticks are forced to the disk: a loss of power costs what was not");
    rows.add(
        "ARCHIVE_PATIENCE",
        duration(
            [](auto& s) -> auto& { return s.archive.patience; }, 1ms, 10s),
        "The longest a tick waits for the disk before it is shown without it");
    constexpr std::chrono::days long_time{36'500};
    rows.add(
        "RETENTION_TICKS",
        kept_time(
            [](auto& s) -> auto& { return s.archive.ticks_kept; }, std::chrono::days{1}, long_time),
        "How long ticks are kept: days that are over for longer are removed, their candles stay");
    rows.add(
        "RETENTION_1M",
        kept_time(
            [](auto& s) -> auto& { return s.archive.minutes_kept; }, std::chrono::days{2},
            long_time),
        "How long candles of a minute are kept; the longer ones stay for ever");
    rows.add(
        "RETENTION_SIZE",
        size_limit(
            [](auto& s) -> auto& { return s.archive.bytes_most; }, 64 * mib, 1024 * 1024 * gib),
        "The most the archive may take on the disk: beyond it the oldest ticks go, then the oldest"
        " candles of a minute");
    rows.add(
        "BACKFILL",
        reach(
            [](auto& s) -> auto& { return s.archive.backfill; }, 30),
        "How far back daily candles that are missing are fetched from the providers at the start;"
        " never with simulator, replay or pipe");
    rows.add(
        "BACKUP_DIR",
        path(
            [](auto& s) -> auto& { return s.archive.backup_directory; },
            "empty, or the path of a directory"),
        "Where backups of the archive are made; empty: none are");
    rows.add(
        "BACKUP_INTERVAL",
        duration(
            [](auto& s) -> auto& { return s.archive.backup_interval; }, 0ms, 8'760h),
        "How often the server makes a backup; 0: only tickertape archive backup does");
    rows.add(
        "BACKUP_KEEP",
        count(
            [](auto& s) -> auto& { return s.archive.backup_keep; }, 1, 1'000, "backups"),
        "Backups that are kept, the newest ones; of the 4 weeks before them one each is kept too");
}

}  // namespace tickertape::config
