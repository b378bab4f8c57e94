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
// Threads: one, that of the recorder; the figures and the board any.
#pragma once

#include "archive/candle_board.hpp"
#include "archive/inventory.hpp"
#include "archive/store_listener.hpp"
#include "core/tally.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
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
        // 1m candles that are dropped at once.
        std::size_t dropped_max = 50'000;
        // Ranges that do not verify of which it is remembered that they cannot be repaired.
        std::size_t hopeless_max = 10'000;
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
        std::atomic<std::uint64_t> bytes{0};
        std::atomic<bool> failing{false};
    };

    // All parts outlive this. Touches no candle store before catch_up() or on_time().
    candle_keeper(parts of, limits bounds);

    // Reads archived ticks until nothing is left, or for so many batches. For before the recorder
    // is started.
    void catch_up(int batches_max);

    void on_ticks(std::span<const tape::past_tick> ticks) noexcept override;
    void on_hole(const hole& h) noexcept override;
    void on_new_era(position epoch) noexcept override;
    bool on_time(const moment& now) noexcept override;
    void keep_up(wall_time now) noexcept override;
    void on_end() noexcept override;

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
    void flush();
    void publish();
    void reopen(wall_time from);
    void watch(const moment& now) noexcept;
    bool repair(const candle_damage& where);
    void repair_ends();
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

    std::vector<candle_builders> builders_;
    series::candle_time closed_until_{};   // as the builders have it
    series::candle_time written_until_{};  // as the file has it
    position taken_;                       // the last tick
    position read_to_;                     // of the archived ticks
    std::vector<candle_row> rows_;         // closed, and not written
    std::vector<series::hole> holes_;      // while candles are closed
    std::vector<bool> is_touched_;
    std::vector<symbol_id> touched_;

    std::optional<clock_reading> seen_;
    boot_time agreed_since_{};
    std::set<std::tuple<symbol_id, series::interval, series::candle_time>> hopeless_;
    figures figures_;
};

}  // namespace tickertape::archive
