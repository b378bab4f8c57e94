// tickertape-bench: opens many subscribers to an event stream, of Tickertape or of any other
// server, and measures what arrives. docs/performance.md says what was found with it.
#include "tickertape-bench/report.hpp"

#include <csignal>
#include <cstdio>
#include <exception>

namespace bench = tickertape::bench;

namespace {

int measure(const bench::options& o)
{
    bench::load load{o};
    const auto found = load.run();
    const auto figures = bench::figures_of(o, found);
    if (o.json)
        std::fputs(bench::as_json(figures).c_str(), stdout);
    else if (found.connected > 0)  // else it is a table of nothing
        std::fputs(bench::as_table(figures).c_str(), stdout);
    if (found.failed > 0)
        std::fprintf(
            stderr, "tickertape-bench: %zu failed to connect, the first: %s\n", found.failed,
            found.why_failed.c_str());
    if (found.refused > 0)
        std::fprintf(
            stderr, "tickertape-bench: %zu were refused, the first with status %d\n", found.refused,
            found.refused_with);
    return found.connected > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN);  // TLS has no other way of not being told by it
    try {
        const auto o = bench::parse_options({argv + 1, static_cast<std::size_t>(argc - 1)});
        if (!o.help)
            return measure(o);
        std::fputs(bench::usage().c_str(), stdout);
        return 0;
    } catch (const bench::bad_option& e) {
        std::fprintf(stderr, "tickertape-bench: %s\n", e.what());
        return 2;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "tickertape-bench: %s\n", e.what());
        return 1;
    }
}
