// What the store does besides appending: sealing, quarantine, verifying.
#include "archive/salvage.hpp"
#include "archive/store.hpp"

#include <algorithm>

namespace tickertape::archive {
namespace {

namespace fs = std::filesystem;

// A clock that is set back by less than this finds its day still open. Where a tick of a later day
// is held, nothing can come to the day any more, whatever the clock does.
constexpr std::chrono::hours seal_after{1};

void verify_sealed(const fs::path& file, const held_day& day, std::vector<complaint>& complaints)
{
    if (!fs::exists(file)) {
        complaints.push_back({file, "is not there"});
        return;
    }
    if (sha256_of(file) != day.sha256)
        complaints.push_back({file, "is not what was sealed: its SHA-256 differs"});
    if (read_digest(file) != day.sha256)
        complaints.push_back({digest_path(file), "is missing or differs"});
}

void verify_open(const fs::path& file, const held_day& day, std::vector<complaint>& complaints)
{
    if (!fs::exists(file)) {
        complaints.push_back({file, "is not there"});
        return;
    }
    open_day_scan scan{file, database::access::read};
    const auto found = read_all(scan);
    for (const auto& d : found.damaged)
        complaints.push_back(
            {file, "does not verify after " + d.from.text() + " up to " + d.to.text()});
    if (found.is_tail_damaged)
        complaints.push_back({file, "does not verify after " + found.last.text()});
    else if (found.last < day.last)
        complaints.push_back({file, "ends at " + found.last.text() + ", too early"});
}

}  // namespace

result<std::vector<store::seal_job>> store::finished_days(wall_time now)
{
    return guarded([&] {
        const auto is_finished = [&](const held_day& d) {
            const auto end = d.key.day + std::chrono::days{1};
            return d.form == day_form::open && now >= end &&
                   (day_of(last_) > d.key.day || now >= end + seal_after);
        };
        if (writer_ && is_finished(catalogue_->now().days.at(written_)))
            close_writer(true);
        std::vector<seal_job> jobs;
        for (const auto& [key, day] : catalogue_->now().days)
            if (is_finished(day) && day.last > day.previous)
                jobs.push_back({directory_, key, day.last});
        return jobs;
    });
}

result<sealed_facts> store::run(const seal_job& job, const seal_observer& observe)
{
    return guarded([&] { return seal(job.directory, job.key, job.last, observe); });
}

result<void> store::finish(const seal_job& job, const sealed_facts& facts)
{
    return guarded([&] {
        auto next = catalogue_->now();
        auto& day = next.days.at(job.key);
        day.form = day_form::sealed;
        day.ticks = facts.heading.ticks;
        day.bytes = facts.bytes;
        day.sha256 = facts.sha256;
        for (const auto& h : facts.damaged)
            add_hole(next.holes, h);
        change(std::move(next));
        if (!facts.damaged.empty())
            quarantine(directory_ / file_name(job.key, day_form::open));
        else
            remove_database(directory_ / file_name(job.key, day_form::open));
        sync_path(directory_);
    });
}

result<std::size_t> store::seal_finished_days(wall_time now)
{
    const auto jobs = finished_days(now);
    if (!jobs)
        return jobs.error();
    for (const auto& job : *jobs) {
        const auto facts = run(job);
        if (!facts)
            return facts.error();
        if (const auto done = finish(job, *facts); !done)
            return done.error();
    }
    return jobs->size();
}

result<void> store::keep_up(wall_time now)
{
    if (sealing_ &&
        sealing_->facts.wait_for(std::chrono::seconds{0}) == std::future_status::ready) {
        auto ended = *std::exchange(sealing_, std::nullopt);
        const auto facts = ended.facts.get();
        if (!facts)
            return facts.error();
        if (auto done = finish(ended.job, *facts); !done)
            return done;
    }
    if (const auto put_away = put_away_damaged(now); !put_away)
        return put_away.error();
    if (auto done = retire(now); !done)
        return done;
    if (sealing_)
        return {};
    const auto jobs = finished_days(now);
    if (!jobs)
        return jobs.error();
    if (!jobs->empty())
        sealing_ = sealing{jobs->front(), std::async(std::launch::async, [job = jobs->front()] {
                               return run(job);
                           })};
    return {};
}

result<std::size_t> store::put_away_damaged(wall_time now)
{
    return guarded([&] {
        const auto suspects = inventory_->take_suspects();
        if (suspects.empty())
            return suspects.size();
        auto next = catalogue_->now();
        std::vector<std::string> told;
        for (const auto& s : suspects) {
            add_hole(next.holes, s.lost);
            const auto day = next.days.find(s.key);
            const auto form = day == next.days.end() ? day_form::sealed : day->second.form;
            auto text = file_name(s.key, form) + ": does not verify; ticks after " +
                        s.lost.from.text() + " up to " + s.lost.to.text() + " are a hole";
            // A part of an open day stays where it is: the next start makes a new file of the rest.
            if (s.is_whole_file && day != next.days.end() && form == day_form::sealed) {
                const auto file = path_of(day->second);
                next.days.erase(day);
                if (fs::exists(file))
                    text += ". The file is now " + quarantine_sealed(file).string();
                else
                    text += ". The file is gone";
            }
            next.notes.push_back({now, text});
            told.push_back(std::move(text));
        }
        figures_.damaged.add(told.size());
        change(std::move(next));
        for (const auto& text : told)
            if (retention_.damaged)
                retention_.damaged(text);
        return suspects.size();
    });
}

result<void> store::note(wall_time at, const std::string& text)
{
    return guarded([&] {
        auto next = catalogue_->now();
        next.notes.push_back({at, text});
        change(std::move(next));
    });
}

result<std::vector<complaint>> store::verify()
{
    return guarded([&] {
        std::vector<complaint> complaints;
        for (const auto& [key, held] : catalogue_->now().days) {
            auto day = held;
            if (writer_ && key == written_)
                day.last = writer_->last();
            const auto file = path_of(day);
            try {
                if (day.form == day_form::sealed)
                    verify_sealed(file, day, complaints);
                else
                    verify_open(file, day, complaints);
            } catch (const thrown_failure& e) {
                complaints.push_back({file, e.said().text});
            }
        }
        return complaints;
    });
}

result<store::disk_use> store::size_on_disk() const
{
    return guarded([&] {
        disk_use use;
        for (const auto& entry : fs::recursive_directory_iterator{directory_}) {
            if (!entry.is_regular_file())
                continue;
            const auto name = entry.path().filename().string();
            const auto bytes = entry.file_size();
            if (entry.path().parent_path() != directory_)
                use.damaged_bytes += bytes;
            else if (name.starts_with("ticks-"))
                use.ticks_bytes += bytes;
            else
                use.other_bytes += bytes;
        }
        return use;
    });
}

}  // namespace tickertape::archive
