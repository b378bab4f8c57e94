// Reads everything that verifies of an open day's file, past pages that SQLite cannot read, and
// makes another part of the day of it.
//
// All functions throw thrown_failure. Threads: one at a time.
#pragma once

#include "archive/open_day.hpp"

#include <functional>

namespace tickertape::archive {

struct open_day_findings {
    position last;  // of the last row that verifies; heading.previous if there is none
    std::uint64_t ticks = 0;
    std::vector<open_day_scan::range> damaged;  // before `last`
    bool is_tail_damaged = false;               // something behind `last` does not verify
    bool is_sound() const noexcept { return damaged.empty() && !is_tail_damaged; }
};

// Gives each row that verifies to `take`, in order.
open_day_findings
read_all(open_day_scan& from, const std::function<void(const day_row&)>& take = {});

// Makes the part `to` of that day, durably and as a whole, with each row that verifies and a hole
// for what does not; or of what lies up to a position alone. Returns what it has.
open_day_findings salvage(
    open_day_scan& from, const std::filesystem::path& directory, unsigned to,
    position until = position::from_packed(~std::uint64_t{0}));

}  // namespace tickertape::archive
