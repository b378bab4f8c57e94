#include "tools.hpp"

#include "config/load.hpp"
#include "config/table.hpp"
#include "environment.hpp"
#include "feed_choice.hpp"
#include "provider/registry.hpp"

#include <array>
#include <cstdio>
#include <utility>

namespace tickertape {
namespace {

using tool = int (*)(const tool_context&);

constexpr std::array<std::pair<std::string_view, tool>, 8> tools{{
    {"archive backup", archive_backup},
    {"archive restore", archive_restore},
    {"archive compact", archive_compact},
    {"export", export_ticks},
    {"import", import_files},
    {"backfill", backfill_candles},
    {"archive info", archive_info},
    {"archive verify", archive_verify},
}};

int refuse(const std::string& line)
{
    complain(line);
    return config::exit_bad_configuration;
}

// What to use for an archive in PostgreSQL, where these commands do not work.
std::string instead_of(std::string_view command)
{
    std::string line = " works on files, and this archive is in PostgreSQL: ";
    if (command == "archive backup")
        return line + "use pg_dump";
    if (command == "archive restore")
        return line + "use pg_restore, or psql with what pg_dump wrote";
    if (command == "archive compact")
        return line + "use VACUUM in psql";
    if (command == "archive verify")
        return line + "use pg_amcheck, and pg_checksums for the whole server";
    if (command == "archive info")
        return line + "ask GET /api/archive of the server, or the tables days and holes in psql";
    if (command == "export")
        return line +
               "use \\copy (SELECT extract(epoch FROM time) AS timestamp, symbol, price, source "
               "FROM tickertape_live.prices ORDER BY time) TO 'prices.csv' CSV HEADER in psql";
    if (command == "backfill")
        return line + "a server that is started on it fetches what BACKFILL says";
    return line + "import to ARCHIVE=sqlite: and a directory";
}

std::vector<std::string> setting_flags()
{
    const config::setting_table table{provider::provider_rows()};
    std::vector<std::string> flags{"env-file"};
    for (const auto& row : table.rows())
        flags.push_back(row.flag());
    return flags;
}

}  // namespace

void complain(const std::string& line)
{
    std::fprintf(stderr, "tickertape: %s\n", line.c_str());
}

int run_command(std::span<const std::string> arguments, const clock& time)
{
    if (arguments.size() == 2 && arguments[0] == "archive" && arguments[1] == "--help") {
        std::fputs(help_of_archive().c_str(), stdout);
        return 0;
    }
    const auto found = find_command(arguments);
    if (!found || found->what == nullptr)
        return refuse(found ? found->problem : "no such command");
    const auto call = parse_call(*found->what, arguments.subspan(found->words), setting_flags());
    if (!call)
        return refuse(call.error());
    if (call->help) {
        std::fputs(help_of(*call->what).c_str(), stdout);
        return 0;
    }
    std::vector<const char*> settings;
    for (const auto& argument : call->settings)
        settings.push_back(argument.c_str());
    const auto providers = provider::provider_rows();
    const auto loaded = config::load(
        {settings, providers, environment_variable, read_file, environment_names(), {}});
    if (const auto* last = std::get_if<config::last_words>(&loaded)) {
        std::fputs(last->text.c_str(), stderr);
        return last->exit_status;
    }
    const auto& configured = std::get<config::configuration>(loaded);
    for (const auto& warning : configured.warnings)
        complain(warning);
    const auto& s = configured.values;
    if (!s.archive.database.empty())
        return refuse(std::string{call->what->name} + instead_of(call->what->name));
    if (s.archive.directory.empty())
        return refuse("ARCHIVE is none, so there is no archive; accepted: sqlite: and the path of "
                      "a directory");
    const auto kind = kind_of_feed(s.providers);
    const tool_context context{
        *call, s, std::filesystem::path{s.archive.directory} / std::string{archive::text_of(kind)},
        kind, time};
    for (const auto& [name, run] : tools)
        if (name == call->what->name)
            return run(context);
    return refuse(std::string{call->what->name} + " is no command of this program");
}

}  // namespace tickertape
