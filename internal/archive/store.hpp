// The ticks of one feed on disk: a directory with one SQLite file for each UTC day, written by one
// process. What has been appended survives the end of the process by any signal; what has been
// synced survives a loss of power. What does not verify is moved to damaged/ and never served.
//
// Errors: archive_errc, with a text for the operator. After archive_errc::disk_full or
// ::disk_failed the store goes on where it was as soon as the disk does: append() again.
//
// Threads: one for the store; readers on any other, each on one.
#pragma once

#include "archive/errors.hpp"
#include "archive/files.hpp"
#include "archive/hole.hpp"
#include "archive/inventory.hpp"
#include "archive/kind.hpp"
#include "archive/open_day.hpp"
#include "archive/progress.hpp"
#include "archive/recovery.hpp"
#include "archive/repository.hpp"
#include "archive/sealed_day.hpp"
#include "core/symbol.hpp"
#include "tape/past.hpp"

#include <atomic>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <set>
#include <span>

namespace tickertape::archive {

class reader;

struct store_options {
    // When this life begins.
    wall_time now;
    // Outlives the store and its readers.
    const symbol_table& symbols;
    // Empty: as the kernel says. For tests of a loss of power.
    std::string boot;
};

// A file, or a part of one, that does not verify.
struct complaint {
    std::filesystem::path file;
    std::string text;
};

class store final : public repository {
public:
    // Recovers the directory, which is made if it is not there, and begins a new life in it.
    // Errors: in_use, other_kind, newer_schema, or what the disk said.
    static result<std::unique_ptr<store>>
    open(const std::filesystem::path& directory, feed_kind kind, const store_options& options);
    // Closes the files. Without end_cleanly(), that is like a signal that ends the process.
    ~store() override;
    store(const store&) = delete;
    store& operator=(const store&) = delete;

    const found_at_open& found() const noexcept override { return found_; }
    // What readers may read now. Threads: any.
    inventory::view held() const { return inventory_->look(); }

    // Appends ticks in position order, all of them after last(). All ticks of a day are one
    // transaction. If it fails, last() tells how far it came.
    // Errors: out_of_order, out_of_range.
    result<void> append(std::span<const tape::past_tick> ticks) override;
    // The last tick that was given a place here.
    position last() const noexcept override { return last_; }

    // Forces all that was appended to the disk; synced() is last() then. If that fails, what was
    // appended after synced() is given up, and last() goes back to there: the file is not trusted
    // again, so append those ticks again, or record a hole.
    result<void> sync() override;
    position synced() const noexcept override { return synced_; }

    // Says that ticks after `from` up to and including `to` may be missing. Readers are told at
    // once; what could not be written is written by the next call or the next sync().
    result<void> record_hole(hole h) override;

    // Forces all to the disk and says so: the next life then knows that nothing is missing.
    result<void> end_cleanly(wall_time now) override;

    // Sealing takes some seconds for a day of two million ticks, so it is three steps of which the
    // second needs neither the store nor its thread. A day can be sealed when it is over and can
    // get no more ticks.
    struct seal_job {
        std::filesystem::path directory;
        day_key key;
        position last;
    };
    result<std::vector<seal_job>> finished_days(wall_time now);
    // Threads: any, one job at a time.
    static result<sealed_facts> run(const seal_job& job, const seal_observer& observe = {});
    result<void> finish(const seal_job& job, const sealed_facts& facts);
    // All three for every finished day. Returns how many there were.
    result<std::size_t> seal_finished_days(wall_time now);

    // Seals a finished day on a thread of its own, puts away what is damaged, and drops days whose
    // time has passed.
    result<void> keep_up(wall_time now) override;
    void set_retention(retention terms) override;
    result<void> note(wall_time at, const std::string& text) override;

    // What lies after the epoch is moved to set_aside/. Where it fails it is to be called again.
    result<void> begin_era(position epoch) override;
    void note_shown(position up_to) noexcept override { progress_.set_shown(up_to); }

    // Removes the days before that one, but never the one that is written. Returns how many files
    // were removed.
    result<std::size_t> drop_days_before(utc_day day);
    // Moves away what readers have found damaged, records and tells it. To be called now and then.
    result<std::size_t> put_away_damaged(wall_time now);
    bool is_upkeep_due() const noexcept override { return inventory_->has_suspects(); }

    // For an import of days of other times, all on the store's thread.
    // Whether a day file ends at that tick.
    bool is_end_of_a_day(position p) const;
    // Moves a sealed day that was made elsewhere on the same file system to its place. What is not
    // known between it and its neighbours becomes a hole, and holes end where it has ticks.
    // Errors: out_of_order (the archive knows that time already), other_kind, damaged.
    result<void> adopt(const std::filesystem::path& sealed_file);

    // Reads everything and says what does not verify. Changes nothing.
    result<std::vector<complaint>> verify();

    struct disk_use {
        std::uint64_t ticks_bytes = 0;
        std::uint64_t damaged_bytes = 0;
        std::uint64_t other_bytes = 0;
    };
    result<disk_use> size_on_disk() const;

    const figures& now() const noexcept override { return figures_; }

    // Readers may outlive the store. What they read ends where it did.
    std::unique_ptr<reader> make_reader() const;
    // For symbols that are not those of the store, perhaps because they no longer are. The table
    // outlives the reader.
    std::unique_ptr<reader> make_reader(const symbol_table& symbols) const;
    std::unique_ptr<tick_reader> reader_of(const symbol_table& symbols) const override;
    candle_place candles() const override;
    std::unique_ptr<text_store> texts() const override;
    std::shared_ptr<const inventory> holds() const noexcept override { return inventory_; }
    const std::filesystem::path& directory() const noexcept { return directory_; }

private:
    store(
        const std::filesystem::path& directory, feed_kind kind, const symbol_table& symbols,
        descriptor lock);

    void recover_now(const store_options& options);
    void append_part(std::span<const tape::past_tick> ticks);
    void write(std::span<const tape::past_tick> ticks);
    void write_to(position first);
    void close_writer(bool is_trusted);
    void give_up_unsynced();
    void change(catalogue::contents next);
    void publish();
    std::optional<utc_day> day_to_drop() const;
    bool has_enough_after(utc_day day) const;
    result<void> retire(wall_time now);
    result<void> count_bytes();
    void set_aside(position epoch);
    void end_sealing(position epoch);
    std::filesystem::path path_of(const held_day& day) const;

    std::filesystem::path directory_;
    feed_kind kind_;
    const symbol_table& symbols_;
    descriptor lock_;
    progress progress_;
    std::unique_ptr<catalogue> catalogue_;
    std::unique_ptr<open_day_writer> writer_;
    day_key written_;           // the day of writer_
    bool is_tried_ = false;     // something was added to it and has been read back
    std::set<day_key> failed_;  // nothing is written to these any more
    std::shared_ptr<inventory> inventory_ = std::make_shared<inventory>();
    found_at_open found_;
    struct sealing {
        seal_job job;
        std::future<result<sealed_facts>> facts;
    };
    std::optional<sealing> sealing_;  // under way
    position last_;
    position synced_;
    retention retention_;
    bool is_size_told_ = false;
    unsigned eras_ = 0;           // since the start
    bool is_era_behind_ = false;  // the newest has not begun as a whole
    figures figures_;
    position held_last_;  // the newest row there is; last_ may be of one that was lost
};

}  // namespace tickertape::archive
