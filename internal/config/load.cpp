#include "config/load.hpp"

#include "archive/place.hpp"
#include "config/command_line.hpp"
#include "config/consistency.hpp"
#include "config/dotenv.hpp"
#include "config/present.hpp"
#include "config/table.hpp"
#include "core/symbol.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <iterator>

namespace tickertape::config {
namespace {

constexpr const char* default_env_file = ".env";

last_words refused(const std::string& line)
{
    return {"tickertape: " + line + "\n", exit_bad_configuration};
}

// What one source says of one setting.
struct candidate {
    std::string text;
    std::string origin;  // "environment", ".env line 3"
};

// The .env file, if there is one.
struct env_file {
    std::string path;
    std::vector<dotenv_entry> entries;

    std::string place(std::size_t line) const { return path + " line " + std::to_string(line); }
    // The last line that sets it.
    const dotenv_entry* find(std::string_view name) const
    {
        const auto found =
            std::ranges::find(entries.rbegin(), entries.rend(), name, &dotenv_entry::name);
        return found == entries.rend() ? nullptr : &*found;
    }
};

std::variant<env_file, last_words>
read_env_file(const config_inputs& from, const std::optional<std::string>& named)
{
    env_file file{named.value_or(default_env_file), {}};
    // One byte more than is allowed shows that there is more.
    const auto text = from.read_file(file.path, dotenv_bytes_max + 1);
    if (!text) {
        if (!named && text.error() == boost::system::errc::no_such_file_or_directory)
            return file;
        return refused("cannot read " + printable(file.path) + ": " + text.error().message());
    }
    auto entries = parse_dotenv(*text);
    if (!entries) {
        const auto& e = entries.error();
        return refused((e.line == 0 ? file.path : file.place(e.line)) + ": " + e.reason);
    }
    file.entries = *std::move(entries);
    return file;
}

candidate winning(
    const setting& row, const command_line& line, const config_inputs& from, const env_file& file)
{
    if (const auto flag = line.settings.find(row.name); flag != line.settings.end())
        return {flag->second, "--" + row.flag()};
    if (auto value = from.environment(row.name))
        return {*std::move(value), "environment"};
    if (const auto* entry = file.find(row.name))
        return {entry->value, file.place(entry->line)};
    return {row.fallback, "default"};
}

// "STORE_SIZE: 'ten' (environment) is not a whole number; accepted: 2 to 10000000 ticks"
std::string refusal(const setting& row, const candidate& value, const complaint& why)
{
    // A URL with a password in it is refused; that is no reason to show the password.
    const bool hidden = row.secret || archive::is_database(value.text) ||
                        value.text.find('@') != std::string::npos ||
                        value.text.find("password") != std::string::npos;
    std::string line = row.name + ": ";
    line += hidden ? std::string{secret_mask} : printable(value.text);
    line += " (" + value.origin + ") " + why.reason() + "; accepted: " + row.values.accepted;
    if (row.values.unit == "ticks" || row.values.unit == "threads" || row.values.unit == "%")
        line.append(" ").append(row.values.unit);
    return line;
}

std::vector<std::string> names_of(const setting_table& table)
{
    std::vector<std::string> names;
    for (const auto& row : table.rows())
        names.push_back(row.name);
    return names;
}

// Of variables that are one of ours with a letter wrong: what they were set for does not happen.
void warn_of_environment(
    const std::vector<std::string>& set, const setting_table& table,
    std::vector<std::string>& warnings)
{
    const auto names = names_of(table);
    for (const auto& name : set) {
        const bool ours = std::ranges::find(names, name) != names.end();
        if (const auto meant = nearest(upper_case(name), names); meant && !ours)
            warnings.push_back(
                "environment: no setting is called " + printable(name) + "; did you mean " +
                *meant + "?");
    }
}

void warn_of_env_file(
    const env_file& file, const setting_table& table, std::vector<std::string>& warnings)
{
    const auto names = names_of(table);
    for (const auto& entry : file.entries) {
        const bool ours = std::ranges::find(names, entry.name) != names.end();
        // A .env file is often shared: a name that is not ours is somebody else's, unless it is
        // one of ours with a letter wrong.
        if (!ours) {
            if (const auto meant = nearest(upper_case(entry.name), names))
                warnings.push_back(
                    file.place(entry.line) + ": no setting is called " + printable(entry.name) +
                    "; did you mean " + *meant + "?");
        } else if (const auto* last = file.find(entry.name); last != &entry) {
            warnings.push_back(
                file.place(entry.line) + ": " + entry.name + " is set again in line " +
                std::to_string(last->line) + ", which counts");
        }
    }
}

void warn_of_flags(
    const command_line& line, const setting_table& table, std::vector<std::string>& warnings)
{
    for (const auto& row : table.rows())
        if (const auto said = line.settings.find(row.name);
            said != line.settings.end() &&
            (row.secret || !archive::passwords_of(said->second).empty()))
            warnings.push_back(
                row.name + " was given as a flag, which every user of this machine can read");
}

// A fetch is over before the next one begins, whatever FETCH_DEADLINE allows; but below two seconds
// no connection to a distant host would ever be made.
constexpr std::chrono::milliseconds deadline_min{2'000};

void limit_deadline(settings& s, const setting_table& table, std::vector<std::string>& origins)
{
    const auto longest = std::max(s.live.fetch.interval, deadline_min);
    if (s.live.fetch.deadline <= longest)
        return;
    s.live.fetch.deadline = longest;
    const auto row = std::ranges::find(table.rows(), "FETCH_DEADLINE", &setting::name);
    origins[static_cast<std::size_t>(row - table.rows().begin())] +=
        s.live.fetch.interval < deadline_min ? ", limited to 2s" : ", limited to FETCH_INTERVAL";
}

// What the feed is to be told of the providers in PROVIDERS and of DERIVE. Returns what is wrong.
std::optional<std::string> complete(settings& s)
{
    for (const auto& name : s.providers) {
        const auto access = s.access.find(name);
        auto& p = s.live.providers.emplace_back();
        if (access != s.access.end())
            p = access->second;
        p.name = name;
    }
    auto cross_rates = pricing::resolve_cross_rates(s.derive, *symbol_table::from(s.symbols));
    if (!cross_rates)
        return "DERIVE: " + cross_rates.error().reason;
    s.live.cross_rates = *std::move(cross_rates);
    return std::nullopt;
}

}  // namespace

std::variant<configuration, last_words> load(const config_inputs& from)
{
    const setting_table table{from.providers};
    const auto line = parse_command_line(from.arguments, table);
    if (!line)
        return refused(line.error().line);
    if (line->help)
        return last_words{help_text(table), 0};
    if (line->version)
        return last_words{"tickertape " + std::string{product_version()} + "\n", 0};

    auto read = read_env_file(from, line->env_file);
    if (auto* failed = std::get_if<last_words>(&read))
        return std::move(*failed);
    const auto& file = std::get<env_file>(read);

    configuration out{.values = {}, .warnings = {}, .asks = line->asks};
    std::vector<std::string> origins;
    for (const auto& row : table.rows()) {
        auto value = winning(row, *line, from, file);
        if (const auto why = row.values.assign(out.values, value.text))
            return refused(refusal(row, value, *why));
        origins.push_back(std::move(value.origin));
    }
    if (const auto why = contradiction(out.values, from.providers))
        return refused(*why);
    if (const auto why = complete(out.values))
        return refused(*why);
    // healthcheck asks a server that has read its files; it may not be allowed to read them itself.
    if (from.wrong_with_files && !out.asks)
        if (const auto why = from.wrong_with_files(out.values))
            return refused(*why);
    limit_deadline(out.values, table, origins);

    warn_of_environment(from.environment_names, table, out.warnings);
    warn_of_env_file(file, table, out.warnings);
    warn_of_flags(*line, table, out.warnings);
    std::ranges::move(doubts(out.values, from.providers), std::back_inserter(out.warnings));
    if (line->check_config)
        return last_words{check_config_text(table, out.values, origins, out.warnings), 0};
    if (out.asks && out.values.port == 0)
        return refused(
            "PORT is 0: only the server that picked its port knows it, and prints it; healthcheck "
            "needs a PORT of its own");
    return out;
}

}  // namespace tickertape::config
