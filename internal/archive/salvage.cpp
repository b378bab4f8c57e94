#include "archive/salvage.hpp"

#include "archive/files.hpp"

#include <algorithm>

namespace tickertape::archive {
namespace {

namespace fs = std::filesystem;

// Places in one file that SQLite cannot read, until the rest of it is given up.
constexpr int broken_places_max = 1'000;

// Whether there is a row that verifies behind that position; the scan stands on it then.
std::optional<day_row> try_from(open_day_scan& from, position after)
{
    try {
        from.start(after);
        return from.next();
    } catch (const thrown_failure& e) {
        if (e.said().code != archive_errc::damaged)
            throw;
        return std::nullopt;
    }
}

// The first row that can be read behind a place that cannot be, which begins at `broken`.
std::optional<day_row> find_behind(open_day_scan& from, position broken)
{
    const auto end = position::at(from.heading().key.day + std::chrono::days{1}).packed();
    auto low = broken.packed();
    auto step = position{1, 0}.packed();
    auto high = low;
    do {
        high += step;
        step *= 2;
        if (high >= end)
            return std::nullopt;
    } while (!try_from(from, position::from_packed(high)));
    while (high - low > 1) {
        const auto middle = low + (high - low) / 2;
        if (try_from(from, position::from_packed(middle)))
            high = middle;
        else
            low = middle;
    }
    auto row = try_from(from, position::from_packed(high));
    if (row && row->at <= broken)
        return std::nullopt;
    return row;
}

}  // namespace

open_day_findings read_all(open_day_scan& from, const std::function<void(const day_row&)>& take)
{
    open_day_findings found;
    found.last = from.heading().previous;
    const auto accept = [&](const day_row& row) {
        ++found.ticks;
        found.last = row.at;
        if (take)
            take(row);
    };
    from.start({});
    for (int places = 0;; ++places) {
        while (const auto row = from.next())
            accept(*row);
        for (const auto& d : from.damaged())
            found.damaged.push_back(d);
        if (!from.is_broken() || places == broken_places_max)
            break;
        const auto row = find_behind(from, found.last);
        if (!row)
            break;
        // Which the row confirms: all that lies between is lost.
        if (from.before() > found.last)
            found.damaged.push_back({found.last, from.before()});
        from.forget_damage();
        accept(*row);
    }
    found.is_tail_damaged = from.is_broken() || from.has_unverified_tail();
    return found;
}

open_day_findings
salvage(open_day_scan& from, const fs::path& directory, unsigned to, position until)
{
    auto heading = from.heading();
    heading.replaces = heading.key.part;
    heading.key.part = to;
    const auto path = directory / file_name(heading.key, day_form::open);
    const fs::path draft = path.string().append(unfinished);
    remove_database(draft);
    open_day_findings found;
    {
        database made{draft, database::access::scratch};
        made.run("BEGIN");
        write_schema(made, heading, day_form::open);
        write_names(made, from.names());
        auto insert = made.prepare("INSERT INTO ticks VALUES(?, ?, ?, ?, ?)");
        auto before = heading.previous;
        found = read_all(from, [&](const day_row& row) {
            if (row.at > until)
                return;
            const auto check = row_check(
                before, row.at, row.value, day_names::find(from.names().symbols, row.symbol)->check,
                day_names::find(from.names().sources, row.source)->check);
            insert.bind(1, stored(row.at));
            insert.bind(2, std::int64_t{row.symbol});
            insert.bind(3, row.value);
            insert.bind(4, std::int64_t{row.source});
            insert.bind(5, static_cast<std::int64_t>(static_cast<std::int32_t>(check)));
            insert.run();
            before = row.at;
        });
        found.last = std::min(found.last, before);
        std::vector<hole> holes;
        try {
            holes = read_day_holes(from.file());
        } catch (const thrown_failure&) {  // the catalogue has them too
            holes.clear();
        }
        for (const auto& d : found.damaged)
            add_hole(holes, {d.from, d.to, hole_reason::damaged});
        for (auto h : holes) {
            h.to = std::min(h.to, until);
            if (h.from < h.to)
                write_day_hole(made, h);
        }
        made.run("COMMIT");
    }
    sync_path(draft);
    remove_database(path);
    rename_file(draft, path);
    sync_path(directory);
    return found;
}

}  // namespace tickertape::archive
