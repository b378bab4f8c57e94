// archive.db: the days that are held, the holes, and the lives of the process. Small, so it is
// kept in memory, and each change writes all of it in one transaction together with a digest of
// the whole.
//
// All functions throw thrown_failure. Threads: one.
#pragma once

#include "archive/database.hpp"
#include "archive/inventory.hpp"

#include <map>

namespace tickertape::archive {

// The boot of a life in which no server ran: its archive was made in one piece.
inline constexpr std::string_view simulated_boot = "simulated";

// From a start of the program to the next.
struct life {
    wall_time start;
    wall_time end;  // of one that ended cleanly
    std::string boot;
    position last;    // committed; known of a life that has ended
    position synced;  // forced to the disk
    bool ended_cleanly = false;
};

// Something an operator should know of for as long as the archive exists.
struct note {
    wall_time at;
    std::string text;
};

class catalogue {
public:
    // Past these the oldest is forgotten.
    static constexpr std::size_t lives_max = 1'000;
    static constexpr std::size_t notes_max = 1'000;

    struct contents {
        std::map<day_key, held_day> days;
        std::vector<hole> holes;
        std::vector<life> lives;
        std::vector<note> notes;
        // Days before it have been dropped on purpose.
        utc_day dropped_before;
        // Positions last began anew after it; position{}: they never did.
        position epoch{};
        // Files with ticks after it are being moved to set_aside/; position{}: none are.
        position set_aside_after{};
    };

    // Opens it, or makes an empty one. Throws archive_errc::damaged if it does not verify.
    explicit catalogue(const std::filesystem::path& path);
    // What it says now, read beside the process that writes it. Changes nothing.
    static contents look(const std::filesystem::path& path);

    const contents& now() const noexcept { return now_; }
    // Durable when this returns. If it throws, now() has changed all the same, and the file will
    // with the next change.
    void change(contents next);
    // Whether the file lacks a change.
    bool is_behind() const noexcept { return is_behind_; }

private:
    catalogue(const std::filesystem::path& path, database::access how);

    // Returns whether there was nothing before.
    bool migrate();
    contents read() const;

    database file_;
    contents now_;
    bool is_behind_ = false;
};

}  // namespace tickertape::archive
