// candles.db: the closed candles of every symbol and interval, in one SQLite file.
//
// Each row has a check of all that it says, of the names it uses, and of how far the candle before
// it lies back: a changed bit is found, and so is a row that has disappeared. A row that does not
// verify is never given.
//
// When the newest candle of each series opens is noted in the same transaction as that candle, with
// a check of its own: so the last rows cannot disappear unseen either.
//
// With the candles of each closed minute the file says up to when candles are closed, in the same
// transaction. So what is to be made anew after the end of the process follows from the file.
//
// All functions throw thrown_failure. Threads: one at a time; one connection that writes, any
// number that read.
#pragma once

#include "archive/database.hpp"
#include "core/symbol.hpp"
#include "series/history.hpp"

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::archive {

struct candle_row {
    symbol_id symbol;
    series::interval of;
    series::candle value;
};

// Where candles of a series do not verify: buckets that open at or after `from` and before `until`.
struct candle_damage {
    symbol_id symbol;
    series::interval of;
    series::candle_time from;
    series::candle_time until;

    friend bool operator==(const candle_damage&, const candle_damage&) noexcept = default;
};

class candle_file {
public:
    // How many candles are copied at once from a file that is damaged.
    static constexpr std::size_t rows_at_once = 1'000;

    // Makes the file if it is not there, where it may write.
    // Throws archive_errc::damaged, ::newer_schema, or what the disk said.
    candle_file(const std::filesystem::path& path, const symbol_table& symbols, bool may_write);

    struct query {
        symbol_id symbol;
        series::interval of;
        // Buckets that open at or after `from` and before `until`.
        series::candle_time from;
        series::candle_time until;
        std::size_t candles_max = std::numeric_limits<std::int32_t>::max();
        series::end first = series::end::oldest;
    };
    struct answer {
        std::vector<series::kept_candle> candles;   // in the order of time
        std::vector<candle_damage> damaged;         // within the range, in order
        std::optional<series::kept_candle> before;  // the last candle before those given
        bool has_more = false;
    };
    answer read(const query& asked);

    // Every candle whose bucket ends at that time or earlier has been put.
    series::candle_time closed_until();

    // What holds for more than one call is one transaction.
    void begin() { file_.run("BEGIN IMMEDIATE"); }
    void commit() { file_.run("COMMIT"); }
    void roll_back() noexcept;

    // Puts candles, in the order of time within each series, and returns how many. Our own, whose
    // source is empty, stand in for what is there. A candle that was fetched never does so for one
    // of our own, and for another that was fetched, unless `replace` says so.
    std::size_t
    put(std::span<const candle_row> candles, std::string_view source = {}, bool replace = false);
    void set_closed_until(series::candle_time until);
    // When the era began which the candles are of; the epoch: the first one.
    wall_time era();
    void set_era(wall_time began);
    struct time_range {
        series::candle_time from;
        series::candle_time until;
    };
    // Of that time candles are still to be made of ticks, because ticks came to it later. It stays
    // so until it is said otherwise, whatever ends the process.
    std::optional<time_range> to_make();
    void set_to_make(std::optional<time_range> of);
    // Up to when a provider was asked for candles of a series, and since when; the epoch for both:
    // it was not.
    time_range asked(symbol_id id, series::interval of, std::string_view source);
    void
    set_asked(symbol_id id, series::interval of, std::string_view source, const time_range& range);
    // Removes our own candles of every interval whose bucket ends after `time`, which are made
    // anew; those that were fetched stay.
    void remove_own_after(series::candle_time time);
    // Removes what does not verify there, so that it can be put anew. Returns whether something
    // was. Where the series ended in that range it ends before it now; candles that were lost
    // before it stay lost.
    bool remove_damaged(const candle_damage& where);
    // When the last candle ends that opens before that time and verifies; the epoch: there is none.
    series::candle_time end_before(symbol_id id, series::interval of, series::candle_time time);
    struct lost_end {
        candle_damage where;
        // Its last candle is gone; otherwise it is not known whether one is.
        bool is_certain;
    };
    // From the shortest interval on.
    std::vector<lost_end> lost_ends();
    // Says that candles there are lost, and cannot be made anew.
    void keep_lost(const candle_damage& where);
    // Removes 1m candles that open before `time`, at most `rows_max`, and returns how many. That
    // they are gone is no damage.
    std::size_t drop_minutes_before(series::candle_time time, std::size_t rows_max);
    // 1m candles that open before it may have been dropped.
    series::candle_time minutes_dropped_before();
    // When the oldest 1m candle opens.
    std::optional<series::candle_time> oldest_minute();

    // Forces what was committed to the disk.
    void sync() { file_.sync_log(); }
    void checkpoint_if_long() { file_.checkpoint_if_long(); }
    void finish() { file_.checkpoint(); }
    // Of the pages that are in use; those that are free are used again.
    std::uint64_t used_bytes();

    // Notes every symbol of the table, so that names_in() has it also before its first candle.
    void note_symbols();
    // The symbols that a file has noted, also those that are no longer configured; none where it
    // cannot be read.
    static std::vector<std::string> names_in(const std::filesystem::path& path);

    // Makes a new file of every row that verifies in a file which SQLite cannot read everywhere,
    // and moves that one to damaged/. Returns how many rows were kept.
    static std::size_t make_anew(const std::filesystem::path& path, const symbol_table& symbols);

private:
    struct name {
        std::int64_t number;
        std::uint32_t check;
    };
    struct raw_row {
        std::int64_t time;
        std::int64_t
            before;  // when the candle before it opens, as its check says; 0: there is none
        double open, high, low, close;
        std::int64_t ticks;
        std::int64_t overlaps_hole;
        std::int64_t source;
        bool is_good;
    };
    using series_key = std::pair<symbol_id, series::interval>;

    void migrate();
    void note_all_newest();
    void read_names();
    bool has_lost_names();
    void find_lost_names();
    std::optional<name> symbol_of(symbol_id id);
    name make_symbol(symbol_id id);
    std::int64_t make_source(std::string_view text);
    const std::string* source_name(std::int64_t number);
    std::uint32_t source_check(std::int64_t number);
    std::optional<std::int64_t> noted_newest(const name& symbol, series::interval of);
    void note_newest(const name& symbol, series::interval of, std::int64_t time);
    void copy_series(candle_file& from, symbol_id id, series::interval of, std::size_t& kept);
    void copy_newest(candle_file& from, symbol_id id, series::interval of);
    std::int64_t last_time(const name& symbol, series::interval of);
    std::int64_t& newest_of(symbol_id id, const name& symbol, series::interval of);
    std::int64_t fact(std::string_view of);
    void set_fact(std::string_view of, std::int64_t value);

    std::int64_t check_of(const raw_row& row, std::uint32_t symbol_check, series::interval of);
    raw_row taken(const statement& from, std::uint32_t symbol_check, series::interval of);
    std::optional<raw_row>
    neighbour(statement& s, const name& symbol, series::interval of, series::candle_time at);
    std::optional<series::kept_candle> candle_of(const raw_row& row);
    void write(const raw_row& row, const name& symbol, series::interval of);
    void
    relink(const name& symbol, series::interval of, series::candle_time from, bool is_one_enough);

    const symbol_table& symbols_;
    database file_;
    statement at_;      // the row at a time
    statement before_;  // the rows before a time, the newest first
    statement after_;   // the rows at or after a time
    statement noted_;   // when the newest row is, as was noted
    std::optional<statement> put_;
    std::vector<std::optional<name>> by_id_;
    std::vector<std::int64_t> nameless_;
    std::map<std::int64_t, std::pair<std::string, std::uint32_t>> sources_;
    // When the last candle of a series opens, for those that were put here.
    std::map<series_key, std::int64_t> newest_;
};

}  // namespace tickertape::archive
