// The schema of candles.db, its facts, and its transactions.
#include "archive/candle_file.hpp"

#include "archive/candle_row.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace tickertape::archive {
namespace {

using series::candle_time;
using series::interval;

// Each brings the schema from its place in the list, counted from 0, to the next version.
constexpr std::array migrations{
    R"(
CREATE TABLE symbols(id INTEGER PRIMARY KEY, name TEXT NOT NULL, "check" INTEGER NOT NULL);
CREATE TABLE sources(id INTEGER PRIMARY KEY, name TEXT NOT NULL, "check" INTEGER NOT NULL);
CREATE TABLE facts(name TEXT PRIMARY KEY, value INTEGER NOT NULL, "check" INTEGER NOT NULL)
    WITHOUT ROWID;
CREATE TABLE candles(symbol INTEGER NOT NULL, interval INTEGER NOT NULL, time INTEGER NOT NULL,
    open REAL NOT NULL, high REAL NOT NULL, low REAL NOT NULL, close REAL NOT NULL,
    ticks INTEGER NOT NULL, overlaps_hole INTEGER NOT NULL, source INTEGER NOT NULL,
    "check" INTEGER NOT NULL, PRIMARY KEY(symbol, interval, time)) WITHOUT ROWID;
CREATE VIEW candles_utc AS
    SELECT strftime('%Y-%m-%d %H:%M', time, 'unixepoch') AS utc, symbols.name AS symbol,
        CASE interval WHEN 60 THEN '1m' WHEN 300 THEN '5m' WHEN 900 THEN '15m' WHEN 1800 THEN '30m'
            WHEN 3600 THEN '1h' WHEN 14400 THEN '4h' WHEN 21600 THEN '6h' WHEN 86400 THEN '1d'
            WHEN 604800 THEN '1w' END AS interval,
        open, high, low, close, ticks, overlaps_hole, coalesce(sources.name, '') AS source, time
    FROM candles JOIN symbols ON symbols.id = candles.symbol
        LEFT JOIN sources ON sources.id = candles.source;
)",
    R"(
CREATE TABLE newest(symbol INTEGER NOT NULL, interval INTEGER NOT NULL, time INTEGER NOT NULL,
    "check" INTEGER NOT NULL, PRIMARY KEY(symbol, interval)) WITHOUT ROWID;
)",
};
constexpr auto newest_schema = candle_file::schema;
static_assert(newest_schema == static_cast<std::int64_t>(migrations.size()));

constexpr std::string_view columns =
    "SELECT time, open, high, low, close, ticks, overlaps_hole, source, \"check\" FROM candles"
    " WHERE symbol = ? AND interval = ? AND time ";

}  // namespace

candle_file::candle_file(
    const std::filesystem::path& path, const symbol_table& symbols, bool may_write)
    : symbols_{symbols}, file_{path, may_write ? database::access::create : database::access::read},
      at_{[this, may_write] {
          if (may_write)
              migrate();
          else if (file_.schema_version(newest_schema) != newest_schema)
              archive::fail(
                  archive_errc::damaged, file_.path().string() + ": has no schema of this version");
          return file_.prepare(std::string{columns} + "= ?");
      }()},
      before_{file_.prepare(std::string{columns} + "< ? ORDER BY time DESC")},
      after_{file_.prepare(std::string{columns} + ">= ? ORDER BY time")},
      noted_{file_.prepare("SELECT time, \"check\" FROM newest WHERE symbol = ? AND interval = ?")},
      by_id_(symbols.size())
{
    if (may_write)
        put_.emplace(file_.prepare("INSERT OR REPLACE INTO candles"
                                   " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    read_names();
    if (may_write)
        find_lost_names();
}

void candle_file::migrate()
{
    auto version = file_.schema_version(newest_schema);
    if (version == 0 && file_.integer("SELECT count(*) FROM sqlite_master") != 0)
        archive::fail(archive_errc::damaged, file_.path().string() + ": its version is damaged");
    for (; version < newest_schema; ++version) {
        transaction t{file_};
        file_.run(migrations[static_cast<std::size_t>(version)]);
        if (version == 1)
            note_all_newest();
        file_.set_schema_version(version + 1);
        t.commit();
    }
}

std::int64_t candle_file::fact(std::string_view of)
{
    auto s = file_.prepare("SELECT value, \"check\" FROM facts WHERE name = ?");
    s.bind(1, of);
    if (!s.step() || crc_of(s.integer(0), of) != static_cast<std::uint32_t>(s.integer(1)))
        return 0;
    return s.integer(0);
}

void candle_file::set_fact(std::string_view of, std::int64_t value)
{
    auto s = file_.prepare("INSERT OR REPLACE INTO facts VALUES(?, ?, ?)");
    s.bind(1, of);
    s.bind(2, value);
    s.bind(3, static_cast<std::int64_t>(crc_of(value, of)));
    s.run();
}

// Where that is damaged it follows from the newest minute of our own: candles are closed up to its
// end at least.
candle_time candle_file::closed_until()
{
    if (const auto known = fact(closed_until_fact); known != 0)
        return time_of(known);
    std::int64_t until = 0;
    for (const auto& symbol : by_id_) {
        auto row = symbol ? neighbour(before_, *symbol, interval::m1, latest_time) : std::nullopt;
        while (row && !(row->is_good && row->source == 0))
            row = neighbour(before_, *symbol, interval::m1, time_of(row->time));
        if (row)
            until = std::max(until, row->time + seconds_of(interval::m1));
    }
    return time_of(until);
}

void candle_file::set_closed_until(candle_time until)
{
    set_fact(closed_until_fact, seconds_of(until));
}

void candle_file::roll_back() noexcept
{
    try {
        newest_.clear();
        file_.run("ROLLBACK");
        read_names();
    } catch (
        const thrown_failure&) {  // SQLite has rolled back by itself, as it does on a full disk
        newest_.clear();
    }
}

candle_time candle_file::minutes_dropped_before()
{
    return time_of(fact(minutes_dropped_fact));
}

std::optional<candle_time> candle_file::oldest_minute()
{
    std::optional<candle_time> oldest;
    for (const auto& symbol : by_id_)
        if (symbol)
            if (const auto row = neighbour(after_, *symbol, interval::m1, time_of(0)))
                oldest = std::min(oldest.value_or(time_of(row->time)), time_of(row->time));
    return oldest;
}

std::uint64_t candle_file::used_bytes()
{
    const auto pages = file_.integer("PRAGMA page_count") - file_.integer("PRAGMA freelist_count");
    return static_cast<std::uint64_t>(pages * file_.integer("PRAGMA page_size"));
}

candle_place candle_file::place_of(const std::filesystem::path& path)
{
    return {
        path.string(),
        [path](const symbol_table& symbols, bool may_write) {
            return std::make_unique<candle_file>(path, symbols, may_write);
        },
        [path](const symbol_table& symbols) { return make_anew(path, symbols); },
        [path] { return names_in(path); }, true};
}

}  // namespace tickertape::archive
