// Makes candles of the ticks that are in the store and keeps them in a candle store: 1m of ticks,
// the longer ones of shorter ones.
//
// A minute is closed by the first tick of any symbol after it, because positions ascend over all
// symbols: nothing that is committed later can belong to it. Where no tick comes it is closed by
// the clock, `grace` after its end. Should a tick come for it all the same, it is opened again.
//
// Closed candles and up to when they are closed are written in one transaction. Where it starts,
// and where the candle store has failed, the keeper goes on from there with the archived ticks, a
// batch at a time: no tick waits for a candle.
//
// Threads: one, that of the recorder; offer(), the figures and the board any.
#pragma once

#include "archive/candle_board.hpp"
#include "archive/inventory.hpp"
#include "archive/store_listener.hpp"
#include "core/tally.hpp"

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace tickertape::archive {

class candle_keeper final : public store_listener {
public:
    struct limits {
        // 1m candles older than that are dropped; 0: never.
        std::chrono::seconds minutes_kept{0};
        // Twice as long as a step of the clock is doubted (tape/timeline.hpp): positions that are
        // given later are not dated before it.
        std::chrono::seconds grace{10};
        // After a failure it tries again.
        std::chrono::milliseconds retry{5'000};
        // Ticks that are read from the archive at once.
        std::size_t batch_max = 20'000;
        // Where ticks came to times of before: so much time of them is made into minutes at once,
        // at most batch_max ticks, and so many symbols into longer candles.
        std::chrono::minutes made_at_once{60};
        std::size_t symbols_at_once = 4;
        // How much faster than time itself 1m candles grow too old: a day of them in an hour. So
        // a clock that is far ahead cannot drop years of them before somebody sets it.
        int drop_pace = 24;
        // 1m candles that are dropped at once.
        std::size_t dropped_max = 50'000;
        // Ranges that do not verify of which it is remembered that they cannot be repaired.
        std::size_t hopeless_max = 10'000;
        // Pieces of work of others that wait.
        std::size_t work_max = 16;
        // Candles that wait until the process which keeps them has closed them too.
        std::size_t unwritten_max = 100'000;
        // All candles are read and verified at the start and then so often, so many at once.
        std::chrono::hours check_each{1};
        std::size_t checked_max = 20'000;
    };

    struct parts {
        candle_place place;
        // Those that are priced, and after them those that were once: their candles are closed too.
        const symbol_table& symbols;
        // Archived ticks, as of tape/past.hpp.
        std::function<result<tape::past_batch>(const tape::past_query&)> read;
        // What the archive holds.
        std::shared_ptr<const inventory> holds;
        // The last tick of the store.
        std::function<position()> last;
        const clock& time;
        // Told when it fails, with the reason, and when it works again: empty.
        std::function<void(const std::string& why)> state_changed;
        // Told which candles are lost for good. May be empty.
        std::function<void(const std::string& what)> lost{};
    };

    // Closed candles of one interval, of all symbols.
    struct holding {
        std::atomic<std::uint64_t> candles{0};
        std::atomic<std::int64_t> first{0};  // when the oldest opens, in Unix seconds; 0: none does
    };

    // For any thread; each a number of its own.
    struct figures {
        tally candles;
        tally transactions;
        tally failures;
        tally opened_again;  // minutes that were closed too early, and eras
        tally repaired;      // ranges that did not verify and were made anew
        tally not_repaired;  // ranges that did not verify and cannot be made anew
        tally minutes_dropped;
        tally checks;  // of all candles
        // As they were counted by the last check, and what came since.
        std::array<holding, series::intervals.size()> held;
        std::atomic<std::uint64_t> bytes{0};
        std::atomic<bool> failing{false};
    };

    // All parts outlive this. Touches no candle store before catch_up() or on_time().
    candle_keeper(parts of, limits bounds);

    // Reads archived ticks until nothing is left, or for so many batches. Returns whether nothing
    // is left. For before the recorder is started.
    bool catch_up(int batches_max);

    // For an import. Says, before ticks of these days come, that they will: what catches up makes
    // their candles then, here or after the end of the process. Returns whether it is on the disk.
    bool expect(utc_day first, utc_day last) noexcept;
    // After catch_up(): closes what is over by that time, when nobody else will.
    bool close_by(wall_time now) noexcept;

    void on_ticks(std::span<const tape::past_tick> ticks) noexcept override;
    void on_hole(const hole& h) noexcept override;
    void on_new_era(position epoch) noexcept override;
    bool on_time(const moment& now) noexcept override;
    void keep_up(wall_time now) noexcept override;
    void on_end() noexcept override;

    // Work on candles.db that others have for its one writer. Done between ticks, a piece at a
    // time, once all candles of ticks are made; not done where the recorder ends before. It makes
    // transactions of its own; after one that throws thrown_failure the file is opened anew.
    // Returns false if limits::work_max wait already. Threads: any.
    using work = std::function<void(candle_store&)>;
    bool offer(work piece);

    // For retention. Candles of ticks before that time are on the disk.
    wall_time kept_until() noexcept;
    // Drops the oldest day of 1m candles and returns how many that were.
    std::size_t drop_oldest_minutes() noexcept;

    candle_board& board() noexcept { return board_; }
    const figures& now() const noexcept { return figures_; }

private:
    enum class state {
        closed,   // the candle store is to be opened, after a failure perhaps
        reading,  // behind: reads archived ticks
        live,
    };

    template <class F>
    bool try_to(F act) noexcept;
    void failed(const failure& why) noexcept;
    void open();
    void load();
    bool step();
    void feed(std::span<const tape::past_tick> ticks);
    void close(series::candle_time until);
    void give(std::size_t symbol, series::interval of, series::candle closed);
    bool flush();
    void flush_and_publish();
    bool is_closed_there();
    void look_who_keeps() noexcept;
    void publish();
    bool work_of_others();
    void tell_changes();
    position present() const;
    void reopen(wall_time from);
    // A day, or a part of one, of which candles are being made. The store knows of it when it is
    // done.
    struct day_in_making {
        series::candle_time from;
        series::candle_time until;
        position read_to;
        std::vector<series::candle_builder> minutes;  // one for each symbol
        bool has_minutes = false;
        std::size_t symbols_done = 0;  // of longer candles
    };
    bool begin_day();
    void make_more();
    void make_minutes(day_in_making& of);
    void make_longer(day_in_making& of);
    void make_longer(const day_in_making& of, symbol_id symbol, series::interval longer);
    void put_unless_fewer(std::span<const candle_row> rows);
    bool is_part(const candle_row& row) const;
    void leave_fetched(std::vector<candle_row>& rows);
    std::vector<series::hole>
    holes_and_fetched(candle_store::answer& pieces, series::interval finer, wall_time since) const;
    void note_fetched(const series::changed_candles& what);
    void drop_old_minutes(wall_time now);
    candle_store::time_range with_neighbours(candle_store::time_range days) const;
    void watch(const moment& now) noexcept;
    bool repair(const candle_damage& where);
    void repair_reported();
    void repair_ends();
    void lose(const candle_damage& where);
    void tell_lost();
    void check_some();
    void check_series(series::interval of, symbol_id symbol, std::size_t& left);
    void end_check();
    void check_soon() noexcept { checked_at_.reset(); }
    void count_dropped(std::size_t minutes) noexcept;
    bool make_anew(candle_damage& where, std::vector<candle_row>& rows);
    bool make_minutes(candle_damage& where, std::vector<candle_row>& rows);
    bool make_longer(candle_damage& where, std::vector<candle_row>& rows);
    void replace(const candle_damage& where, std::span<const candle_row> rows);
    std::vector<series::hole> holes_after(wall_time time) const;

    const parts of_;
    const limits limits_;
    candle_board board_;
    state state_ = state::closed;
    std::unique_ptr<candle_store> file_;
    bool is_damaged_ = false;
    bool is_told_ = false;
    steady_time not_before_{};
    std::optional<wall_time> reopen_from_;  // where the candle store could not be changed
    // Before it reads on: ticks of that time came later.
    std::optional<candle_store::time_range> to_make_;
    std::optional<day_in_making> making_;

    std::vector<candle_builders> builders_;
    series::candle_time closed_until_{};   // as the builders have it
    series::candle_time written_until_{};  // as the file has it
    position taken_;                       // the last tick
    position read_to_;                     // of the archived ticks
    std::vector<candle_row> rows_;         // closed, and not written
    std::vector<series::hole> holes_;      // while candles are closed
    std::vector<bool> is_touched_;
    std::vector<symbol_id> touched_;

    std::optional<steady_time> dropped_at_;     // when old 1m candles were last looked for
    std::optional<wall_time> may_drop_before_;  // they may be dropped by the pace of the clock
    std::optional<clock_reading> seen_;
    boot_time agreed_since_{};
    std::set<std::tuple<symbol_id, series::interval, series::candle_time>> hopeless_;
    std::size_t lost_ranges_ = 0;  // found since lost() was told
    candle_damage first_lost_{};

    // Under way: which series is next, where it goes on, and what was counted so far.
    struct check {
        std::unique_ptr<candle_store> file;
        std::size_t series = 0;
        series::candle_time from{};
        series::candle_time until;
        std::array<std::uint64_t, series::intervals.size()> candles{};
        std::array<series::candle_time, series::intervals.size()> first{};
    };
    std::optional<check> check_;
    std::optional<steady_time> checked_at_;  // when the last one began; none: it is due
    figures figures_;

    std::mutex work_mutex_;
    std::deque<work> work_;
};

}  // namespace tickertape::archive
