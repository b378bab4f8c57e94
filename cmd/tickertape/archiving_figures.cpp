// The metrics of the archive.
#include "archiving.hpp"

namespace tickertape {

void archiving::publish_figures()
{
    using kind = telemetry::metrics::kind;
    auto& to = of_.figures;
    const auto sampled = [&](kind k, const std::string& name, const std::string& help, auto value) {
        to.sampled(k, name, help, {}, [this, value] {
            return recorder_ ? static_cast<double>(value(*this)) : 0.0;
        });
    };
    sampled(
        kind::counter, "tickertape_archive_ticks_total", "Ticks written to the archive.",
        [](const archiving& a) { return a.recorder_->now().ticks.value(); });
    sampled(
        kind::counter, "tickertape_archive_transactions_total",
        "Transactions in which they were written.",
        [](const archiving& a) { return a.recorder_->now().transactions.value(); });
    sampled(
        kind::counter, "tickertape_archive_failures_total",
        "Failed attempts to write to the archive.",
        [](const archiving& a) { return a.recorder_->now().failures.value(); });
    sampled(
        kind::counter, "tickertape_archive_holes_total",
        "Holes recorded because ticks could not be archived in time.",
        [](const archiving& a) { return a.recorder_->now().holes.value(); });
    sampled(
        kind::counter, "tickertape_archive_passed_total",
        "Ticks that were shown before the archive had them.",
        [](const archiving& a) { return a.passed_.load(std::memory_order_relaxed); });
    sampled(
        kind::gauge, "tickertape_archive_up",
        "1 where the archive takes ticks in time; 0 where it fails or is passed by.",
        [](const archiving& a) {  // relaxed: words of their own.
            return !a.recorder_->now().failing.load(std::memory_order_relaxed) &&
                   !a.is_passing_.load(std::memory_order_relaxed);
        });
    sampled(
        kind::gauge, "tickertape_archive_writer",
        "1 where this instance writes the archive; 0 where another one that shares it does.",
        [](const archiving& a) { return a.writes(); });
    sampled(
        kind::counter, "tickertape_archive_takeovers_total",
        "How often this instance began to write a shared archive after another.",
        [](const archiving& a) { return a.store_->now().takeovers.value(); });
}

void archiving::publish_candle_figures()
{
    using kind = telemetry::metrics::kind;
    const auto sampled = [&](kind k, const std::string& name, const std::string& help, auto value) {
        of_.figures.sampled(k, name, help, {}, [this, value] {
            return static_cast<double>(value(candles_->now()));
        });
    };
    using figures = archive::candle_keeper::figures;
    sampled(
        kind::counter, "tickertape_archive_candles_total", "Closed candles that were written.",
        [](const figures& f) { return f.candles.value(); });
    sampled(
        kind::counter, "tickertape_archive_candle_failures_total",
        "Failed attempts to keep candles.", [](const figures& f) { return f.failures.value(); });
    sampled(
        kind::counter, "tickertape_archive_candles_repaired_total",
        "Ranges of candles that did not verify and were made anew.",
        [](const figures& f) { return f.repaired.value(); });
    sampled(
        kind::counter, "tickertape_archive_candles_damaged_total",
        "Ranges of candles that did not verify and cannot be made anew.",
        [](const figures& f) { return f.not_repaired.value(); });
    sampled(
        kind::counter, "tickertape_archive_minutes_dropped_total",
        "1m candles that were dropped because their time had passed.",
        [](const figures& f) { return f.minutes_dropped.value(); });
    sampled(
        kind::gauge, "tickertape_archive_candle_bytes", "Bytes that candles take.",
        // relaxed: a word of its own.
        [](const figures& f) { return f.bytes.load(std::memory_order_relaxed); });
    const auto of_store = [&](kind k, const std::string& name, const std::string& help,
                              auto value) {
        of_.figures.sampled(
            k, name, help, {}, [this, value] { return static_cast<double>(value(store_->now())); });
    };
    using stored = archive::repository::figures;
    of_store(
        kind::counter, "tickertape_archive_days_dropped_total",
        "Days of ticks that were dropped because their time had passed or there was no room.",
        [](const stored& f) { return f.days_dropped.value(); });
    of_store(
        kind::counter, "tickertape_archive_damaged_total",
        "Days of ticks, or parts of one, that were found damaged since the start.",
        [](const stored& f) { return f.damaged.value(); });
    of_store(
        kind::gauge, "tickertape_archive_sealed_days", "Sealed days of ticks that are held.",
        [](const stored& f) { return f.sealed_days.load(std::memory_order_relaxed); });
    of_store(
        kind::gauge, "tickertape_archive_tick_bytes", "Bytes that days of ticks take on the disk.",
        [](const stored& f) { return f.tick_bytes.load(std::memory_order_relaxed); });
    of_store(
        kind::gauge, "tickertape_archive_damaged_bytes",
        "Bytes of what was put away as damaged or as dated by a wrong clock.",
        [](const stored& f) { return f.damaged_bytes.load(std::memory_order_relaxed); });
    of_store(
        kind::gauge, "tickertape_archive_bytes", "Bytes of the whole archive on the disk.",
        [](const stored& f) { return f.bytes.load(std::memory_order_relaxed); });
    of_.figures.sampled(
        kind::counter, "tickertape_history_refused_total",
        "Questions about candles and statistics that were refused because too many waited.", {},
        [this] { return history_ ? static_cast<double>(history_->now().refused.load()) : 0.0; });
}

}  // namespace tickertape
