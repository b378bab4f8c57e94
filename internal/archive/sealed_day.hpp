// A day that is over, rewritten once and never changed again: rows by symbol and position, and a
// SHA-256 of the file in a file beside it, which `sha256sum -c` reads.
//
// The order of steps is what makes a crash harmless: the new file is written as .tmp and forced to
// the disk; its digest is put beside it; it gets its name; only then may the open form be removed.
// A sealed file without a name is made again, and one with a name is complete.
//
// All functions throw thrown_failure. Threads: any, each with objects of its own.
#pragma once

#include "archive/open_day.hpp"

#include <functional>

namespace tickertape::archive {

struct sealed_facts {
    sealed_heading heading;
    std::uint64_t bytes = 0;
    std::string sha256;
    std::vector<hole> damaged;  // what of the open form did not verify
};

// Tests stop a seal here, as a crash would.
enum class seal_step { written, synced, digest_written, named, open_form_removed };
using seal_observer = std::function<void(seal_step)>;

// Rows that are sorted in memory at once, 24 bytes each. A larger day is read more than once.
inline constexpr std::size_t rows_sorted_at_once = 4'000'000;

// Seals the open form of a day, of which rows after `last` do not count. Reads the open form
// through a connection of its own. The open form stays.
sealed_facts seal(
    const std::filesystem::path& directory, const day_key& key, position last,
    const seal_observer& observe = {});

std::filesystem::path digest_path(const std::filesystem::path& sealed_file);
// Moves it to damaged/, and its digest with it: what it should have been is evidence. Returns where
// it is now.
std::filesystem::path quarantine_sealed(const std::filesystem::path& sealed_file);
// The digest beside a sealed file, or nothing if there is none that can be read.
std::optional<std::string> read_digest(const std::filesystem::path& sealed_file);
void write_digest(const std::filesystem::path& sealed_file, std::string_view sha256);

class sealed_day {
public:
    explicit sealed_day(const std::filesystem::path& path);

    const day_heading& heading() const noexcept { return heading_; }
    sealed_heading sealed() const { return read_sealed_heading(file_); }
    std::vector<hole> holes() const { return read_day_holes(file_); }
    const day_names& names() const noexcept { return names_; }

    // Appends the first rows of a symbol after one position and up to another, at most that many.
    void read(
        std::uint16_t symbol, position after, position to, std::size_t rows_max,
        std::vector<day_row>& rows);
    // Appends the newest rows of a symbol up to `to`, newest first.
    void read_newest(
        std::uint16_t symbol, position to, std::size_t rows_max, std::vector<day_row>& rows);

private:
    static void take(statement& from, std::uint16_t symbol, std::vector<day_row>& rows);

    database file_;
    day_heading heading_;
    day_names names_;
    statement rows_;
    statement newest_;
};

}  // namespace tickertape::archive
