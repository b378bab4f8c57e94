// Copies of a whole archive, made while it is written to, and archives made of them.
//
// A backup is a directory named by the kind of feed and the time, "live-2026-11-22T01-30-00.123Z",
// with the files of an archive and SHA256SUMS, which `sha256sum -c` reads. It gets that name when
// all of it has been read back, has verified and is on the disk; until then its name ends in .tmp,
// and the next backup removes it. Sealed days are hard links where the file system allows, to the
// backup before or to the archive.
//
// Errors: archive_errc, with a text for the operator. Threads: any; one at a time for a directory
// of backups, which LOCK in it sees to.
#pragma once

#include "archive/errors.hpp"
#include "archive/kind.hpp"
#include "core/clock.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tickertape::archive {

struct backup {
    std::filesystem::path path;
    wall_time made;
};

// The complete ones of that kind, oldest first. None where there is no such directory.
std::vector<backup> backups_in(const std::filesystem::path& place, feed_kind kind);

struct backup_report {
    backup made;
    std::uint64_t files = 0;
    std::uint64_t ticks = 0;
    std::uint64_t bytes = 0;         // of all files
    std::uint64_t copied_bytes = 0;  // of those that are no links
};

// Tests stop it here, as a crash would.
enum class backup_step { begun, copied, verified, listed, synced };
using backup_observer = std::function<void(backup_step)>;

// Makes one of everything that was in the archive when it was called, and perhaps of more.
result<backup_report> make_backup(
    const std::filesystem::path& archive, feed_kind kind, const std::filesystem::path& place,
    wall_time now, const backup_observer& observe = {});

struct backup_keeping {
    std::size_t newest = 7;
    // Of the older ones, the newest of so many further weeks that have one.
    std::size_t weekly = 4;
};
// Removes the others; never the newest. Returns how many it removed.
result<std::size_t>
rotate_backups(const std::filesystem::path& place, feed_kind kind, const backup_keeping& keep);

// What differs from SHA256SUMS: a line each; none: nothing does.
result<std::vector<std::string>> verify_backup(const std::filesystem::path& backup);

// Makes the archive `to` of a backup, or of the newest in a directory of backups. `to` is not there
// or empty. Returns the backup that was taken.
result<std::filesystem::path>
restore_backup(const std::filesystem::path& from, feed_kind kind, const std::filesystem::path& to);

}  // namespace tickertape::archive
