// `tickertape archive info` and `verify`.
#include "archive/survey.hpp"
#include "core/timestamp.hpp"
#include "progress_bar.hpp"
#include "tools.hpp"
#include "json/json_text.hpp"

#include <algorithm>
#include <cstdio>
#include <set>

namespace tickertape {
namespace {

using archive::survey;

// A survey, or a complaint has been made.
std::optional<survey> look(const tool_context& c)
{
    auto found = archive::look_at(c.archive, c.kind);
    if (found)
        return std::move(*found);
    complain(found.error().text);
    return std::nullopt;
}

std::uint64_t ticks_of(const survey& s)
{
    std::uint64_t all = 0;
    for (const auto& day : s.held.days)
        all += day.ticks;
    return all;
}

std::optional<wall_time> first_of(const survey& s)
{
    if (s.held.days.empty())
        return std::nullopt;
    return s.held.days.front().previous.next().time();
}

std::optional<wall_time> last_of(const survey& s)
{
    if (s.held.days.empty())
        return std::nullopt;
    return s.last.time();
}

std::size_t days_of(const survey& s, bool are_sealed)
{
    std::set<archive::utc_day> days;
    for (const auto& d : s.held.days)
        days.insert(d.key.day);
    if (are_sealed)
        for (const auto& d : s.held.days)
            if (d.form == archive::day_form::open)
                days.erase(d.key.day);
    return days.size();
}

std::size_t lives_of(const survey& s)
{
    return static_cast<std::size_t>(std::ranges::count_if(
        s.lives, [](const archive::life& l) { return l.boot != archive::simulated_boot; }));
}

std::uint64_t candles_of(const survey& s)
{
    std::uint64_t all = 0;
    for (const auto& held : s.candles.held)
        all += held.candles;
    return all;
}

std::string info_json(const survey& s)
{
    json::array days;
    for (const auto& d : s.held.days)
        days.json(std::move(json::object{}
                                .text("day", archive::text_of(d.key.day))
                                .number("part", d.key.part)
                                .boolean("sealed", d.form == archive::day_form::sealed)
                                .number("ticks", static_cast<std::int64_t>(d.ticks))
                                .number("bytes", static_cast<std::int64_t>(d.bytes)))
                      .done());
    json::array holes;
    for (const auto& h : s.held.holes)
        holes.json(std::move(json::object{}
                                 .text("after", h.from.text())
                                 .text("until", h.to.text())
                                 .text("reason", archive::text_of(h.reason)))
                       .done());
    json::array candles;
    for (const auto& held : s.candles.held)
        candles.json(std::move(json::object{}
                                   .text("interval", series::text(held.of))
                                   .number("count", static_cast<std::int64_t>(held.candles))
                                   .time("since", held.first)
                                   .time("last", held.last))
                         .done());
    json::array symbols;
    for (const auto& name : s.symbols)
        symbols.text(name);
    return std::move(json::object{}
                         .text("directory", s.directory.string())
                         .text("kind", archive::text_of(s.kind))
                         .boolean("in_use", s.is_in_use)
                         .number("ticks", static_cast<std::int64_t>(ticks_of(s)))
                         .number("bytes", static_cast<std::int64_t>(s.bytes))
                         .time("first", first_of(s))
                         .time("last", last_of(s))
                         .json("candles", std::move(candles).done())
                         .number("candle_bytes", static_cast<std::int64_t>(s.candles.bytes))
                         .number("lives", static_cast<std::int64_t>(lives_of(s)))
                         .number("damaged_files", static_cast<std::int64_t>(s.damaged_files))
                         .json("symbols", std::move(symbols).done())
                         .json("days", std::move(days).done())
                         .json("holes", std::move(holes).done()))
        .done();
}

void print_info(const survey& s)
{
    const auto text_of_time = [](const std::optional<wall_time>& t) {
        return t ? format_rfc3339(*t) : std::string{"-"};
    };
    std::printf("directory  %s\n", s.directory.c_str());
    std::printf("kind       %s\n", std::string{archive::text_of(s.kind)}.c_str());
    std::printf("used by    %s\n", s.is_in_use ? "a running server" : "nobody");
    std::printf("days       %zu, %zu of them sealed\n", days_of(s, false), days_of(s, true));
    std::printf("symbols    %zu\n", s.symbols.size());
    std::printf("ticks      %llu\n", static_cast<unsigned long long>(ticks_of(s)));
    std::printf("bytes      %llu\n", static_cast<unsigned long long>(s.bytes));
    std::printf("first      %s\n", text_of_time(first_of(s)).c_str());
    std::printf("last       %s\n", text_of_time(last_of(s)).c_str());
    for (const auto& held : s.candles.held)
        std::printf(
            "candles    %-3s %llu since %s\n", std::string{series::text(held.of)}.c_str(),
            static_cast<unsigned long long>(held.candles),
            format_rfc3339(wall_time{held.first}).c_str());
    std::printf("           %llu bytes\n", static_cast<unsigned long long>(s.candles.bytes));
    std::printf("holes      %zu\n", s.held.holes.size());
    std::printf("damaged    %llu files\n", static_cast<unsigned long long>(s.damaged_files));
    std::printf("lives      %zu\n", lives_of(s));
}

std::string verify_json(const std::vector<archive::finding>& findings, bool is_sound)
{
    json::array all;
    for (const auto& f : findings)
        all.json(std::move(json::object{}
                               .text("file", f.file.string())
                               .text("text", f.text)
                               .boolean("wrong", f.is_wrong))
                     .done());
    return std::move(
               json::object{}.boolean("sound", is_sound).json("findings", std::move(all).done()))
        .done();
}

}  // namespace

int archive_info(const tool_context& c)
{
    const auto found = look(c);
    if (!found)
        return exit_found_wrong;
    for (const auto& t : found->trouble)
        complain(t.file.string() + ": " + t.text);
    if (c.call.has("json"))
        std::printf("%s\n", info_json(*found).c_str());
    else
        print_info(*found);
    return 0;
}

int archive_verify(const tool_context& c)
{
    const auto found = look(c);
    if (!found)
        return exit_found_wrong;
    archive::result<std::vector<archive::finding>> findings{
        boost::system::in_place_value, std::vector<archive::finding>{}};
    {
        progress_bar bar{"verifying", c.time};
        findings = verify(
            *found, [&bar](std::size_t done, std::size_t all) { bar.show(done, all, "files"); });
    }
    if (!findings) {
        complain(findings.error().text);
        return exit_found_wrong;
    }
    const bool is_sound = std::ranges::none_of(*findings, &archive::finding::is_wrong);
    if (found->is_in_use)
        complain("a server uses the archive: ticks that came since the look are not verified, nor "
                 "how far it says it has come");
    if (c.call.has("json")) {
        std::printf("%s\n", verify_json(*findings, is_sound).c_str());
        return is_sound ? 0 : exit_found_wrong;
    }
    for (const auto& f : *findings)
        std::printf("%s %s: %s\n", f.is_wrong ? "WRONG" : "note ", f.file.c_str(), f.text.c_str());
    std::printf(
        "%zu files, %llu ticks, %llu candles: %s\n", found->held.days.size(),
        static_cast<unsigned long long>(ticks_of(*found)),
        static_cast<unsigned long long>(candles_of(*found)), is_sound ? "sound" : "not sound");
    return is_sound ? 0 : exit_found_wrong;
}

}  // namespace tickertape
