#include "archive/era.hpp"

#include "archive/files.hpp"
#include "archive/salvage.hpp"
#include "archive/sealed_day.hpp"

#include <algorithm>

namespace tickertape::archive {
namespace {

namespace fs = std::filesystem;

// The part of an open day that lies before the epoch, where some of it does not.
std::optional<held_day> part_before(const fs::path& file, unsigned part, position epoch)
{
    const auto directory = file.parent_path();
    open_day_scan scan{file, database::access::read};
    if (read_all(scan).last <= epoch)
        return std::nullopt;
    const auto day = scan.heading().key.day;
    do
        ++part;
    while (fs::exists(directory / file_name({day, part}, day_form::open)) ||
           fs::exists(directory / file_name({day, part}, day_form::sealed)));
    const auto kept = salvage(scan, directory, part, epoch);
    return held_day{{day, part}, day_form::open, scan.heading().previous, kept.last, 0, 0, {}};
}

}  // namespace

void set_aside_after(const fs::path& directory, position epoch, std::vector<held_day>& made)
{
    std::vector<std::pair<fs::path, day_name>> files;
    for (const auto& entry : fs::directory_iterator{directory})
        if (const auto name = parse_file_name(entry.path().filename().string()))
            files.emplace_back(entry.path(), *name);
    for (const auto& [path, name] : files) {
        if (name.key.day > day_of(epoch)) {
            put_away(path, "set_aside");
            remove_file(digest_path(path));
            continue;
        }
        if (name.key.day < day_of(epoch) || name.form == day_form::sealed)
            continue;
        try {
            if (auto day = part_before(path, name.key.part, epoch)) {
                made.push_back(*day);
                put_away(path, "set_aside");
            }
        } catch (const thrown_failure& e) {
            if (e.said().code != archive_errc::damaged)
                throw;  // damage is dealt with by those who read it
        }
    }
}

position last_until(const fs::path& sealed, position epoch)
{
    const database file{sealed, database::access::immutable};
    return from_stored(file.integer(
        "SELECT coalesce(max(position), 0) FROM ticks WHERE position <= " +
        std::to_string(stored(epoch))));
}

}  // namespace tickertape::archive
