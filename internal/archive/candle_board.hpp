// What the keeper of candles shows to those who read them: how far candles are closed, and the
// candles that are forming; and what readers tell the keeper, which candles they found damaged.
//
// Threads: any.
#pragma once

#include "archive/candle_store.hpp"
#include "series/candle_builder.hpp"
#include "series/change_log.hpp"

#include <array>
#include <mutex>

namespace tickertape::archive {

// Of one symbol, one for each of series::intervals.
using candle_builders = std::array<series::candle_builder, series::intervals.size()>;

class candle_board {
public:
    // Damage that waits to be repaired; past it what readers tell is forgotten, and told again by
    // the next one that meets it.
    static constexpr std::size_t damage_max = 1'000;

    explicit candle_board(std::size_t symbols) : builders_(symbols) {}

    struct view {
        candle_builders builders;
        // All candles whose bucket ends by then are in the file.
        series::candle_time closed_until;
        // Changes when the file has been replaced by another one.
        unsigned file;
        // Nothing is forming that could be told: the keeper is behind.
        bool is_behind;
    };
    view look(symbol_id symbol) const;

    void report(const candle_damage& found);
    // SQLite could not read the file for somebody.
    void report_unreadable();

    // Which closed candles were changed or added while this process ran.
    series::change_log& changes() noexcept { return changes_; }
    const series::change_log& changes() const noexcept { return changes_; }

    // For the keeper. After `closed` its file has what it says.
    void set(std::span<const candle_builders> all, series::candle_time closed_until);
    void set_first(symbol_id symbol, const series::candle_builder& of);
    void set_behind(series::candle_time closed_until);
    void set_file_replaced();
    std::vector<candle_damage> take_damage();
    bool take_unreadable();

private:
    mutable std::mutex mutex_;
    std::vector<candle_builders> builders_;
    series::candle_time closed_until_{};
    unsigned file_ = 0;
    bool is_behind_ = true;
    std::vector<candle_damage> damage_;
    series::change_log changes_;
    bool is_unreadable_ = false;
};

// The candle of that interval which is forming, with the ticks of the shorter ones in it.
std::optional<series::candle>
forming_of(const candle_builders& of, series::interval which) noexcept;

}  // namespace tickertape::archive
