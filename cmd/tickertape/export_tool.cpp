// `tickertape export`: ticks of the archive as text, a batch at a time.
#include "archive/reader.hpp"
#include "archive/survey.hpp"
#include "core/text.hpp"
#include "core/timestamp.hpp"
#include "progress_bar.hpp"
#include "tools.hpp"
#include "transfer/tick_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <unistd.h>

namespace tickertape {
namespace {

constexpr std::size_t ticks_at_once = 4'096;

// Thrown where nobody reads what is written any more.
struct reader_left {};

// A refused flag: one line.
struct bad_flag : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Standard output, or a file that gets its name once it is complete.
class output {
public:
    explicit output(const std::string& path) : path_{path == "-" ? "" : path}
    {
        if (path_.empty())
            return;
        number_ = ::open((path_ + ".tmp").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (number_ < 0)
            fail("open");
    }
    ~output()
    {
        if (!path_.empty() && number_ >= 0) {
            ::close(number_);
            ::unlink((path_ + ".tmp").c_str());
        }
    }
    output(const output&) = delete;
    output& operator=(const output&) = delete;

    void write(std::string_view text)
    {
        while (!text.empty()) {
            const auto n = ::write(number_, text.data(), text.size());
            if (n < 0 && errno == EPIPE)
                throw reader_left{};
            if (n < 0 && errno != EINTR)
                fail("write");
            text.remove_prefix(n < 0 ? 0 : static_cast<std::size_t>(n));
        }
    }
    void finish()
    {
        if (path_.empty())
            return;
        if (::fsync(number_) != 0 || ::rename((path_ + ".tmp").c_str(), path_.c_str()) != 0)
            fail("finish");
        ::close(number_);
        number_ = -1;
    }
    bool is_terminal() const { return ::isatty(number_) == 1; }

private:
    [[noreturn]] void fail(const char* what) const
    {
        const std::string why = std::system_category().message(errno);
        throw std::runtime_error{
            (path_.empty() ? "standard output" : path_) + ": " + what + ": " + why};
    }

    const std::string path_;
    int number_ = STDOUT_FILENO;
};

transfer::format format_of(const tool_context& c)
{
    const auto named = c.call.get("format");
    if (named.empty()) {
        const auto file = c.call.get("output");
        const auto by_name = transfer::format_of_file(file);
        if (!by_name && std::filesystem::path{file}.has_extension())
            throw bad_flag{
                "--output: the name '" + clean_words(file) +
                "' does not say which format; accepted: .csv, .json, .jsonl, or --format"};
        return by_name.value_or(transfer::format::csv);
    }
    const auto found = transfer::parse_format(named);
    if (!found || found == transfer::format::bitcoincharts)
        throw bad_flag{"--format: '" + named + "' is none; accepted: csv, json, jsonl"};
    return *found;
}

std::optional<position> time_of(const tool_context& c, std::string_view flag)
{
    if (!c.call.has(flag))
        return std::nullopt;
    const auto text = c.call.get(flag);
    if (const auto back = parse_span_back(text))
        return position::at(c.time.wall_now() - *back);
    const auto at = parse_moment(text);
    if (!at)
        throw bad_flag{
            "--" + std::string{flag} + ": '" + clean_words(text) +
            "' is no time; accepted: Unix seconds, RFC 3339, 2020-01-31, or a span back such as "
            "-2h"};
    return position::at(*at);
}

// The symbols that are wanted, all of which the archive has.
std::vector<std::string> names_of(const tool_context& c, const archive::survey& found)
{
    if (!c.call.has("symbols"))
        return found.symbols;
    std::vector<std::string> names;
    const auto text = c.call.get("symbols");
    for (const auto item : list_items(text)) {
        const auto name = normalized_symbol(item);
        if (!name || std::ranges::find(found.symbols, *name) == found.symbols.end())
            throw bad_flag{"--symbols: the archive has no " + clean_words(item)};
        names.push_back(*name);
    }
    return names;
}

archive::survey look(const tool_context& c)
{
    auto found = archive::look_at(c.archive, c.kind);
    if (!found)
        throw std::runtime_error{found.error().text};
    return std::move(*found);
}

class exporting {
public:
    explicit exporting(const tool_context& c)
        : c_{c}, writer_{format_of(c)}, after_{start_of(c)}, until_{time_of(c, "until")},
          found_{look(c)}, names_{names_of(c, found_)}, to_{c.call.get("output", "-")}
    {
        if (until_ && *until_ <= after_)
            throw bad_flag{"--until lies before --since: there is nothing to export"};
    }

    void run()
    {
        for (const auto& t : found_.trouble)
            complain(t.file.string() + ": " + t.text);
        std::string text;
        writer_.begin(text);
        if (!names_.empty() && !found_.held.days.empty())
            write_ticks(text);
        writer_.end(text);
        to_.write(text);
        to_.finish();
    }

private:
    static position start_of(const tool_context& c)
    {
        return time_of(c, "since").value_or(position{}).previous();
    }

    void write_ticks(std::string& text);
    void tell_of_hole(position from, position to) const
    {
        if (from < to)
            complain(
                "missing: after " + from.text() + " (" + format_rfc3339(from.time()) + ") up to " +
                to.text() + " (" + format_rfc3339(to.time()) + ')');
    }
    bool is_recorded(position from, position to) const
    {
        return std::ranges::any_of(found_.held.holes, [&](const archive::hole& h) {
            return h.from <= from && to <= h.to;
        });
    }

    const tool_context& c_;
    // In the order in which flags are looked at: what is wrong with them is said first.
    transfer::tick_writer writer_;
    position after_;
    const std::optional<position> until_;
    archive::survey found_;
    const std::vector<std::string> names_;
    output to_;
};

void exporting::write_ticks(std::string& text)
{
    const auto table = symbol_table::from(names_);
    if (!table)
        throw std::runtime_error{table.error().message() + "; give --symbols"};
    const std::vector<symbol_id> all{table->all().begin(), table->all().end()};
    progress_bar bar{"exporting", c_.time};
    std::uint64_t count = 0;
    auto from = make_reader(found_, *table);
    const auto end =
        std::min(until_.value_or(position::from_packed(~std::uint64_t{0})).previous(), found_.last);
    after_ = std::max(after_, found_.held.days.front().previous);
    bool has_looked_again = false;
    while (after_ < end) {
        const auto answer = from->read({all, after_, end, ticks_at_once});
        if (!answer)
            throw std::runtime_error{answer.error().text};
        const bool is_over = answer->to <= answer->from;
        const auto known_from = is_over ? end : std::min(answer->from, end);
        if (known_from > after_ && !is_recorded(after_, known_from) && !has_looked_again) {
            // The server may have sealed a day since: then its file has another name.
            has_looked_again = true;
            found_ = look(c_);
            from = make_reader(found_, *table);
            continue;
        }
        has_looked_again = false;
        tell_of_hole(after_, known_from);
        for (const auto& t : answer->ticks)
            writer_.add(text, {table->name(t.symbol), t.value, t.at.time(), t.source, t.at});
        to_.write(text);
        text.clear();
        count += answer->ticks.size();
        if (!to_.is_terminal())
            bar.show(count, 0, "ticks");
        after_ = is_over ? end : answer->to;
    }
}

}  // namespace

int export_ticks(const tool_context& c)
{
    try {
        exporting{c}.run();
        return 0;
    } catch (const reader_left&) {
        return 0;  // as when `head` has seen enough
    } catch (const bad_flag& e) {
        complain("export: " + std::string{e.what()});
        return exit_refused;
    } catch (const std::exception& e) {
        complain(e.what());
        return exit_found_wrong;
    }
}

}  // namespace tickertape
