// Closed candles of every symbol and interval, kept for good: a file, or tables of a database.
//
// With the candles of each closed minute a store says up to when candles are closed, in the same
// transaction. So what is to be made anew after the end of the process follows from the store.
//
// All functions throw thrown_failure. Threads: one at a time; one store that writes, any number
// that read.
#pragma once

#include "archive/errors.hpp"
#include "core/symbol.hpp"
#include "series/history.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
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

// Whether all of the range lies in some of these.
bool is_covered(const candle_damage& range, std::span<const candle_damage> by);

// What was made of a store that cannot be read everywhere.
struct salvaged {
    std::size_t candles = 0;  // that verify, and were copied
    // Each name was read, so what else is missing is known. Else candles of which nothing says
    // that they were there may be lost.
    bool is_whole = false;
    std::string moved_to;  // where the damaged one is
};

class candle_store {
public:
    virtual ~candle_store() = default;

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
    virtual answer read(const query& asked) = 0;

    // Every candle whose bucket ends at that time or earlier has been put.
    virtual series::candle_time closed_until() = 0;

    // What holds for more than one call is one transaction.
    virtual void begin() = 0;
    virtual void commit() = 0;
    virtual void roll_back() noexcept = 0;

    // Puts candles, in the order of time within each series, and returns how many. Our own, whose
    // source is empty, stand in for what is there. A candle that was fetched never does so for one
    // of our own, and for another that was fetched, unless `replace` says so.
    virtual std::size_t
    put(std::span<const candle_row> candles, std::string_view source, bool replace) = 0;
    std::size_t put(std::span<const candle_row> candles) { return put(candles, {}, false); }
    std::size_t put(std::span<const candle_row> candles, std::string_view source)
    {
        return put(candles, source, false);
    }
    virtual void set_closed_until(series::candle_time until) = 0;
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
    // Says, in the transaction that does it, that closed candles were changed or added: who was
    // given candles of that range before `at` does not know them.
    void note_changed(const series::changed_candles& what, position at);
    // What was noted since this was last called, and is not undone.
    std::vector<series::changed_candles> take_changed();
    // What was changed in that series, in the order of when.
    std::vector<series::dated_change> changes(symbol_id id, series::interval of);
    // Removes our own candles of every interval whose bucket ends after `time`, which are made
    // anew; those that were fetched stay.
    virtual void remove_own_after(series::candle_time time) = 0;
    // Removes what does not verify there, so that it can be put anew. Returns whether something
    // was. Where the series ended in that range it ends before it now; candles that were lost
    // before it stay lost.
    virtual bool remove_damaged(const candle_damage& where) = 0;
    // When the last candle ends that opens before that time and verifies; the epoch: there is none.
    virtual series::candle_time
    end_before(symbol_id id, series::interval of, series::candle_time time) = 0;
    struct lost_end {
        candle_damage where;
        // Its last candle is gone; otherwise it is not known whether one is.
        bool is_certain;
    };
    // From the shortest interval on.
    virtual std::vector<lost_end> lost_ends() = 0;
    // Says that candles there are lost, and cannot be made anew.
    virtual void keep_lost(const candle_damage& where) = 0;
    // Notes that candles there are lost for good, until they are put all the same: what is noted is
    // no news, and no reason against a backup. And when that was last.
    virtual void note_lost(const candle_damage&) {}
    virtual std::vector<candle_damage> lost() { return {}; }
    wall_time last_loss();
    void set_last_loss(wall_time at);
    // Removes 1m candles that open before `time`, at most `rows_max`, and returns how many. That
    // they are gone is no damage.
    virtual std::size_t drop_minutes_before(series::candle_time time, std::size_t rows_max) = 0;
    // 1m candles that open before it may have been dropped.
    virtual series::candle_time minutes_dropped_before() = 0;
    // When the oldest 1m candle opens.
    virtual std::optional<series::candle_time> oldest_minute() = 0;

    // Forces what was committed to the disk.
    virtual void sync() = 0;
    // To be called after a transaction, and before the store is closed for good.
    virtual void checkpoint_if_long() = 0;
    virtual void finish() = 0;
    // What candles take on the disk.
    virtual std::uint64_t used_bytes() = 0;

    // Another process keeps these candles: nothing is put here, and what this process has closed is
    // to be shown once closed_until() says that the other one has.
    virtual bool is_kept_elsewhere() const noexcept { return false; }
    // False where that has changed since it was opened.
    virtual bool is_current() const noexcept { return true; }

    // Notes every symbol of the table, so that names of departed symbols are found later.
    virtual void note_symbols() = 0;

protected:
    virtual const symbol_table& symbols() const noexcept = 0;
    // Numbers by their names; 0: there is none of that name.
    virtual std::int64_t fact(std::string_view of) = 0;
    virtual void set_fact(std::string_view of, std::int64_t value) = 0;

private:
    std::vector<series::dated_change> changes_noted(const std::string& series);

    std::vector<series::changed_candles> changed_;
};

// Where the candles of an archive are, and how they are opened. Its functions throw thrown_failure.
struct candle_place {
    std::string name;  // for the operator
    // The table outlives the store. Throws archive_errc::damaged, ::newer_schema, or what the disk
    // said.
    std::function<std::unique_ptr<candle_store>(const symbol_table& symbols, bool may_write)> open;
    // Puts away what is damaged, and makes a new one of all that verifies.
    std::function<salvaged(const symbol_table& symbols)> make_anew;
    // The symbols that have been noted, also those that are no longer configured; none where they
    // cannot be read.
    std::function<std::vector<std::string>()> names;
    // Its rows have checks of ours, which are to be verified now and then.
    bool has_checks = false;
};

}  // namespace tickertape::archive
