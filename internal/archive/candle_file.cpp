#include "archive/candle_file.hpp"

#include "archive/files.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace tickertape::archive {
namespace {

using namespace std::string_view_literals;
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
};
constexpr auto newest_schema = static_cast<std::int64_t>(migrations.size());

constexpr std::string_view columns =
    "SELECT time, open, high, low, close, ticks, overlaps_hole, source, \"check\" FROM candles"
    " WHERE symbol = ? AND interval = ? AND time ";

std::uint32_t crc_of(const void* bytes, std::size_t size) noexcept
{
    return static_cast<std::uint32_t>(
        ::crc32(0, static_cast<const Bytef*>(bytes), static_cast<uInt>(size)));
}

std::uint32_t crc_of(std::string_view text) noexcept
{
    return crc_of(text.data(), text.size());
}

std::uint32_t crc_of(std::int64_t number, std::string_view name)
{
    return crc_of(std::to_string(number).append(" ").append(name));
}

std::int64_t seconds_of(interval of) noexcept
{
    return length(of).count();
}

std::int64_t seconds_of(candle_time t) noexcept
{
    return t.time_since_epoch().count();
}

candle_time time_of(std::int64_t seconds) noexcept
{
    return candle_time{std::chrono::seconds{seconds}};
}

// What is not reset holds a snapshot of the file, and so its log from being used again.
struct resets {
    statement& of;
    ~resets() { of.reset(); }
};

}  // namespace

candle_file::candle_file(
    const std::filesystem::path& path, const symbol_table& symbols, bool may_write)
    : symbols_{symbols}, file_{path, may_write ? database::access::create : database::access::read},
      at_{[this, may_write] {
          if (may_write)
              migrate();
          else if (file_.schema_version(newest_schema) == 0)
              archive::fail(archive_errc::damaged, file_.path().string() + ": has no schema");
          return file_.prepare(std::string{columns} + "= ?");
      }()},
      before_{file_.prepare(std::string{columns} + "< ? ORDER BY time DESC")},
      after_{file_.prepare(std::string{columns} + ">= ? ORDER BY time")}, by_id_(symbols.size())
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
        file_.set_schema_version(version + 1);
        t.commit();
    }
}

// Names that do not verify stand for nothing, and so do the rows that use them.
void candle_file::read_names()
{
    by_id_.assign(symbols_.size(), std::nullopt);
    nameless_.clear();
    auto s = file_.prepare("SELECT id, name, \"check\" FROM symbols");
    while (s.step()) {
        const auto number = s.integer(0);
        if (crc_of(number, s.text(1)) != static_cast<std::uint32_t>(s.integer(2)))
            nameless_.push_back(number);
        else if (const auto id = symbols_.find(s.text(1)))
            by_id_[index_of(*id)] = name{number, crc_of(s.text(1))};
    }
    sources_.clear();
    auto t = file_.prepare("SELECT id, name, \"check\" FROM sources");
    while (t.step())
        if (crc_of(t.integer(0), t.text(1)) == static_cast<std::uint32_t>(t.integer(2)))
            sources_[t.integer(0)] = {std::string{t.text(1)}, crc_of(t.text(1))};
}

// Gives a number whose name is damaged the name with which its rows verify.
void candle_file::find_lost_names()
{
    for (const auto number : nameless_) {
        auto rows = file_.prepare(
            "SELECT time, open, high, low, close, ticks, overlaps_hole, source, \"check\", interval"
            " FROM candles WHERE symbol = ? LIMIT 10");
        rows.bind(1, number);
        std::optional<symbol_id> found;
        while (!found && rows.step())
            for (const auto id : symbols_.all())
                for (const auto of : series::intervals)
                    if (!by_id_[index_of(id)] && seconds_of(of) == rows.integer(9) &&
                        taken(rows, crc_of(symbols_.name(id)), of).is_good)
                        found = id;
        rows.reset();
        if (!found)
            continue;
        const auto& text = symbols_.name(*found);
        auto s = file_.prepare("UPDATE symbols SET name = ?, \"check\" = ? WHERE id = ?");
        s.bind(1, std::string_view{text});
        s.bind(2, static_cast<std::int64_t>(crc_of(number, text)));
        s.bind(3, number);
        s.run();
    }
    if (!nameless_.empty())
        read_names();
}

std::optional<candle_file::name> candle_file::symbol_of(symbol_id id)
{
    auto& known = by_id_[index_of(id)];
    // Another connection may have added it.
    if (!known && !put_)
        read_names();
    return known;
}

candle_file::name candle_file::make_symbol(symbol_id id)
{
    auto& known = by_id_[index_of(id)];
    if (!known) {
        const auto& text = symbols_.name(id);
        const auto number = file_.integer("SELECT coalesce(max(id), 0) + 1 FROM symbols");
        auto s = file_.prepare("INSERT INTO symbols VALUES(?, ?, ?)");
        s.bind(1, number);
        s.bind(2, std::string_view{text});
        s.bind(3, static_cast<std::int64_t>(crc_of(number, text)));
        s.run();
        known = name{number, crc_of(text)};
    }
    return *known;
}

std::int64_t candle_file::make_source(std::string_view text)
{
    if (text.empty())
        return 0;
    for (const auto& [number, known] : sources_)
        if (known.first == text)
            return number;
    const auto number = file_.integer("SELECT coalesce(max(id), 0) + 1 FROM sources");
    auto s = file_.prepare("INSERT INTO sources VALUES(?, ?, ?)");
    s.bind(1, number);
    s.bind(2, text);
    s.bind(3, static_cast<std::int64_t>(crc_of(number, text)));
    s.run();
    sources_[number] = {std::string{text}, crc_of(text)};
    return number;
}

const std::string* candle_file::source_name(std::int64_t number)
{
    static const std::string ours;
    if (number == 0)
        return &ours;
    if (!sources_.contains(number) && !put_)
        read_names();
    const auto at = sources_.find(number);
    return at == sources_.end() ? nullptr : &at->second.first;
}

std::uint32_t candle_file::source_check(std::int64_t number)
{
    return number == 0 || source_name(number) == nullptr ? 0 : sources_[number].second;
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

// The lower half is a CRC-32 of everything, the upper half how many buckets the candle before it
// lies back, so that it can be told apart which of the two is damaged.
std::int64_t candle_file::check_of(const raw_row& row, std::uint32_t symbol_check, interval of)
{
    const auto back = row.before == 0 ? 0 : (row.time - row.before) / seconds_of(of);
    const struct {
        std::uint32_t symbol;
        std::uint32_t source;
        std::int64_t of;
        std::int64_t time;
        std::int64_t back;
        std::uint64_t prices[4];
        std::int64_t ticks;
        std::int64_t overlaps_hole;
    } all{
        symbol_check,
        source_check(row.source),
        seconds_of(of),
        row.time,
        back,
        {std::bit_cast<std::uint64_t>(row.open), std::bit_cast<std::uint64_t>(row.high),
         std::bit_cast<std::uint64_t>(row.low), std::bit_cast<std::uint64_t>(row.close)},
        row.ticks,
        row.overlaps_hole};
    static_assert(sizeof all == 80, "no byte of it is padding");
    return back << 32 | static_cast<std::int64_t>(crc_of(&all, sizeof all));
}

candle_file::raw_row
candle_file::taken(const statement& from, std::uint32_t symbol_check, interval of)
{
    raw_row row{};
    row.time = from.integer(0);
    row.open = from.real(1);
    row.high = from.real(2);
    row.low = from.real(3);
    row.close = from.real(4);
    row.ticks = from.integer(5);
    row.overlaps_hole = from.integer(6);
    row.source = from.integer(7);
    const auto check = from.integer(8);
    const auto back = check >> 32;
    // Whatever the bits say, what is calculated with them is within bounds.
    row.before =
        back <= 0 || back > row.time / seconds_of(of) ? 0 : row.time - back * seconds_of(of);
    row.is_good = (row.source == 0 || source_name(row.source) != nullptr) &&
                  check == check_of(row, symbol_check, of);
    return row;
}

std::optional<series::kept_candle> candle_file::candle_of(const raw_row& row)
{
    const auto open = price::from(row.open);
    const auto high = price::from(row.high);
    const auto low = price::from(row.low);
    const auto close = price::from(row.close);
    const auto* source = source_name(row.source);
    if (!row.is_good || !open || !high || !low || !close || source == nullptr)
        return std::nullopt;
    return series::kept_candle{
        {time_of(row.time), *open, *high, *low, *close, static_cast<std::uint64_t>(row.ticks),
         row.overlaps_hole != 0},
        *source};
}

std::optional<candle_file::raw_row>
candle_file::neighbour(statement& s, const name& symbol, interval of, candle_time at)
{
    s.bind(1, symbol.number);
    s.bind(2, seconds_of(of));
    s.bind(3, seconds_of(at));
    const resets at_end{s};
    if (!s.step())
        return std::nullopt;
    return taken(s, symbol.check, of);
}

candle_file::answer candle_file::read(const query& asked)
{
    answer all;
    const auto symbol = symbol_of(asked.symbol);
    if (!symbol && !nameless_.empty())
        archive::fail(
            archive_errc::damaged, file_.path().string() + ": the name of a symbol is damaged");
    if (!symbol || asked.until <= asked.from)
        return all;
    const bool is_newest = asked.first == series::end::newest;
    // The rows of the answer, and one on either side of it that confirms its ends.
    std::vector<raw_row> rows;
    auto& s = is_newest ? before_ : after_;
    const auto collect = [&] {
        s.bind(1, symbol->number);
        s.bind(2, seconds_of(asked.of));
        s.bind(3, seconds_of(is_newest ? asked.until : asked.from));
        std::size_t in_range = 0;
        while (s.step()) {
            rows.push_back(taken(s, symbol->check, asked.of));
            const auto time = time_of(rows.back().time);
            if (time < asked.from || time >= asked.until)
                return;
            if (++in_range > asked.candles_max) {
                all.has_more = true;
                return;
            }
        }
    };
    {
        const resets at_end{s};
        collect();
    }
    auto range_from = asked.from;
    auto range_until = asked.until;
    if (is_newest) {
        std::ranges::reverse(rows);
        if (const auto after = neighbour(after_, *symbol, asked.of, asked.until))
            rows.push_back(*after);
        if (all.has_more)
            range_from = time_of(rows.front().time) + length(asked.of);
    } else {
        if (all.has_more)
            range_until = time_of(rows.back().time);
        if (const auto before = neighbour(before_, *symbol, asked.of, asked.from))
            rows.insert(rows.begin(), *before);
    }
    const auto dropped_before = asked.of == interval::m1 ? fact("1m dropped before"sv) : 0;
    const auto add_damage = [&](std::int64_t from, std::int64_t until) {
        const auto a = std::max(time_of(from), range_from);
        const auto b = std::min(time_of(until), range_until);
        if (a >= b)
            return;
        if (!all.damaged.empty() && all.damaged.back().until >= a)
            all.damaged.back().until = std::max(all.damaged.back().until, b);
        else
            all.damaged.push_back({asked.symbol, asked.of, a, b});
    };
    const auto step = seconds_of(asked.of);
    // Where the last row ends that verifies; before the first, where the range begins.
    auto good_end = seconds_of(range_from);
    bool is_first = true;
    for (const auto& row : rows) {
        const auto value = candle_of(row);
        if (!value) {
            // Its time may be what is damaged: all up to the next row that verifies is.
            add_damage(good_end, row.time + step);
            is_first = false;
            continue;
        }
        // What is before the first row may have been dropped.
        const bool has_lost_some = row.before != 0 && row.before + step > good_end;
        if (has_lost_some && (!is_first || row.before >= dropped_before))
            add_damage(good_end, row.before + step);
        is_first = false;
        good_end = row.time + step;
        const auto opens = time_of(row.time);
        if (opens < range_from)
            all.before = *value;
        else if (opens < range_until)
            all.candles.push_back(*value);
    }
    return all;
}

candle_time candle_file::closed_until()
{
    return time_of(fact("closed until"sv));
}

void candle_file::set_closed_until(candle_time until)
{
    set_fact("closed until"sv, seconds_of(until));
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

void candle_file::write(const raw_row& row, const name& symbol, interval of)
{
    put_->bind(1, symbol.number);
    put_->bind(2, seconds_of(of));
    put_->bind(3, row.time);
    put_->bind(4, row.open);
    put_->bind(5, row.high);
    put_->bind(6, row.low);
    put_->bind(7, row.close);
    put_->bind(8, row.ticks);
    put_->bind(9, row.overlaps_hole);
    put_->bind(10, row.source);
    put_->bind(11, check_of(row, symbol.check, of));
    put_->run();
}

std::size_t
candle_file::put(std::span<const candle_row> candles, std::string_view source, bool replace)
{
    const auto number = make_source(source);
    std::size_t put = 0;
    for (const auto& c : candles) {
        const auto symbol = make_symbol(c.symbol);
        raw_row row{
            seconds_of(c.value.opens),
            0,
            c.value.open.value(),
            c.value.high.value(),
            c.value.low.value(),
            c.value.close.value(),
            static_cast<std::int64_t>(c.value.ticks),
            std::int64_t{c.value.overlaps_hole},
            number,
            true};
        // Usually it is the newest of its series, and the one before it is known.
        auto newest = newest_.find({c.symbol, c.of});
        if (newest == newest_.end()) {
            const auto last =
                neighbour(before_, symbol, c.of, time_of(std::numeric_limits<std::int64_t>::max()));
            newest = newest_.emplace(series_key{c.symbol, c.of}, last ? last->time : 0).first;
        }
        if (row.time > newest->second) {
            row.before = newest->second;
            write(row, symbol, c.of);
            newest->second = row.time;
            ++put;
            continue;
        }
        const auto there = neighbour(at_, symbol, c.of, c.value.opens);
        if (there && there->is_good && number != 0 && !replace)
            continue;
        const auto before = neighbour(before_, symbol, c.of, c.value.opens);
        row.before = before ? before->time : 0;
        write(row, symbol, c.of);
        relink(symbol, c.of, c.value.opens + length(c.of), true);
        ++put;
    }
    return put;
}

// Makes rows that verify say which row is before them now, from the first at or after `from` on.
void candle_file::relink(const name& symbol, interval of, candle_time from, bool is_one_enough)
{
    auto before = neighbour(before_, symbol, of, from);
    for (auto row = neighbour(after_, symbol, of, from); row;) {
        if (row->is_good && row->before != (before ? before->time : 0)) {
            row->before = before ? before->time : 0;
            write(*row, symbol, of);
        }
        if (is_one_enough)
            return;
        before = row;
        row = neighbour(after_, symbol, of, time_of(row->time + 1));
    }
}

void candle_file::remove_own_after(candle_time time)
{
    auto s = file_.prepare(
        "DELETE FROM candles WHERE symbol = ? AND interval = ? AND time >= ? AND source = 0");
    for (const auto id : symbols_.all()) {
        const auto symbol = symbol_of(id);
        if (!symbol)
            continue;
        for (const auto of : series::intervals) {
            const auto from = bucket_open(of, time);
            s.bind(1, symbol->number);
            s.bind(2, seconds_of(of));
            s.bind(3, seconds_of(from));
            s.run();
            relink(*symbol, of, from, false);
        }
    }
    newest_.clear();
}

bool candle_file::remove_damaged(const candle_damage& where)
{
    const auto symbol = symbol_of(where.symbol);
    if (!symbol)
        return false;
    auto s = file_.prepare("DELETE FROM candles WHERE symbol = ? AND interval = ? AND time = ?");
    bool is_changed = false;
    for (auto row = neighbour(after_, *symbol, where.of, where.from);
         row && time_of(row->time) < where.until;
         row = neighbour(after_, *symbol, where.of, time_of(row->time + 1))) {
        if (row->is_good)
            continue;
        s.bind(1, symbol->number);
        s.bind(2, seconds_of(where.of));
        s.bind(3, row->time);
        s.run();
        is_changed = true;
    }
    relink(*symbol, where.of, where.until, true);
    newest_.clear();
    return is_changed;
}

std::size_t candle_file::drop_minutes_before(candle_time time, std::size_t rows_max)
{
    auto s =
        file_.prepare("DELETE FROM candles WHERE symbol = ? AND interval = 60 AND time IN"
                      " (SELECT time FROM candles WHERE symbol = ? AND interval = 60 AND time < ?"
                      " ORDER BY time LIMIT ?)");
    const auto limit = fact("1m dropped before"sv);
    if (seconds_of(time) > limit)
        set_fact("1m dropped before"sv, seconds_of(time));
    std::size_t dropped = 0;
    for (const auto& symbol : by_id_) {
        if (!symbol || dropped >= rows_max)
            continue;
        s.bind(1, symbol->number);
        s.bind(2, symbol->number);
        s.bind(3, seconds_of(time));
        s.bind(4, static_cast<std::int64_t>(rows_max - dropped));
        s.run();
        dropped += static_cast<std::size_t>(file_.integer("SELECT changes()"));
    }
    return dropped;
}

candle_time candle_file::minutes_dropped_before()
{
    return time_of(fact("1m dropped before"sv));
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

std::size_t candle_file::make_anew(const std::filesystem::path& path, const symbol_table& symbols)
{
    const std::filesystem::path draft = path.string().append(unfinished);
    remove_database(draft);
    std::size_t kept = 0;
    {
        candle_file made{draft, symbols, true};
        made.begin();
        const auto salvage = [&] {
            candle_file from{path, symbols, false};
            made.set_closed_until(from.closed_until());
            if (const auto limit = from.fact("1m dropped before"sv); limit != 0)
                made.set_fact("1m dropped before"sv, limit);
            for (const auto id : symbols.all())
                for (const auto of : series::intervals) {
                    // From both ends, up to what cannot be read.
                    for (auto* rows : {&from.after_, &from.before_}) {
                        const auto symbol = from.symbol_of(id);
                        if (!symbol)
                            continue;
                        auto at = time_of(
                            rows == &from.after_ ? 0 : std::numeric_limits<std::int64_t>::max());
                        try {
                            while (const auto row = from.neighbour(*rows, *symbol, of, at)) {
                                at = time_of(rows == &from.after_ ? row->time + 1 : row->time);
                                const auto value = from.candle_of(*row);
                                if (!value)
                                    continue;
                                const candle_row one{id, of, value->value};
                                const auto source = value->source;
                                kept += made.put({&one, 1}, source, false);
                            }
                            break;  // all of it, from this end
                        } catch (const thrown_failure& e) {
                            rows->reset();
                            if (e.said().code != archive_errc::damaged)
                                throw;
                        }
                    }
                }
        };
        try {
            salvage();
        } catch (const thrown_failure& e) {
            if (e.said().code != archive_errc::damaged)
                throw;  // what could be read of it is kept
        }
        made.commit();
        made.finish();
    }
    sync_path(draft);
    quarantine(path);
    rename_file(draft, path);
    sync_path(path.parent_path());
    return kept;
}

}  // namespace tickertape::archive
