// The closed candles of an archive in PostgreSQL. Damage is the server's to find, with checksums of
// its pages: here every row that is there verifies.
//
// All functions throw archive::thrown_failure. Threads: one at a time.
#pragma once

#include "archive/candle_store.hpp"
#include "postgres/connection.hpp"
#include "postgres/names.hpp"

#include <atomic>
#include <memory>

namespace tickertape::postgres {

class candle_table : public archive::candle_store {
public:
    // The life of this process that writes the archive; 0: another process does.
    using own_life = std::shared_ptr<const std::atomic<std::int64_t>>;

    // Of the life that it is now: a later one ends what this writes. The table outlives this.
    candle_table(connection::terms of, const symbol_table& symbols, own_life life, bool may_write);
    ~candle_table() override;

    answer read(const query& asked) override;
    series::candle_time closed_until() override;
    void begin() override;
    void commit() override;
    void roll_back() noexcept override;
    using candle_store::put;
    std::size_t
    put(std::span<const archive::candle_row> candles, std::string_view source,
        bool replace) override;
    void set_closed_until(series::candle_time until) override;
    void remove_own_after(series::candle_time time) override;
    series::candle_time
    end_before(symbol_id id, series::interval of, series::candle_time time) override;
    std::size_t drop_minutes_before(series::candle_time time, std::size_t rows_max) override;
    series::candle_time minutes_dropped_before() override;
    std::optional<series::candle_time> oldest_minute() override;
    void sync() override;
    std::uint64_t used_bytes() override;
    void note_symbols() override;
    bool is_current() const noexcept override;

    // Nothing is damaged, nothing is lost, and there is no log of ours. Candles that the server
    // lost are made anew of the ticks, from where it says that they are closed.
    bool remove_damaged(const archive::candle_damage&) override { return false; }
    std::vector<lost_end> lost_ends() override { return {}; }
    void keep_lost(const archive::candle_damage&) override {}
    void checkpoint_if_long() override {}
    void finish() override {}

    static archive::candle_place place_of(const connection::terms& of, const own_life& life);

protected:
    std::int64_t fact(std::string_view of) override;
    void set_fact(std::string_view of, std::int64_t value) override;

private:
    const symbol_table& symbols() const noexcept override { return symbols_; }

    const symbol_table& symbols_;
    const own_life newest_life_;
    const std::int64_t life_;
    connection connection_;
    names names_;
    bool is_within_ = false;  // a transaction
};

// Where another process writes the archive: it makes the same candles of the same ticks. So this
// puts nothing, and candles of before that are still to be made are for that one to make.
class followed_candle_table final : public candle_table {
public:
    using candle_table::candle_table;

    bool is_kept_elsewhere() const noexcept override { return true; }
    void begin() override {}
    void commit() override {}
    void roll_back() noexcept override {}
    std::size_t put(std::span<const archive::candle_row>, std::string_view, bool) override
    {
        return 0;
    }
    void set_closed_until(series::candle_time) override {}
    void remove_own_after(series::candle_time) override {}
    std::size_t drop_minutes_before(series::candle_time, std::size_t) override { return 0; }
    void sync() override {}
    void note_symbols() override {}

private:
    std::int64_t fact(std::string_view of) override;
    void set_fact(std::string_view, std::int64_t) override {}
};

}  // namespace tickertape::postgres
