// A store, a keeper of its candles and a clock that a test sets; and candles computed apart.
#pragma once

#include "archive/candle_file.hpp"
#include "archive/candle_keeper.hpp"
#include "archive_fixture.hpp"

#include <random>
#include <tuple>

namespace tickertape::archive::testing {

struct set_clock final : tickertape::clock {
    wall_time wall = morning;
    steady_time steady{1h};
    wall_time wall_now() const noexcept override { return wall; }
    steady_time steady_now() const noexcept override { return steady; }
};

// Ticks of symbols by chance, `step` apart on average.
inline std::vector<tape::past_tick>
random_ticks(wall_time from, int count, std::chrono::milliseconds step, unsigned seed)
{
    std::mt19937 random{seed};
    std::vector<tape::past_tick> ticks;
    auto at = from;
    for (int k = 0; k < count; ++k) {
        ticks.push_back(
            {position{position::at(at).ms(), 0}, static_cast<symbol_id>(random() % 4),
             *price::from(1000 + static_cast<double>(random() % 10'000) / 100), "coinbase"});
        at += 1ms + std::chrono::milliseconds{random() % (2 * step.count())};
    }
    return ticks;
}

// The candles of these ticks, by a way of its own: no builder, no pieces.
inline std::vector<series::candle> all_candles(
    const std::vector<tape::past_tick>& of_one, series::interval of,
    const std::vector<series::hole>& holes)
{
    std::vector<series::candle> candles;
    for (const auto& t : of_one) {
        const auto opens = series::bucket_open(of, t.at.time());
        if (candles.empty() || candles.back().opens != opens) {
            candles.push_back({opens, t.value, t.value, t.value, t.value, 0});
            candles.back().overlaps_hole = series::overlaps_any(holes, of, opens);
        }
        auto& c = candles.back();
        if (t.value.value() > c.high.value())
            c.high = t.value;
        if (t.value.value() < c.low.value())
            c.low = t.value;
        c.close = t.value;
        ++c.ticks;
    }
    return candles;
}

using table_row = std::tuple<symbol_id, series::interval, series::candle>;

inline std::vector<table_row> computed(
    const std::vector<tape::past_tick>& ticks, wall_time until,
    const std::vector<series::hole>& holes = {})
{
    std::vector<table_row> rows;
    for (const auto symbol : symbols().all()) {
        std::vector<tape::past_tick> of_one;
        for (const auto& t : ticks)
            if (t.symbol == symbol)
                of_one.push_back(t);
        for (const auto of : series::intervals)
            for (const auto& c : all_candles(of_one, of, holes))
                if (end_of(of, c.opens) <= until)
                    rows.emplace_back(symbol, of, c);
    }
    return rows;
}

inline void check_same(const std::vector<table_row>& a, const std::vector<table_row>& b)
{
    CHECK(a.size() == b.size());
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        if (a[i] != b[i]) {
            FAIL(
                "differs: " << text(std::get<1>(a[i])) << " at "
                            << std::get<2>(a[i]).opens.time_since_epoch().count() << ", wanted "
                            << text(std::get<1>(b[i])) << " at "
                            << std::get<2>(b[i]).opens.time_since_epoch().count());
        }
}

struct candles_of {
    explicit candles_of(const fs::path& place, wall_time now = morning)
        : directory{place}, archive{open_store(place, now)}, ticks{archive->make_reader()}
    {
        time.wall = now;
    }
    void start()
    {
        keeper.emplace(
            candle_keeper::parts{
                archive->candles(), symbols(),
                [this](const tape::past_query& q) {
                    auto read = ticks->read(q);
                    ticks_read += read ? read->ticks.size() : 0;
                    return read;
                },
                archive->holds(), [this] { return archive->last(); }, time,
                [this](const std::string& why) { said.push_back(why); },
                [this](const std::string& what) { lost.push_back(what); }},
            bounds);
        keeper->catch_up(1'000'000);
    }
    void append(std::span<const tape::past_tick> added)
    {
        REQUIRE(archive->append(added));
        keeper->on_ticks(added);
    }
    // Time goes on.
    void tick_over(std::chrono::milliseconds by)
    {
        time.wall += by;
        time.steady += by;
        while (keeper->on_time(now_of(time)))
            ;
    }
    void wait_until(wall_time then)
    {
        while (time.wall < then)
            tick_over(std::min<std::chrono::milliseconds>(1s, then - time.wall));
    }
    candle_file::answer read(symbol_id symbol, series::interval of)
    {
        candle_file from{directory / "candles.db", symbols(), false};
        const auto first = std::chrono::floor<std::chrono::seconds>(morning);
        return from.read(
            {symbol, of, first - std::chrono::days{30}, first + std::chrono::days{365}});
    }
    std::vector<table_row> table()
    {
        std::vector<table_row> rows;
        for (const auto symbol : symbols().all())
            for (const auto of : series::intervals)
                for (const auto& c : read(symbol, of).candles) {
                    const series::candle value = c.value;
                    rows.emplace_back(symbol, of, value);
                }
        return rows;
    }

    fs::path directory;
    set_clock time;
    std::unique_ptr<store> archive;
    std::unique_ptr<reader> ticks;
    candle_keeper::limits bounds;
    std::vector<std::string> said;
    std::size_t ticks_read = 0;  // by the keeper
    std::vector<std::string> lost;
    std::optional<candle_keeper> keeper;
};

}  // namespace tickertape::archive::testing
