// The file of a day that is not sealed: its rows in the order of positions, each with a check that
// covers the row before it as well. open_day_writer appends to it; open_day_scan reads it.
//
// All functions throw thrown_failure.
#pragma once

#include "archive/day_file.hpp"
#include "core/symbol.hpp"
#include "tape/past.hpp"

#include <map>

namespace tickertape::archive {

// The only connection that writes to the file and checkpoints it. Threads: one.
class open_day_writer {
public:
    // `last` is the newest tick of the archive.
    open_day_writer(const std::filesystem::path& path, position last);

    // One transaction: all of them or, if it throws, none. Positions lie after last() and on this
    // day.
    void append(std::span<const tape::past_tick> ticks, const symbol_table& symbols);
    void record_hole(const hole& h);
    // Nothing is ever deleted from the file, so a list of free pages is damage, and what was
    // added would overwrite what is there.
    bool is_fit() const;
    // The last tick that is committed.
    position last() const noexcept { return last_; }
    void sync() { file_.sync_log(); }
    // To be called after an append. If it fails, the file is not to be trusted again.
    void checkpoint_if_long() { file_.checkpoint_if_long(); }
    // Nothing is appended any more. Empties the log, unless a reader is in the way.
    void finish();
    // The disk has failed: what is in the log stays there.
    void give_up() noexcept { file_.forgo_checkpoint(); }
    const std::filesystem::path& path() const noexcept { return file_.path(); }

private:
    struct number {
        std::int64_t id;
        std::uint32_t check;
    };
    number symbol(symbol_id id, const symbol_table& symbols);
    number source(const tape::past_tick& t);
    void read_names_again();

    database file_;
    position last_;
    statement begin_;
    statement commit_;
    statement insert_;
    statement insert_symbol_;
    statement insert_source_;
    std::map<std::string, number, std::less<>> symbols_;
    // By name, then by how many providers it combines.
    std::map<std::string, std::map<unsigned, number>, std::less<>> sources_;
    std::size_t sources_size_ = 0;
    // By symbol_id, so that a tick costs no look-up by name; an id of 0 is not looked up yet.
    std::vector<number> by_id_;
};

// Reads rows in order and gives those that verify. Of what does not, it says the range.
//
// A row verifies if its check is that of its own content and of the position before it. After one
// that does not, reading goes on: the next that verifies confirms the position before itself, and
// what lies up to there is damaged. No bound is left to SQLite, because a changed position may
// stand in the wrong place and end a range early.
//
// Threads: one at a time.
class open_day_scan {
public:
    struct range {
        position from;  // after it
        position to;    // up to and including it
    };

    open_day_scan(const std::filesystem::path& path, database::access how);

    const day_heading& heading() const noexcept { return heading_; }
    const day_names& names() const noexcept { return names_; }
    const database& file() const noexcept { return file_; }

    // Begins behind that position.
    void start(position after);
    // Lets go of the file's present state, so that its log can be used again.
    void stop() noexcept { rows_.reset(); }
    // The next row that verifies, or nothing at the end. Whether the end is that of the table is
    // for the caller to say, who knows its last row.
    std::optional<day_row> next();
    // Up to where everything is known, or said to be damaged.
    position reached() const noexcept { return good_; }
    // Damage between rows that verify.
    const std::vector<range>& damaged() const noexcept { return damaged_; }
    void forget_damage() noexcept { damaged_.clear(); }
    // The position before the row that was given last, as that row confirms it.
    position before() const noexcept { return before_row_; }
    // The file could not be read on.
    bool is_broken() const noexcept { return is_broken_; }
    // At the end: rows were read behind the last one that verifies.
    bool has_unverified_tail() const noexcept { return candidate_ != good_; }

private:
    std::optional<std::uint32_t> check_of(const day_row& row, position before);

    database file_;
    day_heading heading_;
    day_names names_;
    statement before_;
    statement rows_;
    position good_;       // of the last row that verified
    position candidate_;  // of the last row, if that did not
    position before_row_;
    std::vector<range> damaged_;
    bool is_broken_ = false;
};

// Whether the rows after one position verify, up to another, which is that of the last row.
bool can_be_read(const std::filesystem::path& path, position after, position last);

}  // namespace tickertape::archive
