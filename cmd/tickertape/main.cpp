// tickertape: a real-time price server. See README.md.
#include "application.hpp"
#include "config/load.hpp"
#include "environment.hpp"
#include "providers.hpp"

#include <csignal>
#include <cstdio>
#include <exception>
#include <span>

namespace {

int serve(const tickertape::configuration& c)
{
    const tickertape::logger log{c.values.level, c.values.format};
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
    try {
        const std::span<const char* const> arguments{
            argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0)};
        const auto providers = tickertape::network_providers();
        const auto loaded = tickertape::load(
            {arguments, providers, tickertape::environment_variable, tickertape::read_file});
        if (const auto* last = std::get_if<tickertape::last_words>(&loaded)) {
            std::fputs(last->text.c_str(), last->exit_status == 0 ? stdout : stderr);
            return last->exit_status;
        }
        return serve(std::get<tickertape::configuration>(loaded));
    } catch (const std::exception& cannot_start) {
        std::fprintf(stderr, "tickertape: %s\n", cannot_start.what());
        return 1;
    }
}
