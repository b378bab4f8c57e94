#include "simulated_archive.hpp"

#include "archive/candle_file.hpp"
#include "archive/files.hpp"
#include "archive/store.hpp"
#include "synthetic/simulated_past.hpp"
#include "synthetic/simulator.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace tickertape {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t ticks_at_once = 4'096;

// Ticks of all symbols, which have them at the same times: one row for each symbol.
using tick_rows = std::vector<std::vector<synthetic::past_tick>>;

template <class T>
T value_of(archive::result<T> r)
{
    if (!r)
        throw archive::thrown_failure{r.error()};
    if constexpr (!std::is_void_v<T>)
        return std::move(*r);
}

// An archive that a life has begun in has files beside these two, whether it has ticks or not.
bool is_untouched(const fs::path& directory)
{
    if (!fs::exists(directory))
        return true;
    return std::ranges::all_of(fs::directory_iterator{directory}, [](const auto& entry) {
        const auto name = entry.path().filename();
        return name == "LOCK" || name == "KIND";
    });
}

// Removes what an attempt before has left.
void clear(const fs::path& draft)
{
    archive::make_directory(draft);
    const auto held = archive::lock_directory(draft);
    for (const auto& entry : fs::directory_iterator{draft})
        if (entry.path().filename() != "LOCK")
            fs::remove_all(entry.path());
}

synthetic::past_settings settings_of(const simulated_archive& wanted, symbol_id symbol)
{
    const auto count = wanted.symbols.size();
    return {
        .walk = walk_of(wanted.symbols, symbol, wanted.simulator, wanted.seed),
        .period = wanted.simulator.period,
        .end = wanted.now - wanted.simulator.period,
        .span = wanted.simulator.history,
        .minutes_max = wanted.minutes_kept.count() == 0
                           ? std::chrono::hours::max()
                           : std::chrono::floor<std::chrono::hours>(wanted.minutes_kept),
        .ticks_max = wanted.ticks_max / count,
        .candles_max = wanted.candles_max / count};
}

std::size_t write_ticks(archive::store& to, const tick_rows& rows)
{
    std::vector<tape::past_tick> batch;
    std::size_t written = 0;
    const auto write = [&] {
        value_of(to.append(batch));
        written += batch.size();
        batch.clear();
    };
    for (std::size_t k = 0; k < rows.front().size(); ++k) {
        for (std::size_t symbol = 0; symbol < rows.size(); ++symbol) {
            const auto& [at, value] = rows[symbol][k];
            const position place{position::at(at).ms(), symbol};
            batch.push_back({place, static_cast<symbol_id>(symbol), value, "simulator"});
        }
        if (batch.size() >= ticks_at_once)
            write();
    }
    write();
    return written;
}

std::vector<archive::candle_row> rows_of(symbol_id symbol, const synthetic::simulated_past& past)
{
    std::vector<archive::candle_row> rows;
    for (const auto of : series::intervals)
        for (const auto& c : past.candles[static_cast<std::size_t>(of)]) {
            rows.push_back({symbol, of, c});
            // The past begins in its middle.
            rows.back().value.overlaps_hole = c.opens < past.begin;
        }
    return rows;
}

// Candles of a year of 250 symbols would not fit into memory: one symbol after the other.
simulated_archive_report fill(const fs::path& draft, const simulated_archive& wanted)
{
    simulated_archive_report report{};
    tick_rows ticks;
    archive::candle_file candles{draft / "candles.db", wanted.symbols, true};
    candles.begin();
    candles.note_symbols();
    series::candle_time closed_until{};
    for (const auto symbol : wanted.symbols.all()) {
        auto past = synthetic::make_past(settings_of(wanted, symbol));
        report.candles += candles.put(rows_of(symbol, past));
        closed_until = past.ticks_from;
        report.span = std::chrono::floor<std::chrono::milliseconds>(wanted.now - past.begin);
        ticks.push_back(std::move(past.ticks));
    }
    // The keeper of candles makes those of the ticks.
    candles.set_closed_until(closed_until);
    candles.commit();
    candles.finish();
    candles.sync();
    auto store = value_of(archive::store::open(
        draft, archive::feed_kind::simulator,
        {.now = ticks.front().front().at,
         .symbols = wanted.symbols,
         .boot = std::string{archive::simulated_boot}}));
    // As at the first start of any server: the time before the archive is not known.
    value_of(store->record_hole(
        {position{}, position::at(wanted.now - report.span).previous(),
         archive::hole_reason::not_archived}));
    report.ticks = write_ticks(*store, ticks);
    value_of(store->end_cleanly(ticks.front().back().at));
    return report;
}

}  // namespace

std::optional<simulated_archive_report>
make_simulated_archive(const fs::path& directory, const simulated_archive& wanted)
{
    const fs::path draft = directory.string() + std::string{archive::unfinished};
    auto made = archive::guarded([&]() -> std::optional<simulated_archive_report> {
        if (!is_untouched(directory))
            return std::nullopt;
        // Held until it is renamed: who comes second is told that it is in use, and makes nothing.
        archive::make_directory(directory);
        const auto held = archive::lock_directory(directory);
        // Somebody may have been done with it in between.
        if (!is_untouched(directory))
            return std::nullopt;
        clear(draft);
        const auto report = fill(draft, wanted);
        for (const auto& entry : fs::directory_iterator{draft})
            archive::sync_path(entry.path());
        archive::sync_path(draft);
        // A directory that is not empty cannot be moved to: what another process has put there
        // since stays.
        fs::remove_all(directory);
        archive::rename_file(draft, directory);
        archive::sync_path(fs::absolute(directory).parent_path());
        return report;
    });
    if (!made)
        throw std::runtime_error{made.error().text};
    return *made;
}

}  // namespace tickertape
