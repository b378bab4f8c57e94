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
