#include "backups.hpp"

#include "archive/backup.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include <sys/stat.h>

namespace tickertape {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds retry_min{10};
constexpr std::chrono::hours retry_max{1};
// A clock that is set is noticed within it.
constexpr std::chrono::minutes look_again{1};

// On the disk: a file that several backups link to counts once.
std::uint64_t bytes_in(const fs::path& place)
{
    std::uint64_t bytes = 0;
    std::set<std::pair<dev_t, ino_t>> counted;
    std::error_code none;
    for (auto at = fs::recursive_directory_iterator{place, none};
         at != fs::recursive_directory_iterator{}; at.increment(none)) {
        struct stat of {};
        if (!none && ::lstat(at->path().c_str(), &of) == 0 && S_ISREG(of.st_mode) &&
            counted.emplace(of.st_dev, of.st_ino).second)
            bytes += static_cast<std::uint64_t>(of.st_size);
        if (none)
            break;
    }
    return bytes;
}

}  // namespace

bool backups::are_wanted(const archive::settings& s) noexcept
{
    return !s.directory.empty() && !s.backup_directory.empty() && s.backup_interval.count() > 0;
}

backups::backups(
    const archive::settings& s, archive::feed_kind kind, const clock& time,
    const telemetry::logger& log, telemetry::metrics& figures)
    : settings_{s}, kind_{kind},
      archive_{fs::path{s.directory} / std::string{archive::text_of(kind)}}, time_{time}, log_{log}
{
    count_bytes();
    publish_figures(figures);
    thread_ = std::thread{[this] { run(); }};
}

backups::~backups()
{
    {
        const std::lock_guard lock{mutex_};
        is_stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

bool backups::is_stopping()
{
    const std::lock_guard lock{mutex_};
    return is_stopping_;
}

void backups::count_bytes()
{
    const auto all = archive::backups_in(settings_.backup_directory, kind_);
    // relaxed: figures, each of its own.
    held_.store(all.size(), std::memory_order_relaxed);
    newest_.store(
        all.empty() ? 0 : all.back().made.time_since_epoch().count(), std::memory_order_relaxed);
    bytes_.store(bytes_in(settings_.backup_directory), std::memory_order_relaxed);
}

bool backups::make()
{
    const auto began = time_.steady_now();
    // Between its steps: an end of the server does not wait for all of it.
    const auto stop = [this](archive::backup_step) {
        if (is_stopping())
            archive::fail(archive::archive_errc::busy, "the server ends");
    };
    const auto report =
        archive::make_backup(archive_, kind_, settings_.backup_directory, time_.wall_now(), stop);
    if (!report && is_stopping()) {
        log_.info("a backup was given up, because the server ends");
        return false;
    }
    if (!report) {
        failed_.add();
        log_.error("no backup was made", {{"why", report.error().text}});
        return false;
    }
    made_.add();
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(time_.steady_now() - began);
    log_.info(
        "backup made", {{"path", report->made.path.string()},
                        {"files", report->files},
                        {"ticks", report->ticks},
                        {"bytes", report->bytes},
                        {"copied_bytes", report->copied_bytes},
                        {"took_ms", took.count()}});
    const auto removed = archive::rotate_backups(
        settings_.backup_directory, kind_, {.newest = settings_.backup_keep, .weekly = 4});
    if (!removed)
        log_.warn("old backups could not be removed", {{"why", removed.error().text}});
    else if (*removed > 0)
        log_.info("old backups removed", {{"count", *removed}});
    count_bytes();
    return true;
}

void backups::run()
{
    const auto interval = settings_.backup_interval;
    const auto retry = std::clamp<std::chrono::milliseconds>(interval / 10, retry_min, retry_max);
    steady_time not_before{};
    std::unique_lock lock{mutex_};
    while (!is_stopping_) {
        const wall_time newest{std::chrono::milliseconds{newest_.load(std::memory_order_relaxed)}};
        const auto age = time_.wall_now() - newest;
        const auto steady = time_.steady_now();
        // One from the future is that of a clock that was wrong.
        const bool is_due = age >= interval || age < std::chrono::milliseconds{0};
        if (is_due && steady >= not_before) {
            lock.unlock();
            const bool is_made = make();
            lock.lock();
            not_before = time_.steady_now() + (is_made ? std::min(interval, retry) : retry);
            continue;
        }
        const auto wait = is_due ? std::chrono::ceil<std::chrono::milliseconds>(not_before - steady)
                                 : interval - age;
        wake_.wait_for(lock, std::min<std::chrono::milliseconds>(wait, look_again), [this] {
            return is_stopping_;
        });
    }
}

void backups::publish_figures(telemetry::metrics& to)
{
    using kind = telemetry::metrics::kind;
    to.sampled(
        kind::counter, "tickertape_backups_total", "Backups of the archive made.", {},
        [this] { return static_cast<double>(made_.value()); });
    to.sampled(
        kind::counter, "tickertape_backup_failures_total", "Backups that could not be made.", {},
        [this] { return static_cast<double>(failed_.value()); });
    to.sampled(
        kind::gauge, "tickertape_backup_age_seconds",
        "Age of the newest complete backup; NaN where there is none.", {}, [this] {
            const auto at = newest_.load(std::memory_order_relaxed);
            if (at == 0)
                return std::numeric_limits<double>::quiet_NaN();
            const auto age = time_.wall_now() - wall_time{std::chrono::milliseconds{at}};
            return static_cast<double>(age.count()) / 1000;
        });
    to.sampled(kind::gauge, "tickertape_backups", "Complete backups of this archive.", {}, [this] {
        return static_cast<double>(held_.load(std::memory_order_relaxed));
    });
    to.sampled(
        kind::gauge, "tickertape_backup_bytes",
        "Disk use of BACKUP_DIR, files that are linked counted once.", {},
        [this] { return static_cast<double>(bytes_.load(std::memory_order_relaxed)); });
}

}  // namespace tickertape
