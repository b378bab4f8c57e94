// What is done with a directory before it is used: leftovers are removed, what does not verify is
// moved to damaged/, and what is missing becomes a hole. Doing it twice is doing it once.
//
// Sealed days that the catalogue knows are not read here, but verified before their first use.
#pragma once

#include "archive/catalogue.hpp"
#include "archive/kind.hpp"
#include "archive/progress.hpp"
#include "archive/repository.hpp"

namespace tickertape::archive {

struct recovery_terms {
    std::filesystem::path directory;
    feed_kind kind;
    wall_time now;
    std::string boot;
    std::optional<progress::state> page;
};

struct recovered {
    catalogue::contents contents;
    // The last tick that was ever given a place, held or lost: positions go on after it.
    position last;
    position synced;
    ending how = ending::none;
    bool is_same_boot = false;
    // A line for each thing an operator should know.
    std::vector<std::string> remarks;
};

// Throws thrown_failure: archive_errc::other_kind, or what the disk said.
recovered recover(const recovery_terms& terms, const catalogue::contents& before);

}  // namespace tickertape::archive
