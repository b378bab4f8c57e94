// tickertape: a real-time price server. See README.md.
#include "application.hpp"
#include "config/command_line.hpp"
#include "config/load.hpp"
#include "environment.hpp"
#include "file_checks.hpp"
#include "healthcheck.hpp"
#include "provider/registry.hpp"
#include "tools.hpp"

#include <csignal>
#include <cstdio>
#include <exception>
#include <span>
#include <string>
#include <vector>

namespace {

// What `healthcheck` exits with where the server is not well, or cannot be asked. Docker knows
// 0, 1.
constexpr int exit_unhealthy = 1;

// The arguments, and for `healthcheck` in front of its own flags those of the server whose
// container it is run in: they are how that is configured.
std::vector<std::string> all_arguments(std::span<const char* const> given)
{
    std::vector<std::string> all{given.begin(), given.end()};
    if (!all.empty() && all.front() == tickertape::config::healthcheck_command) {
        const auto flags = tickertape::flags_of_first_process();
        all.insert(all.begin() + 1, flags.begin(), flags.end());
    }
    return all;
}

int check_health(const tickertape::config::configuration& c)
{
    const auto why = tickertape::why_unhealthy(c.values, *c.asks, tickertape::healthcheck_patience);
    if (!why)
        return 0;
    std::fprintf(stderr, "tickertape: %s\n", why->c_str());
    return exit_unhealthy;
}

int serve(const tickertape::config::configuration& c)
{
    const tickertape::telemetry::logger log{c.values.level, c.values.format};
    for (const auto& warning : c.warnings)
        log.warn("configuration", {{"warning", warning}});
    const tickertape::machine_clock clock;
    tickertape::application app{c.values, clock, log};
    app.run();
    return 0;
}

}  // namespace

int main(int argc, char** argv)
{
    // A peer that leaves while it is written to is an error code, not the end of the process.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of the write
    try {
        const auto all =
            all_arguments({argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0)});
        if (tickertape::find_command(all))
            return tickertape::run_command(all, tickertape::machine_clock{});
        std::vector<const char*> arguments;
        for (const auto& argument : all)
            arguments.push_back(argument.c_str());
        const bool is_check =
            !all.empty() && all.front() == tickertape::config::healthcheck_command;
        const auto providers = tickertape::provider::provider_rows();
        const auto loaded = tickertape::config::load(
            {arguments, providers, tickertape::environment_variable, tickertape::read_file,
             tickertape::environment_names(), tickertape::wrong_with_files});
        if (const auto* last = std::get_if<tickertape::config::last_words>(&loaded)) {
            std::fputs(last->text.c_str(), last->exit_status == 0 ? stdout : stderr);
            return is_check && last->exit_status != 0 ? exit_unhealthy : last->exit_status;
        }
        const auto& configured = std::get<tickertape::config::configuration>(loaded);
        return configured.asks ? check_health(configured) : serve(configured);
    } catch (const std::exception& cannot_start) {
        std::fprintf(stderr, "tickertape: %s\n", cannot_start.what());
        return 1;
    }
}
