// Puts away the files of ticks that a wrong clock dated into the future: to set_aside/, where the
// operator finds them and nobody is served from them.
//
// All functions throw thrown_failure. Threads: one.
#pragma once

#include "archive/inventory.hpp"

#include <filesystem>
#include <vector>

namespace tickertape::archive {

// Moves every file away that has ticks after the epoch and none before it. An open day that has
// both is moved away too; another part of that day, which is added to `made` before that, keeps
// what lies before. Of a sealed day that has both nothing is changed: what lies after the epoch is
// not given. Doing it twice is doing it once.
void set_aside_after(
    const std::filesystem::path& directory, position epoch, std::vector<held_day>& made);

// The last tick of a sealed day up to the epoch; position{} where there is none.
position last_until(const std::filesystem::path& sealed, position epoch);

}  // namespace tickertape::archive
