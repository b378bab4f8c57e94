// The ticks of one feed in PostgreSQL: a schema with one partition for each UTC day, written by one
// process at a time. What was committed survives the end of this process by any signal; what was
// synced survives a loss of the server's power.
//
// One connection writes. It holds an advisory lock, so nobody else does at the same time, and
// notices when another process has written meanwhile. Where it is lost each call tries to have
// another one; what the server lost with it is noticed then, and last() goes back.
//
// Instances of a cluster, which have the same ticks, may share the archive. One of them writes; for
// the others a tick is in the store once they have found it there. When the one that writes ends,
// hangs or loses its connection another goes on from the last tick that is there.
//
// A page in a directory of this machine says how far ticks have been committed and shown, because a
// server that cannot be reached cannot be told. Without it a kill is taken for a loss. A cluster
// needs no page: what was shown is in the log that its instances share.
//
// Errors: archive_errc, with a text for the operator in which there is no password.
//
// Threads: one for the store; note_shown(), end_soon(), writes(), prefer_to_write(), holds() and
// now() any.
#pragma once

#include "archive/kind.hpp"
#include "archive/progress.hpp"
#include "archive/recorder.hpp"
#include "archive/repository.hpp"
#include "postgres/connection.hpp"
#include "postgres/locks.hpp"
#include "postgres/names.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace tickertape::postgres {

// A process that writes a shared archive and does not go on for so long, while another one has
// newer ticks, is cut off from it.
inline constexpr std::chrono::milliseconds stuck_max{5'000};

struct store_options {
    // When this life begins.
    wall_time now;
    // Outlives the store and its readers.
    const symbol_table& symbols;
    std::string url;
    // Where the page is; empty: there is none.
    std::string state_directory;
    // always: each append() is on the server's disk when it returns.
    archive::sync_policy sync = archive::sync_policy::each_second;
    // Empty: as the kernel says. For tests of a loss of power.
    std::string boot;
    // The cluster whose instances share it, as the operator would name it; empty: this process has
    // it for itself.
    std::string cluster{};
    std::chrono::milliseconds stuck_after = stuck_max;
};

class store final : public archive::repository {
public:
    using milliseconds = std::chrono::milliseconds;

    // While another process writes, how often it is asked whether it has: soon, and then less
    // often.
    static constexpr milliseconds look_first{2};
    static constexpr milliseconds look_last{20};
    // How often it is tried meanwhile to write in its place.
    static constexpr milliseconds take_over_each{50};
    // What counts of the time between two looks.
    static constexpr milliseconds waits_most{200};
    // So long it is left to one that prefers to write.
    static constexpr milliseconds leave_to_preferring{1'000};

    // Makes the tables if they are not there, and begins a new life in them. Errors: in_use,
    // other_kind, newer_schema, not_accessible, or what PostgreSQL said.
    static archive::result<std::unique_ptr<store>>
    open(archive::feed_kind kind, const store_options& options);
    // Without end_cleanly(), that is like a signal that ends the process.
    ~store() override;
    store(const store&) = delete;
    store& operator=(const store&) = delete;

    archive::result<void> append(std::span<const tape::past_tick> ticks) override;
    position last() const noexcept override { return last_; }
    archive::result<void> sync() override;
    position synced() const noexcept override { return synced_; }
    archive::result<void> record_hole(archive::hole h) override;
    archive::result<void> begin_era(position epoch) override;
    void note_shown(position up_to) noexcept override;
    archive::result<void> keep_up(wall_time now) override;
    archive::result<void> end_cleanly(wall_time now) override;
    void end_soon() noexcept override;
    bool writes() const noexcept override;
    void prefer_to_write(bool so) noexcept override;

    const archive::found_at_open& found() const noexcept override { return found_; }
    std::shared_ptr<const archive::inventory> holds() const noexcept override { return inventory_; }
    const figures& now() const noexcept override { return figures_; }
    void set_retention(archive::retention terms) override { retention_ = std::move(terms); }
    std::unique_ptr<archive::tick_reader> reader_of(const symbol_table& symbols) const override;
    archive::candle_place candles() const override;
    std::unique_ptr<archive::text_store> texts() const override;

private:
    struct life_before {
        std::int64_t number = 0;  // 0: there was none
        bool ended_cleanly = false;
        position last;
        position synced;
        position set_aside_after;  // what its page says may lie after that, in an era before
        std::string cluster;       // the archive's
    };

    store(archive::feed_kind kind, const store_options& options);

    // Opening: store_recovery.cpp.
    void begin(const store_options& options);
    void begin_life(const life_before& life);
    void open_page(const store_options& options);
    void lock(connection& of, int own_backend) const;
    life_before read_life(connection& from);
    void read_holes(connection& from);
    void judge(const life_before& life, const store_options& options);
    void judge_life_of_cluster(const life_before& life, bool goes_on);
    void lose(position from, position to, archive::hole_reason reason);
    void load(connection& from);

    // Where it is shared: store_sharing.cpp.
    bool is_shared() const noexcept { return !cluster_.empty(); }
    void join(const store_options& options);
    void attach_again(std::unique_ptr<connection> to, int own_backend);
    void refresh();
    void reload();
    void go_back_if_lost();
    bool try_to_write(bool is_urgent = false);
    void take_over();
    void give_way();
    bool is_written_elsewhere(std::span<const tape::past_tick> ticks);
    bool wait_for(std::span<const tape::past_tick> ticks_of_day);
    bool are_there(std::span<const tape::past_tick> ticks_of_day);
    void compare(std::span<const tape::past_tick> ticks_of_day);
    void cut_off_writer();
    void tell_preference();
    void end_life(const std::string& when);
    void say(const std::string& what) const;

    void attach();
    void write(std::span<const tape::past_tick> ticks);
    void begin_day(archive::utc_day day, position first);
    void write_holes();
    std::string holes_as_statements() const;
    void note_page();
    void run_synced(const std::string& statements, connection::milliseconds most);
    void publish();
    archive::result<void> retire(wall_time now);
    std::optional<archive::utc_day> day_to_drop() const;
    bool has_enough_after(archive::utc_day day) const;
    void drop_days();
    void forget_after(position epoch);
    void set_aside_after(position epoch);
    void count_bytes();

    const archive::feed_kind kind_;
    const symbol_table& symbols_;
    const archive::sync_policy sync_;
    const std::string cluster_;
    const milliseconds stuck_after_;
    const std::shared_ptr<std::atomic<bool>> ending_ = std::make_shared<std::atomic<bool>>(false);
    const connection::terms terms_;
    std::string boot_;
    std::unique_ptr<archive::progress> page_;  // null: there is none
    std::unique_ptr<connection> connection_;
    const locks locks_;
    std::optional<names> names_;
    // The life of this process that writes; 0: another process does. Candle stores look at it.
    const std::shared_ptr<std::atomic<std::int64_t>> life_ =
        std::make_shared<std::atomic<std::int64_t>>(0);
    std::atomic<bool> prefers_{false};
    bool says_that_it_prefers_ = false;  // holds the lock for that
    std::chrono::steady_clock::time_point next_try_{};
    std::int64_t changes_ = -1;           // of the tables, as they were loaded
    std::vector<archive::hole> lacking_;  // of this instance, where another one writes
    bool is_foreign_ = false;             // the archive has other ticks

    std::map<archive::utc_day, archive::held_day> days_;
    std::vector<archive::hole> holes_;
    bool are_holes_behind_ = false;  // the table lacks some
    archive::utc_day dropped_before_{};
    bool are_days_behind_ = false;  // the tables have some that are dropped
    position epoch_;
    unsigned eras_ = 0;
    position last_;
    position synced_;
    position held_last_;  // the newest row there is; last_ may be of one that was lost
    position given_;      // the newest that was committed in this era, whatever became of it

    std::shared_ptr<archive::inventory> inventory_ = std::make_shared<archive::inventory>();
    archive::found_at_open found_;
    archive::retention retention_;
    figures figures_;
};

}  // namespace tickertape::postgres
