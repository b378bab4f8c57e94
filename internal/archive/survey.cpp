#include "archive/survey.hpp"

#include "archive/files.hpp"
#include "archive/open_day.hpp"
#include "archive/progress.hpp"
#include "archive/reader.hpp"
#include "archive/salvage.hpp"
#include "archive/sealed_day.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fcntl.h>
#include <sys/file.h>

namespace tickertape::archive {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t progress_bytes = 4'096;
constexpr std::string_view candles_name = "candles.db";

bool is_held_by_another(const fs::path& directory)
{
    const descriptor file{::open((directory / "LOCK").c_str(), O_RDONLY | O_CLOEXEC)};
    // Let go at once: only a process that starts at this moment would notice.
    return file.number() >= 0 && ::flock(file.number(), LOCK_SH | LOCK_NB) != 0;
}

class surveyor {
public:
    surveyor(const fs::path& directory, feed_kind kind)
    {
        found_.directory = directory;
        found_.kind = kind;
    }

    survey run()
    {
        if (!fs::is_directory(found_.directory))
            fail(
                archive_errc::not_accessible,
                found_.directory.string() + ": there is no archive here");
        found_.is_in_use = is_held_by_another(found_.directory);
        look_at_catalogue();
        for (const auto& [key, form] : list())
            look_at_day(key, form);
        join();
        look_at_candles_file();
        found_.symbols.assign(symbols_.begin(), symbols_.end());
        return std::move(found_);
    }

private:
    void look_at_catalogue();
    std::map<day_key, day_form> list();
    void look_at_day(const day_key& key, day_form form);
    held_day look_at_sealed(const day_key& key, const fs::path& file);
    held_day look_at_open(const day_key& key, const fs::path& file);
    void check_kind(const day_heading& heading, const fs::path& file) const;
    void join();
    void look_at_candles_file();

    survey found_;
    catalogue::contents known_;
    std::set<std::string> symbols_;
};

void surveyor::look_at_catalogue()
{
    const auto file = found_.directory / "archive.db";
    if (!fs::exists(file)) {
        found_.trouble.push_back({file, "is not there; the next start makes it anew", true});
        return;
    }
    try {
        known_ = catalogue::look(file);
    } catch (const thrown_failure& e) {
        found_.trouble.push_back({file, e.said().text, true});
    }
    found_.lives = known_.lives;
    found_.held.holes = known_.holes;
}

// A day that is being sealed has both forms for a moment; the sealed one counts.
std::map<day_key, day_form> surveyor::list()
{
    std::map<day_key, day_form> files;
    for (const auto& entry : fs::directory_iterator{found_.directory})
        if (const auto day = parse_file_name(entry.path().filename().string())) {
            auto& form = files.try_emplace(day->key, day->form).first->second;
            if (day->form == day_form::sealed)
                form = day_form::sealed;
        }
    std::error_code none;
    for (const auto& entry : fs::directory_iterator{found_.directory / "damaged", none})
        found_.damaged_files += entry.is_regular_file() ? 1U : 0U;
    return files;
}

void surveyor::check_kind(const day_heading& heading, const fs::path& file) const
{
    if (heading.kind != found_.kind)
        fail(
            archive_errc::other_kind, file.string() + ": belongs to the feed '" +
                                          std::string{text_of(heading.kind)} + "', not to '" +
                                          std::string{text_of(found_.kind)} + '\'');
}

held_day surveyor::look_at_sealed(const day_key& key, const fs::path& file)
{
    const sealed_day day{file};
    check_kind(day.heading(), file);
    for (const auto& name : day.names().symbols)
        symbols_.insert(name.name);
    const auto at = known_.days.find(key);
    const bool is_known = at != known_.days.end() && at->second.form == day_form::sealed;
    const auto said = day.sealed();
    for (const auto& h : day.holes())
        if (!is_known)
            add_hole(found_.held.holes, h);
    return {
        key,
        day_form::sealed,
        day.heading().previous,
        said.last,
        said.ticks,
        fs::file_size(file),
        is_known ? at->second.sha256 : read_digest(file).value_or("")};
}

held_day surveyor::look_at_open(const day_key& key, const fs::path& file)
{
    const database day{file, database::access::read};
    const auto heading = read_heading(day);
    check_kind(heading, file);
    for (const auto& name : read_names(day).symbols)
        symbols_.insert(name.name);
    auto rows = day.prepare("SELECT count(*), max(position) FROM ticks");
    rows.step();
    const auto ticks = static_cast<std::uint64_t>(rows.integer(0));
    const auto last = ticks == 0 ? heading.previous : from_stored(rows.integer(1));
    rows.reset();
    for (const auto& h : read_day_holes(day))
        add_hole(found_.held.holes, h);
    auto bytes = fs::file_size(file);
    std::error_code none;
    const auto log = fs::file_size(file.string().append(beside[0]), none);
    bytes += none ? 0 : log;
    return {key, day_form::open, heading.previous, last, ticks, bytes, {}};
}

void surveyor::look_at_day(const day_key& key, day_form form)
{
    const auto file = found_.directory / file_name(key, form);
    try {
        found_.held.days.push_back(
            form == day_form::sealed ? look_at_sealed(key, file) : look_at_open(key, file));
        found_.bytes += found_.held.days.back().bytes;
    } catch (const thrown_failure& e) {
        // Sealed since it was listed.
        if (form == day_form::open && !fs::exists(file) &&
            fs::exists(found_.directory / file_name(key, day_form::sealed))) {
            look_at_day(key, day_form::sealed);
            return;
        }
        if (e.said().code == archive_errc::other_kind)
            throw;
        found_.trouble.push_back({file, e.said().text, true});
    }
}

// As at a start: what is missing between two files is a hole.
void surveyor::join()
{
    auto& days = found_.held.days;
    std::ranges::sort(days, [](const held_day& a, const held_day& b) {
        return std::tie(a.key.day, a.previous, a.key.part) <
               std::tie(b.key.day, b.previous, b.key.part);
    });
    for (std::size_t i = 1; i < days.size(); ++i) {
        const auto previous = days[i].previous;
        if (previous <= days[i - 1].last)
            days[i - 1].last = previous;
        else if (add_hole(found_.held.holes, {days[i - 1].last, previous, hole_reason::damaged}))
            found_.trouble.push_back(
                {found_.directory,
                 "missing between two files: after " + days[i - 1].last.text() + " up to " +
                     previous.text(),
                 true});
    }
    for (const auto& [key, day] : known_.days) {
        const bool is_found =
            std::ranges::any_of(days, [&key = key](const held_day& d) { return d.key == key; });
        const auto file = found_.directory / file_name(key, day.form);
        const bool is_told = std::ranges::any_of(
            found_.trouble, [&file](const finding& f) { return f.file == file; });
        if (!is_found && !is_told && day.last > day.previous)
            found_.trouble.push_back({file, "is not there, and the catalogue knows it", true});
        if (!is_found && day.last > day.previous)
            add_hole(found_.held.holes, {day.previous, day.last, hole_reason::damaged});
    }
    if (!days.empty())
        found_.last = days.back().last;
}

void surveyor::look_at_candles_file()
{
    const auto file = found_.directory / candles_name;
    try {
        found_.candles = look_at_candles(file);
    } catch (const thrown_failure& e) {
        found_.trouble.push_back({file, e.said().text, true});
    }
}

void verify_sealed(const fs::path& file, const held_day& day, std::vector<finding>& findings)
{
    if (sha256_of(file) != day.sha256)
        findings.push_back({file, "is not what was sealed: its SHA-256 differs", true});
    if (read_digest(file) != day.sha256)
        findings.push_back({digest_path(file), "is missing or differs", true});
}

void verify_open(const fs::path& file, const held_day& day, std::vector<finding>& findings)
{
    open_day_scan scan{file, database::access::read};
    const auto found = read_all(scan);
    for (const auto& d : found.damaged)
        findings.push_back(
            {file, "does not verify after " + d.from.text() + " up to " + d.to.text(), true});
    if (found.is_tail_damaged)
        findings.push_back({file, "does not verify after " + found.last.text(), true});
    else if (found.last < day.last)
        findings.push_back({file, "ends at " + found.last.text() + ", too early", true});
}

// What the last life said it had written. Beside a server the page changes under the hand.
void verify_end(const survey& of, std::vector<finding>& findings)
{
    const auto file = of.directory / "progress";
    std::error_code none;
    if (of.is_in_use || fs::file_size(file, none) < progress_bytes || none)
        return;
    const progress page{file};
    if (!page.found() || page.found()->boot != boot_id() || page.found()->last <= of.last)
        return;
    const bool is_told = std::ranges::any_of(of.held.holes, [&](const hole& h) {
        return h.from <= of.last && page.found()->last <= h.to;
    });
    if (!is_told)
        findings.push_back(
            {of.directory,
             "ends at " + of.last.text() + ", but had ticks up to " + page.found()->last.text(),
             true});
}

void tell_of_days(const survey& of, std::vector<finding>& findings)
{
    const held_day* before = nullptr;
    for (const auto& day : of.held.days) {
        const auto file = of.directory / file_name(day.key, day.form);
        if (day.key.part > 0)
            findings.push_back(
                {file,
                 "part of a day in several files, as after an import of that day, or a disk "
                 "that failed",
                 false});
        if (before != nullptr && day.key.day > before->key.day + std::chrono::days{1}) {
            auto missing = text_of(before->key.day + std::chrono::days{1});
            if (const auto last = text_of(day.key.day - std::chrono::days{1}); last != missing)
                missing.append(" to ").append(last);
            findings.push_back({of.directory, "no ticks on " + missing, false});
        }
        before = &day;
    }
    for (const auto& h : of.held.holes)
        findings.push_back(
            {of.directory,
             "hole (" + std::string{text_of(h.reason)} + ") after " + h.from.text() + " up to " +
                 h.to.text(),
             false});
    if (of.damaged_files > 0)
        findings.push_back(
            {of.directory / "damaged",
             "has " + std::to_string(of.damaged_files) + " files that did not verify earlier",
             false});
}

}  // namespace

result<survey> look_at(const fs::path& directory, feed_kind kind)
{
    return guarded([&] { return surveyor{directory, kind}.run(); });
}

result<std::vector<finding>>
verify(const survey& of, const std::function<void(std::size_t, std::size_t)>& progress)
{
    return guarded([&] {
        auto findings = of.trouble;
        std::size_t done = 0;
        const auto all = of.held.days.size() + 1;
        for (auto day : of.held.days) {
            auto file = of.directory / file_name(day.key, day.form);
            if (day.form == day_form::open && !fs::exists(file)) {  // sealed since
                day.form = day_form::sealed;
                file = of.directory / file_name(day.key, day.form);
                day.sha256 = read_digest(file).value_or("");
            }
            try {
                if (day.form == day_form::sealed)
                    verify_sealed(file, day, findings);
                else
                    verify_open(file, day, findings);
            } catch (const thrown_failure& e) {
                findings.push_back({file, e.said().text, true});
            }
            if (progress)
                progress(++done, all);
        }
        const auto candles = of.directory / candles_name;
        if (std::ranges::count(findings, candles, &finding::file) == 0)
            for (auto& f : verify_candles(candles))
                findings.push_back({candles, std::move(f.text), f.is_wrong});
        if (progress)
            progress(++done, all);
        verify_end(of, findings);
        tell_of_days(of, findings);
        return findings;
    });
}

std::unique_ptr<reader> make_reader(const survey& of, const symbol_table& symbols)
{
    auto found = std::make_shared<inventory>();
    found->set(of.held, of.last);
    return std::make_unique<reader>(of.directory, symbols, std::move(found));
}

result<copy_check> check_copy(const fs::path& directory, feed_kind kind)
{
    auto found = look_at(directory, kind);
    if (!found)
        return found.error();
    const auto findings = verify(*found);
    if (!findings)
        return findings.error();
    const auto wrong = std::ranges::find_if(*findings, &finding::is_wrong);
    return copy_check{
        std::move(*found), wrong == findings->end() ? std::nullopt : std::optional{*wrong}};
}

}  // namespace tickertape::archive
