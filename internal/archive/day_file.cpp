#include "archive/day_file.hpp"

#include "archive/files.hpp"

#include <zlib.h>

#include <algorithm>
#include <bit>

namespace tickertape::archive {
namespace {

constexpr std::int64_t newest_schema = 1;

constexpr const char* common_schema = R"(
CREATE TABLE day(name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE symbols(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE sources(id INTEGER PRIMARY KEY, name TEXT NOT NULL, combined INTEGER NOT NULL,
    UNIQUE(name, combined));
CREATE TABLE holes("from" INTEGER NOT NULL, "to" INTEGER NOT NULL, reason TEXT NOT NULL);
CREATE VIEW prices AS
    SELECT strftime('%Y-%m-%d %H:%M:%f', (position >> 20) / 1000.0, 'unixepoch') AS utc,
        symbols.name AS symbol, price, sources.name AS source,
        (position >> 20) || '-' || (position & 1048575) AS id, position
    FROM ticks JOIN symbols ON symbols.id = ticks.symbol JOIN sources ON sources.id = ticks.source;
)";
constexpr const char* open_ticks = R"(
CREATE TABLE ticks(position INTEGER PRIMARY KEY, symbol INTEGER NOT NULL, price REAL NOT NULL,
    source INTEGER NOT NULL, "check" INTEGER NOT NULL);
)";
constexpr const char* sealed_ticks = R"(
CREATE TABLE ticks(symbol INTEGER NOT NULL, position INTEGER NOT NULL, price REAL NOT NULL,
    source INTEGER NOT NULL, PRIMARY KEY(symbol, position)) WITHOUT ROWID;
)";

std::uint32_t check_of(std::string_view text) noexcept
{
    return static_cast<std::uint32_t>(
        ::crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size())));
}

std::int64_t check_of(const day_heading& h)
{
    std::string all{text_of(h.kind)};
    all.append(text_of(h.key.day)).append(".").append(std::to_string(h.key.part));
    all.append(" ").append(h.previous.text());
    if (h.replaces)
        all.append(" ").append(std::to_string(*h.replaces));
    return check_of(all);
}

// The value of `name` in the heading, or nothing.
template <class F>
bool with_value(const database& from, std::string_view name, F use)
{
    auto s = from.prepare("SELECT value FROM day WHERE name = ?");
    s.bind(1, name);
    if (!s.step())
        return false;
    use(s);
    return true;
}

template <class T>
void put_value(database& to, std::string_view name, T value)
{
    auto s = to.prepare("INSERT INTO day(name, value) VALUES(?, ?)");
    s.bind(1, name);
    s.bind(2, value);
    s.run();
}

}  // namespace

stored_name symbol_name(std::string_view name)
{
    return {std::string{name}, 0, check_of(name)};
}

stored_name source_name(std::string_view name, unsigned combined)
{
    return {
        std::string{name}, combined,
        check_of(std::string{name}.append(" ").append(std::to_string(combined)))};
}

std::uint32_t row_check(
    position before, position at, double value, std::uint32_t symbol_check,
    std::uint32_t source_check) noexcept
{
    const struct {
        std::uint64_t before;
        std::uint64_t at;
        std::uint64_t value;
        std::uint32_t symbol;
        std::uint32_t source;
    } row{
        before.packed(), at.packed(), std::bit_cast<std::uint64_t>(value), symbol_check,
        source_check};
    static_assert(sizeof row == 32, "no byte of it is padding");
    return static_cast<std::uint32_t>(
        ::crc32(0, reinterpret_cast<const Bytef*>(&row), static_cast<uInt>(sizeof row)));
}

void create_open_day(const std::filesystem::path& directory, const day_heading& heading)
{
    const auto path = directory / file_name(heading.key, day_form::open);
    const std::filesystem::path draft = path.string().append(unfinished);
    remove_database(draft);
    {
        database made{draft, database::access::scratch};
        write_schema(made, heading, day_form::open);
    }
    sync_path(draft);
    remove_database(path);  // the log of a file of that name that is gone
    rename_file(draft, path);
    sync_path(directory);
}

void write_schema(database& to, const day_heading& heading, day_form form)
{
    to.set_schema_version(newest_schema);
    to.run(std::string{form == day_form::open ? open_ticks : sealed_ticks} + common_schema);
    put_value(to, "kind", text_of(heading.kind));
    put_value(to, "day", std::string_view{text_of(heading.key.day)});
    put_value(to, "part", static_cast<std::int64_t>(heading.key.part));
    put_value(to, "previous", stored(heading.previous));
    if (heading.replaces)
        put_value(to, "replaces", static_cast<std::int64_t>(*heading.replaces));
    put_value(to, "check", check_of(heading));
}

day_heading read_heading(const database& from)
{
    if (from.schema_version(newest_schema) == 0)
        fail(archive_errc::damaged, from.path().string() + ": has no schema");
    std::optional<feed_kind> kind;
    std::optional<utc_day> day;
    std::int64_t part = -1;
    std::int64_t check = -1;
    day_heading h{};
    with_value(from, "kind", [&](const statement& s) { kind = parse_kind(s.text(0)); });
    with_value(from, "day", [&](const statement& s) { day = parse_day(s.text(0)); });
    with_value(from, "part", [&](const statement& s) { part = s.integer(0); });
    with_value(
        from, "previous", [&](const statement& s) { h.previous = from_stored(s.integer(0)); });
    with_value(from, "replaces", [&](const statement& s) {
        h.replaces = static_cast<unsigned>(s.integer(0));
    });
    with_value(from, "check", [&](const statement& s) { check = s.integer(0); });
    h.kind = kind.value_or(feed_kind::live);
    h.key = {day.value_or(utc_day{}), static_cast<unsigned>(part)};
    if (!kind || !day || part < 0 || check != check_of(h))
        fail(archive_errc::damaged, from.path().string() + ": its heading is damaged");
    return h;
}

day_names read_names(const database& from)
{
    day_names names;
    const auto damaged = [&from] {
        fail(archive_errc::damaged, from.path().string() + ": its names are damaged");
    };
    auto symbols = from.prepare("SELECT id, name FROM symbols ORDER BY id");
    while (symbols.step()) {
        names.symbols.push_back(symbol_name(symbols.text(1)));
        if (symbols.integer(0) != static_cast<std::int64_t>(names.symbols.size()))
            damaged();
    }
    auto sources = from.prepare("SELECT id, name, combined FROM sources ORDER BY id");
    while (sources.step()) {
        names.sources.push_back(
            source_name(sources.text(1), static_cast<unsigned>(sources.integer(2))));
        if (sources.integer(0) != static_cast<std::int64_t>(names.sources.size()))
            damaged();
    }
    if (std::max(names.symbols.size(), names.sources.size()) > day_names_max)
        damaged();
    return names;
}

void write_names(database& to, const day_names& names)
{
    auto symbol = to.prepare("INSERT INTO symbols(id, name) VALUES(?, ?)");
    for (std::size_t i = 0; i < names.symbols.size(); ++i) {
        symbol.bind(1, static_cast<std::int64_t>(i + 1));
        symbol.bind(2, std::string_view{names.symbols[i].name});
        symbol.run();
    }
    auto source = to.prepare("INSERT INTO sources(id, name, combined) VALUES(?, ?, ?)");
    for (std::size_t i = 0; i < names.sources.size(); ++i) {
        source.bind(1, static_cast<std::int64_t>(i + 1));
        source.bind(2, std::string_view{names.sources[i].name});
        source.bind(3, static_cast<std::int64_t>(names.sources[i].combined));
        source.run();
    }
}

void write_sealed_heading(database& to, const sealed_heading& heading)
{
    put_value(to, "last", stored(heading.last));
    put_value(to, "ticks", static_cast<std::int64_t>(heading.ticks));
}

sealed_heading read_sealed_heading(const database& from)
{
    sealed_heading h{};
    with_value(from, "last", [&](const statement& s) { h.last = from_stored(s.integer(0)); });
    with_value(from, "ticks", [&](const statement& s) {
        h.ticks = static_cast<std::uint64_t>(s.integer(0));
    });
    return h;
}

std::vector<hole> read_day_holes(const database& from)
{
    std::vector<hole> holes;
    auto s = from.prepare(R"(SELECT "from", "to", reason FROM holes)");
    while (s.step())
        if (const auto reason = parse_reason(s.text(2)))
            add_hole(holes, {from_stored(s.integer(0)), from_stored(s.integer(1)), *reason});
    return holes;
}

void write_day_hole(database& to, const hole& h)
{
    auto s = to.prepare(R"(INSERT INTO holes("from", "to", reason) VALUES(?, ?, ?))");
    s.bind(1, stored(h.from));
    s.bind(2, stored(h.to));
    s.bind(3, text_of(h.reason));
    s.run();
}

}  // namespace tickertape::archive
