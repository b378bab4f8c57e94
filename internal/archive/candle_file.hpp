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

#include "archive/candle_store.hpp"
#include "archive/database.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::archive {

class candle_file final : public candle_store {
public:
    static constexpr std::int64_t schema = 2;
    // Ranges that are noted as lost; past it nothing more is noted.
    static constexpr std::size_t lost_max = 10'000;

    // Makes the file if it is not there, where it may write.
    // Throws archive_errc::damaged, ::newer_schema, or what the disk said.
    candle_file(const std::filesystem::path& path, const symbol_table& symbols, bool may_write);

    answer read(const query& asked) override;
    series::candle_time closed_until() override;

    void begin() override { file_.run("BEGIN IMMEDIATE"); }
    void commit() override { file_.run("COMMIT"); }
    void roll_back() noexcept override;

    using candle_store::put;
    std::size_t
    put(std::span<const candle_row> candles, std::string_view source, bool replace) override;
    void set_closed_until(series::candle_time until) override;
    void remove_own_after(series::candle_time time) override;
    bool remove_damaged(const candle_damage& where) override;
    series::candle_time
    end_before(symbol_id id, series::interval of, series::candle_time time) override;
    std::vector<lost_end> lost_ends() override;
    void keep_lost(const candle_damage& where) override;
    void note_lost(const candle_damage& where) override;
    std::vector<candle_damage> lost() override;
    std::size_t drop_minutes_before(series::candle_time time, std::size_t rows_max) override;
    series::candle_time minutes_dropped_before() override;
    std::optional<series::candle_time> oldest_minute() override;

    void sync() override { file_.sync_log(); }
    void checkpoint_if_long() override { file_.checkpoint_if_long(); }
    void finish() override { file_.checkpoint(); }
    // Of the pages that are in use; those that are free are used again.
    std::uint64_t used_bytes() override;

    void note_symbols() override;
    // The symbols that a file has noted, also those that are no longer configured; none where it
    // cannot be read.
    static std::vector<std::string> names_in(const std::filesystem::path& path);

    // Makes a new file of every row that verifies in a file which SQLite cannot read everywhere,
    // and moves that one to damaged/. What is missing of the new one is damage of it.
    static salvaged make_anew(const std::filesystem::path& path, const symbol_table& symbols);
    // The file as the place of an archive's candles.
    static candle_place place_of(const std::filesystem::path& path);

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
    bool find_lost_names();
    std::optional<name> symbol_of(symbol_id id);
    name make_symbol(symbol_id id);
    std::int64_t make_source(std::string_view text);
    const std::string* source_name(std::int64_t number);
    std::uint32_t source_check(std::int64_t number);
    std::optional<std::int64_t> noted_newest(const name& symbol, series::interval of);
    void note_newest(const name& symbol, series::interval of, std::int64_t time);
    void copy_series(candle_file& from, symbol_id id, series::interval of, std::size_t& kept);
    void copy_newest(candle_file& from, symbol_id id, series::interval of);
    bool find_readable(
        statement& s, const name& symbol, series::interval of, series::candle_time at,
        std::optional<raw_row>& found);
    series::candle_time newest_known(const name& symbol, series::interval of);
    void forget_lost(const candle_damage& within);
    std::int64_t last_time(const name& symbol, series::interval of);
    std::int64_t& newest_of(symbol_id id, const name& symbol, series::interval of);
    const symbol_table& symbols() const noexcept override { return symbols_; }
    std::int64_t fact(std::string_view of) override;
    void set_fact(std::string_view of, std::int64_t value) override;

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
