#include "archive/sealed_day.hpp"

#include "archive/files.hpp"

#include <algorithm>

namespace tickertape::archive {
namespace {

namespace fs = std::filesystem;

// Symbols that are sorted together: numbers from `first` up to, not including, `end`.
struct symbol_group {
    std::size_t first;
    std::size_t end;
};

std::vector<symbol_group> groups_of(const open_day_scan& from)
{
    std::vector<std::size_t> rows(from.names().symbols.size() + 1);
    auto s = from.file().prepare("SELECT symbol, count(*) FROM ticks GROUP BY symbol");
    while (s.step())
        if (const auto symbol = static_cast<std::size_t>(s.integer(0)); symbol < rows.size())
            rows[symbol] += static_cast<std::size_t>(s.integer(1));
    std::vector<symbol_group> groups{{1, 1}};
    std::size_t held = 0;
    for (std::size_t symbol = 1; symbol < rows.size(); ++symbol) {
        if (held > 0 && held + rows[symbol] > rows_sorted_at_once) {
            groups.push_back({symbol, symbol});
            held = 0;
        }
        held += rows[symbol];
        groups.back().end = symbol + 1;
    }
    return groups;
}

// The rows of a group, by symbol. What does not verify is said by `from`.
std::vector<std::vector<day_row>>
rows_of(open_day_scan& from, const symbol_group& group, position last)
{
    std::vector<std::vector<day_row>> rows(group.end - group.first);
    from.start({});
    while (const auto row = from.next()) {
        if (row->at > last)
            break;
        if (row->symbol >= group.first && row->symbol < group.end)
            rows[row->symbol - group.first].push_back(*row);
        if (row->at == last)
            break;
    }
    return rows;
}

std::uint64_t write_rows(database& to, const std::vector<std::vector<day_row>>& rows)
{
    auto insert = to.prepare("INSERT INTO ticks(symbol, position, price, source) VALUES(?,?,?,?)");
    std::uint64_t written = 0;
    for (const auto& of_symbol : rows)
        for (const auto& row : of_symbol) {
            insert.bind(1, std::int64_t{row.symbol});
            insert.bind(2, stored(row.at));
            insert.bind(3, row.value);
            insert.bind(4, std::int64_t{row.source});
            insert.run();
            ++written;
        }
    return written;
}

// Writes the sealed form as `draft`.
sealed_facts write_sealed(const fs::path& open_file, const fs::path& draft, position last)
{
    sealed_facts facts;
    facts.heading.last = last;
    open_day_scan from{open_file, database::access::read};
    database to{draft, database::access::scratch};
    auto heading = from.heading();
    heading.replaces.reset();
    to.run("BEGIN");
    write_schema(to, heading, day_form::sealed);
    write_names(to, from.names());
    for (const auto& group : groups_of(from))
        facts.heading.ticks += write_rows(to, rows_of(from, group, last));
    auto holes = read_day_holes(from.file());
    for (const auto& d : from.damaged())
        facts.damaged.push_back({d.from, d.to, hole_reason::damaged});
    if (from.reached() < last)
        facts.damaged.push_back({from.reached(), last, hole_reason::damaged});
    for (const auto& h : facts.damaged)
        add_hole(holes, h);
    for (const auto& h : holes)
        write_day_hole(to, h);
    write_sealed_heading(to, facts.heading);
    to.run("COMMIT");
    return facts;
}

}  // namespace

sealed_facts
seal(const fs::path& directory, const day_key& key, position last, const seal_observer& observe)
{
    const auto seen = [&observe](seal_step step) {
        if (observe)
            observe(step);
    };
    const auto sealed_file = directory / file_name(key, day_form::sealed);
    const fs::path draft = sealed_file.string().append(unfinished);
    remove_database(draft);
    const fs::path loose = draft.string().append(".loose");
    remove_database(loose);
    auto facts = write_sealed(directory / file_name(key, day_form::open), loose, last);
    {
        // Rows are put in order, but SQLite leaves room in pages as they fill: an eighth less.
        database full{loose, database::access::scratch};
        auto pack = full.prepare("VACUUM INTO ?");
        pack.bind(1, std::string_view{draft.native()});
        pack.run();
    }
    remove_database(loose);
    seen(seal_step::written);
    sync_path(draft);
    facts.bytes = fs::file_size(draft);
    facts.sha256 = sha256_of(draft);
    seen(seal_step::synced);
    write_digest(sealed_file, facts.sha256);
    seen(seal_step::digest_written);
    rename_file(draft, sealed_file);
    sync_path(directory);
    seen(seal_step::named);
    return facts;
}

fs::path digest_path(const fs::path& sealed_file)
{
    return sealed_file.string().append(".sha256");
}

fs::path quarantine_sealed(const fs::path& sealed_file)
{
    auto to = quarantine(sealed_file);
    if (fs::exists(digest_path(sealed_file)))
        rename_file(digest_path(sealed_file), digest_path(to));
    return to;
}

std::optional<std::string> read_digest(const fs::path& sealed_file)
{
    const auto text = read_small(digest_path(sealed_file));
    if (!text)
        return std::nullopt;
    auto digest = text->substr(0, sha256_digits);
    if (*text != digest + "  " + sealed_file.filename().string() + '\n')
        return std::nullopt;
    return digest;
}

void write_digest(const fs::path& sealed_file, std::string_view sha256)
{
    write_small(
        digest_path(sealed_file),
        std::string{sha256} + "  " + sealed_file.filename().string() + '\n');
}

sealed_day::sealed_day(const fs::path& path)
    : file_{path, database::access::immutable}, heading_{read_heading(file_)}, names_{read_names(
                                                                                   file_)},
      rows_{file_.prepare("SELECT position, price, source FROM ticks WHERE symbol = ?1 AND"
                          " position > ?2 AND position <= ?3 ORDER BY position LIMIT ?4")},
      newest_{file_.prepare("SELECT position, price, source FROM ticks WHERE symbol = ?1 AND"
                            " position <= ?2 ORDER BY position DESC LIMIT ?3")}
{
}

void sealed_day::take(statement& from, std::uint16_t symbol, std::vector<day_row>& rows)
{
    while (from.step())
        rows.push_back(
            {from_stored(from.integer(0)), from.real(1), symbol,
             static_cast<std::uint16_t>(from.integer(2))});
    from.reset();
}

void sealed_day::read(
    std::uint16_t symbol, position after, position to, std::size_t rows_max,
    std::vector<day_row>& rows)
{
    rows_.bind(1, std::int64_t{symbol});
    rows_.bind(2, stored(after));
    rows_.bind(3, stored(to));
    rows_.bind(4, static_cast<std::int64_t>(rows_max));
    take(rows_, symbol, rows);
}

void sealed_day::read_newest(
    std::uint16_t symbol, position to, std::size_t rows_max, std::vector<day_row>& rows)
{
    newest_.bind(1, std::int64_t{symbol});
    newest_.bind(2, stored(to));
    newest_.bind(3, static_cast<std::int64_t>(rows_max));
    take(newest_, symbol, rows);
}

}  // namespace tickertape::archive
