#include "archive/backup.hpp"

#include "archive/backup_files.hpp"
#include "archive/catalogue.hpp"
#include "archive/database.hpp"
#include "archive/files.hpp"
#include "archive/sealed_day.hpp"
#include "archive/survey.hpp"
#include "core/timestamp.hpp"

#include <algorithm>
#include <cerrno>
#include <set>

#include <unistd.h>

namespace tickertape::archive {
namespace {

namespace fs = std::filesystem;

// Days may be sealed or dropped while they are copied.
constexpr int attempts_max = 3;

// Colons are no good in names of files.
std::string name_of(feed_kind kind, wall_time made)
{
    auto time = format_rfc3339(made);
    std::ranges::replace(time, ':', '-');
    return std::string{text_of(kind)} + '-' + time;
}

std::optional<wall_time> time_in(std::string_view name, feed_kind kind)
{
    const auto prefix = std::string{text_of(kind)} + '-';
    if (!name.starts_with(prefix))
        return std::nullopt;
    std::string time{name.substr(prefix.size())};
    const auto t = time.find('T');
    if (t == std::string::npos)
        return std::nullopt;
    std::replace(time.begin() + static_cast<std::ptrdiff_t>(t), time.end(), '-', ':');
    const auto made = parse_rfc3339(time);
    return made ? std::optional{*made} : std::nullopt;
}

// Its own name is taken from it first: what is half removed is no backup.
void remove_backup(const fs::path& path)
{
    const fs::path going = path.string().append(unfinished);
    rename_file(path, going);
    sync_path(path.parent_path());
    remove_tree(going);
}

wall_time last_loss_of(const backup& b)
{
    const auto found = guarded([&] { return last_loss_in(b.path / "candles.db"); });
    return found ? *found : wall_time{};
}

class copying {
public:
    copying(const fs::path& from, feed_kind kind, const fs::path& place, wall_time now)
        : from_{from}, to_{place / (name_of(kind, now) + std::string{unfinished})}, kind_{kind}
    {
        const auto earlier = backups_in(place, kind);
        if (!earlier.empty())
            earlier_ = earlier.back().path;
    }

    const fs::path& draft() const noexcept { return to_; }

    void copy_all()
    {
        // A file that somebody removed would be missing in every backup from now on.
        if (!earlier_.empty() && fs::exists(earlier_ / "candles.db") &&
            !fs::exists(from_ / "candles.db"))
            fail(
                archive_errc::damaged,
                (from_ / "candles.db").string() + ": is not there, and the backup before has it");
        make_directory(to_);
        for (int attempt = 1;; ++attempt) {
            copy_databases();
            copy_small("KIND");
            copy_open_days();
            copy_sealed_days();
            if (attempt == attempts_max || has_all_days())
                return;
        }
    }

    // What was copied, read back. Returns how many ticks it has.
    std::uint64_t verify_all()
    {
        const auto copy = check_copy(to_, kind_);
        if (!copy)
            throw thrown_failure{copy.error()};
        if (const auto& f = copy->wrong)
            fail(
                archive_errc::damaged,
                "the copy does not verify: " + f->file.filename().string() + ": " + f->text);
        std::uint64_t ticks = 0;
        for (const auto& day : copy->found.held.days)
            ticks += day.ticks;
        return ticks;
    }

    void list_all(backup_report& report)
    {
        std::string text;
        for (const auto& file : files_in(to_)) {
            text += sha256_of(file) + "  " + file.filename().string() + '\n';
            const auto bytes = fs::file_size(file);
            ++report.files;
            report.bytes += bytes;
            if (fs::hard_link_count(file) == 1) {
                report.copied_bytes += bytes;
                sync_path(file);
            }
        }
        write_small(to_ / manifest_name, text);
    }

private:
    void copy_small(const std::string& name)
    {
        if (const auto text = read_small(from_ / name))
            write_small(to_ / name, *text);
    }
    void copy_database(const fs::path& file)
    {
        const auto target = to_ / file.filename();
        remove_database(target);
        database{file, database::access::read}.copy_to(target);
    }
    // The catalogue, and whatever stands beside it that is no day.
    void copy_databases()
    {
        for (const auto& file : files_in(from_))
            if (file.extension() == ".db" && !parse_file_name(file.filename().string()))
                copy_database(file);
    }
    void copy_open_days()
    {
        for (const auto& file : files_in(from_)) {
            const auto day = parse_file_name(file.filename().string());
            if (!day || day->form != day_form::open)
                continue;
            try {
                copy_database(file);
            } catch (const thrown_failure&) {
                if (fs::exists(file))
                    throw;  // else it has been sealed since
                remove_database(to_ / file.filename());
            }
        }
    }
    // After the open ones: a day that is sealed meanwhile is here then, in both forms perhaps.
    void copy_sealed_days()
    {
        for (const auto& file : files_in(from_)) {
            const auto day = parse_file_name(file.filename().string());
            const auto target = to_ / file.filename();
            if (!day || day->form != day_form::sealed || fs::exists(target))
                continue;
            const auto digest = read_digest(file);
            if (digest && link_from(earlier_, file, *digest))
                continue;
            if (::link(file.c_str(), target.c_str()) != 0) {
                if (errno == ENOENT)
                    continue;  // dropped since
                copy_bytes(file, target);
            }
            if (digest)
                write_digest(target, *digest);
        }
    }
    // The backup before has it: no byte of the archive is needed for it.
    bool link_from(const fs::path& earlier, const fs::path& file, const std::string& digest)
    {
        const auto there = earlier / file.filename();
        const auto target = to_ / file.filename();
        if (earlier.empty() || !fs::exists(there) || read_digest(there) != digest ||
            sha256_of(there) != digest || ::link(there.c_str(), target.c_str()) != 0)
            return false;
        write_digest(target, digest);
        return true;
    }
    // A day that the catalogue knows is in the copy, or not in the archive either.
    bool has_all_days() const
    {
        if (!fs::exists(to_ / "archive.db"))
            return true;
        for (const auto& [key, day] : catalogue::look(to_ / "archive.db").days)
            if (day.last > day.previous && !fs::exists(to_ / file_name(key, day_form::open)) &&
                !fs::exists(to_ / file_name(key, day_form::sealed)))
                return false;
        return true;
    }

    const fs::path from_;
    const fs::path to_;
    const feed_kind kind_;
    fs::path earlier_;
};

}  // namespace

std::vector<backup> backups_in(const fs::path& place, feed_kind kind)
{
    std::vector<backup> found;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator{place, none})
        if (const auto made = time_in(entry.path().filename().string(), kind);
            made && fs::exists(entry.path() / manifest_name, none))
            found.push_back({entry.path(), *made});
    std::ranges::sort(found, {}, &backup::made);
    return found;
}

result<backup_report> make_backup(
    const fs::path& archive, feed_kind kind, const fs::path& place, wall_time now,
    const backup_observer& observe)
{
    return guarded([&] {
        const auto seen = [&observe](backup_step step) {
            if (observe)
                observe(step);
        };
        if (!fs::is_directory(archive))
            fail(archive_errc::not_accessible, archive.string() + ": there is no archive here");
        make_directory(place);
        const auto lock = lock_directory(place);
        for (const auto& entry : fs::directory_iterator{place}) {
            const auto name = entry.path().filename().string();
            if (name.ends_with(unfinished) &&
                time_in(name.substr(0, name.size() - unfinished.size()), kind))
                remove_tree(entry.path());
        }
        backup_report report;
        report.made = {place / name_of(kind, now), now};
        if (fs::exists(report.made.path))
            fail(archive_errc::not_accessible, report.made.path.string() + ": is there already");
        copying work{archive, kind, place, now};
        try {
            seen(backup_step::begun);
            work.copy_all();
            seen(backup_step::copied);
            report.ticks = work.verify_all();
            seen(backup_step::verified);
            work.list_all(report);
            seen(backup_step::listed);
            sync_path(work.draft());
            seen(backup_step::synced);
        } catch (const thrown_failure&) {
            std::error_code none;  // the next one removes what is left
            fs::remove_all(work.draft(), none);
            throw;
        }
        rename_file(work.draft(), report.made.path);
        sync_path(place);
        return report;
    });
}

result<std::size_t>
rotate_backups(const fs::path& place, feed_kind kind, const backup_keeping& keep)
{
    return guarded([&] {
        auto all = backups_in(place, kind);
        if (all.empty())
            return std::size_t{0};
        const auto lock = lock_directory(place);
        std::ranges::reverse(all);
        // The newest backup that may have candles which this one has lost: they exist nowhere else.
        const auto loss = last_loss_of(all.front());
        const auto fuller =
            std::ranges::find_if(all, [&](const backup& b) { return last_loss_of(b) != loss; });
        const auto held = fuller == all.end() ? fs::path{} : fuller->path;
        // From Monday; 1970 began with a Thursday.
        const auto week_of = [](const backup& b) {
            constexpr auto to_monday = std::chrono::days{3};
            return std::chrono::floor<std::chrono::weeks>(b.made.time_since_epoch() + to_monday);
        };
        std::set<std::chrono::weeks> covered;
        for (std::size_t i = 0; i < std::min(std::max<std::size_t>(keep.newest, 1), all.size());
             ++i)
            covered.insert(week_of(all[i]));
        const auto weeks_most = covered.size() + keep.weekly;
        all.erase(
            all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(
                                           std::max<std::size_t>(keep.newest, 1), all.size())));
        std::size_t removed = 0;
        for (const auto& b : all) {
            if (b.path == held)
                continue;
            if (covered.contains(week_of(b)) || covered.size() == weeks_most) {
                remove_backup(b.path);
                ++removed;
            } else {
                covered.insert(week_of(b));
            }
        }
        return removed;
    });
}

}  // namespace tickertape::archive
