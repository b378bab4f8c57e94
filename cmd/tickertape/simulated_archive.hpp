// The archive that a simulator would have left, for a first look at full charts: ticks and candles
// of a past that ends one period before now. It is made beside its place and moved there when all
// of it is on the disk, so a process that is killed meanwhile leaves nothing half-made.
//
// Threads: one.
#pragma once

#include "archive/settings.hpp"
#include "core/clock.hpp"
#include "core/symbol.hpp"
#include "synthetic/settings.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>

namespace tickertape {

struct simulated_archive {
    const symbol_table& symbols;
    synthetic::simulator_settings simulator;
    wall_time now;
    // Of the past, which is another one for each.
    std::uint64_t seed;
    // How long 1m candles are kept; 0: for ever.
    std::chrono::milliseconds minutes_kept{0};
    // Of all symbols and intervals: with more it reaches back less far.
    std::size_t candles_max = 200'000;
    // Of all symbols: with more they are further apart.
    std::size_t ticks_max = 40'000;
};

struct simulated_archive_report {
    std::chrono::milliseconds span;  // how far it reaches back
    std::size_t ticks;
    std::size_t candles;
};

// Makes it in `directory`, that of the simulator's archive, unless something is there. Returns none
// where it made nothing. Throws std::runtime_error, one line; nothing is left of it then but files
// that the next call removes.
std::optional<simulated_archive_report>
make_simulated_archive(const std::filesystem::path& directory, const simulated_archive& wanted);

}  // namespace tickertape
