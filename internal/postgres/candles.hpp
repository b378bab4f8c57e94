// The closed candles of an archive in PostgreSQL. Damage is the server's to find, with checksums of
// its pages: here every row that is there verifies.
//
// All functions throw archive::thrown_failure. Threads: one at a time.
#pragma once

#include "archive/candle_store.hpp"
#include "postgres/connection.hpp"
#include "postgres/names.hpp"

namespace tickertape::postgres {

class candle_table final : public archive::candle_store {
public:
    // Of the life with that number: a later one ends what this writes. The table outlives this.
    candle_table(
        connection::terms of, const symbol_table& symbols, std::int64_t life, bool may_write);
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

    // Nothing is damaged, nothing is lost, and there is no log of ours. Candles that the server
    // lost are made anew of the ticks, from where it says that they are closed.
    bool remove_damaged(const archive::candle_damage&) override { return false; }
    std::vector<lost_end> lost_ends() override { return {}; }
    void keep_lost(const archive::candle_damage&) override {}
    void checkpoint_if_long() override {}
    void finish() override {}

    static archive::candle_place place_of(const connection::terms& of, std::int64_t life);

private:
    const symbol_table& symbols() const noexcept override { return symbols_; }
    std::int64_t fact(std::string_view of) override;
    void set_fact(std::string_view of, std::int64_t value) override;

    const symbol_table& symbols_;
    const std::int64_t life_;
    connection connection_;
    names names_;
    bool is_within_ = false;  // a transaction
};

}  // namespace tickertape::postgres
