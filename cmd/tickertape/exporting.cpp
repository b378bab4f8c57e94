#include "exporting.hpp"

#include "core/symbol.hpp"
#include "core/text.hpp"
#include "core/timestamp.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace tickertape {

export_output::export_output(const std::string& path) : path_{path == "-" ? "" : path}
{
    if (path_.empty())
        return;
    number_ = ::open((path_ + ".tmp").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (number_ < 0)
        fail("open");
}

export_output::~export_output()
{
    if (!path_.empty() && number_ >= 0) {
        ::close(number_);
        ::unlink((path_ + ".tmp").c_str());
    }
}

void export_output::write(std::string_view text)
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

void export_output::finish()
{
    if (path_.empty())
        return;
    if (::fsync(number_) != 0 || ::rename((path_ + ".tmp").c_str(), path_.c_str()) != 0)
        fail("finish");
    ::close(number_);
    number_ = -1;
}

bool export_output::is_terminal() const
{
    return ::isatty(number_) == 1;
}

void export_output::fail(const char* what) const
{
    const std::string why = std::system_category().message(errno);
    throw std::runtime_error{
        (path_.empty() ? "standard output" : path_) + ": " + what + ": " + why};
}

transfer::format export_format(const tool_context& c)
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

std::optional<position> time_of_flag(const tool_context& c, std::string_view flag)
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

std::vector<std::string> wanted_names(const tool_context& c, const std::vector<std::string>& held)
{
    if (!c.call.has("symbols"))
        return held;
    std::vector<std::string> names;
    const auto text = c.call.get("symbols");
    for (const auto item : list_items(text)) {
        const auto name = normalized_symbol(item);
        if (!name || std::ranges::find(held, *name) == held.end())
            throw bad_flag{"--symbols: the archive has no " + clean_words(item)};
        names.push_back(*name);
    }
    return names;
}

}  // namespace tickertape
