// The archive: what a start makes of it, and what is fetched for it.
#include "application.hpp"

#include "config/value.hpp"
#include "core/timestamp.hpp"
#include "edge.hpp"
#include "feed_choice.hpp"
#include "simulated_archive.hpp"
#include "startup_words.hpp"

#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <vector>

namespace tickertape {

// A first look at the simulator's prices shows full charts. Without a past it begins all the same.
void application::simulate_past()
{
    const auto& wanted = settings_.simulator;
    if (settings_.archive.directory.empty()) {
        log_.warn(
            "no past was simulated", {{"why", "SIMULATOR_HISTORY needs an archive in files"}});
        return;
    }
    const auto directory = std::filesystem::path{settings_.archive.directory} /
                           std::string{archive::text_of(archive::feed_kind::simulator)};
    // Another walk than the one that goes on from there.
    const auto before = time_.steady_now();
    const auto seed = ~wanted.seed.value_or(std::random_device{}());
    try {
        const auto made = make_simulated_archive(
            directory, {.symbols = symbols_,
                        .simulator = wanted,
                        .now = started_.wall,
                        .seed = seed,
                        .minutes_kept = settings_.archive.minutes_kept});
        if (!made)
            return;
        const std::chrono::duration<double, std::milli> took = time_.steady_now() - before;
        log_.info(
            "a past was simulated", {{"wanted", words_of_span(wanted.history)},
                                     {"reaches_back", words_of_span(made->span)},
                                     {"ticks", made->ticks},
                                     {"candles", made->candles},
                                     {"took_ms", std::round(took.count())}});
    } catch (const std::exception& refused) {
        log_.warn("no past was simulated", {{"why", refused.what()}});
    }
}

std::unique_ptr<archiving> application::open_archive()
{
    if (!settings_.archive.is_wanted())
        return nullptr;
    const auto kind = kind_of_feed(settings_.providers);
    // Instances of a cluster have one past, and each would simulate another.
    const bool is_alone = !settings_.relay.is_wanted();
    if (is_alone && kind == archive::feed_kind::simulator &&
        settings_.simulator.history.count() != 0)
        simulate_past();
    return std::make_unique<archiving>(
        settings_.archive, kind,
        archiving::parts{
            tapes_, sources_, time_, context_, log_, metrics_,
            cluster::is_wanted(settings_) ? words_of_log(settings_.relay) : std::string{}});
}

backfill_at_start::parts application::backfill_parts()
{
    return {symbols_, *archive_, provider_strand_, gates_,
            time_,    log_,      metrics_,         place_among_others()};
}

std::unique_ptr<backfill_on_demand> application::open_desk()
{
    if (!archive_ || edge::is_wanted(settings_) || !backfill_on_demand::is_wanted(settings_))
        return nullptr;
    return std::make_unique<backfill_on_demand>(settings_, backfill_parts());
}

// Who of several instances asks for candles of before.
backfill_at_start::place application::place_among_others() const
{
    using place = backfill_at_start::place;
    if (!cluster::is_wanted(settings_))
        return place::alone;
    return settings_.archive.database.empty() ? place::archive_of_its_own : place::shares_archive;
}

std::vector<std::optional<price>> application::last_prices() const
{
    std::vector<std::optional<price>> last;
    for (const auto id : symbols_.all()) {
        const auto newest = tapes_.newest_tick(id);
        if (newest)
            last.push_back(newest->value);
        else  // behind a hole, as after a restored backup
            last.push_back(archive_ ? archive_->last_price(id) : std::nullopt);
    }
    return last;
}

}  // namespace tickertape
