#include "archive/recovery.hpp"

#include "archive/era.hpp"
#include "archive/files.hpp"
#include "archive/salvage.hpp"
#include "archive/sealed_day.hpp"

#include <algorithm>
#include <tuple>

namespace tickertape::archive {
namespace {

namespace fs = std::filesystem;

struct forms {
    bool is_open = false;
    bool is_sealed = false;
};

class recovery {
public:
    recovery(const recovery_terms& terms, const catalogue::contents& before)
        : terms_{terms}, before_{before}
    {
        done_.contents = before;
        done_.contents.days.clear();
    }

    recovered run()
    {
        if (before_.set_aside_after != position{}) {
            std::vector<held_day> found_with_the_rest;
            set_aside_after(terms_.directory, before_.set_aside_after, found_with_the_rest);
            done_.contents.set_aside_after = {};
            done_.remarks.push_back(
                "ticks after " + before_.set_aside_after.text() + " were set aside");
        }
        list_files();
        retire_replaced();
        for (const auto& [key, found] : files_)
            take_day(key, found);
        for (const auto& d : held_)
            done_.contents.days[d.key] = d;
        find_missing_days();
        join_days();
        judge_the_end();
        return std::move(done_);
    }

private:
    void list_files();
    void retire_replaced();
    void take_day(const day_key& key, const forms& found);
    bool take_sealed(const day_key& key, bool has_open_form);
    void take_open(const day_key& key);
    void salvage_open(const day_key& key, open_day_scan& from);
    void find_missing_days();
    void join_days();
    void judge_the_end();

    fs::path path_of(const day_key& key, day_form form) const
    {
        return terms_.directory / file_name(key, form);
    }
    void put_away(const fs::path& file, const std::string& why)
    {
        quarantine(file);
        done_.remarks.push_back(why + "; moved to damaged/");
    }
    void lose(position from, position to, hole_reason reason)
    {
        if (add_hole(done_.contents.holes, {from, to, reason}))
            done_.remarks.push_back(
                std::string{"missing ("}.append(text_of(reason)) + "): after " + from.text() +
                " up to " + to.text());
    }
    position held_last() const noexcept { return held_.empty() ? position{} : held_.back().last; }

    const recovery_terms& terms_;
    const catalogue::contents& before_;
    std::map<day_key, forms> files_;
    std::vector<held_day> held_;
    recovered done_;
};

void recovery::list_files()
{
    std::vector<fs::path> leftovers;
    std::vector<fs::path> logs;
    std::vector<fs::path> interrupted;
    for (const auto& entry : fs::directory_iterator{terms_.directory}) {
        const auto name = entry.path().filename().string();
        if (const auto day = parse_file_name(name)) {
            auto& found = files_[day->key];
            (day->form == day_form::sealed ? found.is_sealed : found.is_open) = true;
        } else if (name.find(unfinished) != std::string::npos) {
            leftovers.push_back(entry.path());
        } else if (name.ends_with("-wal") && parse_file_name(name.substr(0, name.size() - 4))) {
            logs.push_back(terms_.directory / name.substr(0, name.size() - 4));
        } else if (name.ends_with("-journal") && parse_file_name(name.substr(0, name.size() - 8))) {
            interrupted.push_back(terms_.directory / name.substr(0, name.size() - 8));
        }
    }
    // A file gets its log when it is first opened to be written. Where that was cut short, only
    // one who writes can take it back; and if it cannot be opened, its turn comes below.
    for (const auto& file : interrupted)
        try {
            if (fs::exists(file))
                const database taken_back{file, database::access::write};
        } catch (const thrown_failure& e) {
            if (e.said().code != archive_errc::damaged)
                throw;
        }
    for (const auto& path : leftovers)
        remove_file(path);
    for (const auto& file : logs)
        if (!fs::exists(file)) {
            // A seal or a drop that was cut short leaves it; else somebody took the file away.
            const auto key = parse_file_name(file.filename().string())->key;
            if (files_[key].is_sealed || key.day < before_.dropped_before)
                remove_database(file);
            else
                quarantine(file);
        }
    std::erase_if(files_, [](const auto& f) { return !f.second.is_open && !f.second.is_sealed; });
    for (auto f = files_.begin(); f != files_.end();) {
        if (f->first.day >= before_.dropped_before) {
            ++f;
            continue;
        }
        remove_database(path_of(f->first, day_form::open));
        remove_database(path_of(f->first, day_form::sealed));
        remove_file(digest_path(path_of(f->first, day_form::sealed)));
        f = files_.erase(f);
    }
}

// A part that was salvaged, but not moved away before the process ended.
void recovery::retire_replaced()
{
    std::vector<day_key> replaced;
    for (const auto& [key, found] : files_) {
        if (key.part == 0 || !found.is_open)
            continue;
        try {
            const database file{path_of(key, day_form::open), database::access::read};
            if (const auto part = read_heading(file).replaces)
                replaced.push_back({key.day, *part});
        } catch (const thrown_failure& e) {
            if (e.said().code != archive_errc::damaged)
                throw;  // damage is dealt with when its turn comes
        }
    }
    for (const auto& key : replaced) {
        const auto at = files_.find(key);
        if (at == files_.end() || !at->second.is_open)
            continue;
        put_away(path_of(key, day_form::open), path_of(key, day_form::open).string() + ": damaged");
        files_.erase(at);
    }
}

void recovery::take_day(const day_key& key, const forms& found)
{
    if (found.is_sealed && take_sealed(key, found.is_open))
        return;
    if (found.is_open)
        take_open(key);
}

// Returns whether the sealed form is what is held of that day.
bool recovery::take_sealed(const day_key& key, bool has_open_form)
{
    const auto file = path_of(key, day_form::sealed);
    const auto known = before_.days.find(key);
    const bool is_known = known != before_.days.end() && known->second.form == day_form::sealed;
    const auto beside_it = read_digest(file);
    if (is_known && !has_open_form) {
        if (beside_it != known->second.sha256) {
            write_digest(file, known->second.sha256);
            done_.remarks.push_back(digest_path(file).string() + ": written again");
        }
        held_.push_back(known->second);
        return true;
    }
    try {
        const auto sha256 = is_known ? known->second.sha256 : beside_it.value_or("");
        if (sha256_of(file) != sha256)
            fail(archive_errc::damaged, file.string() + ": not what was sealed");
        const sealed_day day{file};
        if (day.heading().kind != terms_.kind)
            fail(archive_errc::other_kind, file.string() + ": of another kind of feed");
        const auto said = day.sealed();
        held_.push_back(
            {key, day_form::sealed, day.heading().previous, said.last, said.ticks,
             fs::file_size(file), sha256});
        for (const auto& h : day.holes())
            add_hole(done_.contents.holes, h);
        if (beside_it != sha256)
            write_digest(file, sha256);
        if (has_open_form)
            remove_database(path_of(key, day_form::open));
        return true;
    } catch (const thrown_failure& e) {
        if (e.said().code == archive_errc::other_kind)
            throw;
        quarantine_sealed(file);
        done_.remarks.push_back(e.said().text + "; moved to damaged/");
        return false;
    }
}

void recovery::take_open(const day_key& key)
{
    const auto file = path_of(key, day_form::open);
    try {
        open_day_scan scan{file, database::access::read};
        if (scan.heading().kind != terms_.kind)
            fail(archive_errc::other_kind, file.string() + ": of another kind of feed");
        if (scan.heading().key != key)
            fail(archive_errc::damaged, file.string() + ": the file of another day");
        const auto found = read_all(scan);
        if (!found.is_sound()) {
            salvage_open(key, scan);
            return;
        }
        for (const auto& h : read_day_holes(scan.file()))
            add_hole(done_.contents.holes, h);
        held_.push_back({key, day_form::open, scan.heading().previous, found.last, 0, 0, {}});
    } catch (const thrown_failure& e) {
        if (e.said().code != archive_errc::damaged)
            throw;
        put_away(file, e.said().text);
    }
}

void recovery::salvage_open(const day_key& key, open_day_scan& from)
{
    // A part that already has the place of this one is found by its heading when its turn comes.
    auto part = key.part;
    for (const auto& [other, found] : files_)
        if (other.day == key.day)
            part = std::max(part, other.part);
    ++part;
    const auto found = salvage(from, terms_.directory, part);
    held_.push_back(
        {{key.day, part}, day_form::open, from.heading().previous, found.last, 0, 0, {}});
    for (const auto& d : found.damaged)
        lose(d.from, d.to, hole_reason::damaged);
    put_away(path_of(key, day_form::open), path_of(key, day_form::open).string() + ": damaged");
}

// Days that the catalogue knows and of which there is no file.
void recovery::find_missing_days()
{
    for (const auto& known : before_.days) {
        const auto& key = known.first;
        const auto& day = known.second;
        if (done_.contents.days.contains(key) || key.day < before_.dropped_before)
            continue;
        remove_file(digest_path(path_of(key, day_form::sealed)));
        const bool is_replaced = std::ranges::any_of(held_, [&day](const held_day& d) {
            return d.key.day == day.key.day && d.previous == day.previous;
        });
        if (!is_replaced && day.last > day.previous)
            lose(day.previous, day.last, hole_reason::damaged);
    }
}

// Each file says which tick came before its first, so one that is missing between two is seen.
void recovery::join_days()
{
    std::ranges::sort(held_, [](const held_day& a, const held_day& b) {
        return std::tie(a.key.day, a.previous, a.key.part) <
               std::tie(b.key.day, b.previous, b.key.part);
    });
    for (std::size_t i = 1; i < held_.size(); ++i) {
        auto& earlier = held_[i - 1];
        const auto previous = held_[i].previous;
        if (previous > earlier.last)
            lose(earlier.last, previous, hole_reason::damaged);
        else
            // Its end was given up after the disk had failed, and written again behind it.
            earlier.last = previous;
    }
    const auto newest = held_.empty() ? day_key{} : held_.back().key;
    std::erase_if(held_, [&](const held_day& d) {
        const bool is_empty = d.last <= d.previous && d.key != newest;
        if (is_empty)
            put_away(path_of(d.key, d.form), path_of(d.key, d.form).string() + ": no tick of use");
        return is_empty;
    });
    done_.contents.days.clear();
    for (const auto& d : held_)
        done_.contents.days[d.key] = d;
}

void recovery::judge_the_end()
{
    const auto found = held_last();
    const auto* life = before_.lives.empty() ? nullptr : &before_.lives.back();
    const auto& page = terms_.page;
    const auto boot_then = page ? page->boot : life != nullptr ? life->boot : "";
    done_.is_same_boot = !boot_then.empty() && boot_then == terms_.boot;
    position given = page ? page->last : position{};
    done_.synced = page ? page->synced : position{};
    if (life != nullptr) {
        given = std::max(given, life->last);
        done_.synced = std::max(done_.synced, life->synced);
    }
    auto shown = page ? page->shown : position{};
    // An era that had not quite begun: positions after it are of a time that never was.
    if (const auto epoch = before_.set_aside_after; epoch != position{}) {
        // Ticks of the new one may have been shown up to now.
        given = shown = std::max(epoch, position::at(terms_.now).previous());
        done_.synced = std::min(done_.synced, epoch);
        lose(found, given, hole_reason::not_archived);
    }
    if (life == nullptr && !page && files_.empty())
        done_.how = ending::none;
    else if (life != nullptr && life->ended_cleanly)
        done_.how = ending::clean;
    else if (done_.is_same_boot && page)
        done_.how = ending::killed;
    else
        done_.how = page || life != nullptr ? ending::power_lost : ending::unknown;
    // What was on the disk, or in the memory of a system that went on, has been damaged since.
    const bool is_all_kept = done_.how == ending::clean || done_.how == ending::killed;
    const auto kept = is_all_kept ? std::max(given, done_.synced) : done_.synced;
    if (found < kept)
        lose(found, kept, hole_reason::damaged);
    auto known = std::max(found, kept);
    // The archive was passed by: somebody has seen what it never had.
    if (done_.how == ending::killed && shown > known) {
        lose(known, shown, hole_reason::not_archived);
        known = shown;
    }
    const bool may_miss = done_.how == ending::power_lost || done_.how == ending::unknown;
    if (may_miss && std::max(known, given) > position{})
        lose(
            known, std::max(position::at(terms_.now).previous(), given), hole_reason::not_archived);
    // Nobody knew of the time up to the life before, as after an import, and it had no tick either.
    const auto is_unknown = [&](const hole& h) {
        return h.from == found && h.reason == hole_reason::not_archived &&
               h.to >= position::at(life->start).previous();
    };
    if (is_all_kept && life != nullptr && std::ranges::any_of(done_.contents.holes, is_unknown))
        add_hole(
            done_.contents.holes,
            {found, position::at(terms_.now).previous(), hole_reason::not_archived});
    done_.last = std::max(known, given);
    if (!done_.contents.lives.empty()) {
        auto& ended = done_.contents.lives.back();
        ended.last = std::max(found, ended.last);
        ended.synced = done_.synced;
    }
}

}  // namespace

std::string_view text_of(ending how) noexcept
{
    switch (how) {
    case ending::none:
        return "none";
    case ending::clean:
        return "clean";
    case ending::killed:
        return "killed";
    case ending::power_lost:
        return "power lost";
    case ending::unknown:
        return "unknown";
    }
    return {};
}

recovered recover(const recovery_terms& terms, const catalogue::contents& before)
{
    return recovery{terms, before}.run();
}

}  // namespace tickertape::archive
