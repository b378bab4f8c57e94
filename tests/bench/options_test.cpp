#include "support/catch.hpp"
#include "tickertape-bench/options.hpp"

using namespace tickertape::bench;
using namespace std::chrono_literals;

namespace {

options parsed(std::vector<const char*> arguments)
{
    arguments.insert(arguments.begin(), {"--url", "http://127.0.0.1:1/x"});
    return parse_options(arguments);
}

std::string complaint(std::vector<const char*> arguments)
{
    try {
        parse_options(arguments);
    } catch (const bad_option& e) {
        return e.what();
    }
    return "none";
}

}  // namespace

TEST_CASE("Options are read in both ways of writing them", "[bench]")
{
    const auto o = parsed(
        {"--connections=20",
         "--ramp",
         "1.5",
         "--duration=500ms",
         "--warmup",
         "2m",
         "--settle=1",
         "--pid",
         "12,13",
         "--header",
         "A: b",
         "--last-event-id",
         "1-0",
         "--since",
         "5",
         "--json",
         "--stamp=id",
         "--symbols",
         "A,B",
         "--sources",
         "4"});

    CHECK(o.connections == 20);
    CHECK(o.ramp == 1.5);
    CHECK(o.duration == 500ms);
    CHECK(o.warmup == 2min);
    CHECK(o.settle == 1s);
    CHECK(o.pids == std::vector<int>{12, 13});
    CHECK(o.headers == std::vector<std::string>{"A: b", "Last-Event-ID: 1-0"});
    CHECK(o.url == "http://127.0.0.1:1/x?since=5");
    CHECK(o.json);
    CHECK(o.by == stamp_kind::id);
    CHECK(o.symbols == std::vector<std::string>{"A", "B"});
    CHECK(o.sources == 4);
}

TEST_CASE("A bad option is refused with one line that says what is accepted", "[bench]")
{
    CHECK(complaint({}) == "--url is missing: what to subscribe to");
    CHECK(complaint({"--url"}) == "--url needs a value");
    CHECK(complaint({"--url", "x"}) == "--url: 'x' does not begin with http:// or https://");
    CHECK(complaint({"--speed", "1"}) == "--speed is no option; see --help");
    CHECK(complaint({"url"}) == "'url' is no option; see --help");
    CHECK(complaint({"--json=yes"}) == "--json takes no value");
    CHECK(complaint({"--connections", "-1"}) == "--connections: '-1'; accepted: 0 to 1000000");
    CHECK(
        complaint({"--duration", "10h"}) ==
        "--duration: '10h'; accepted: a duration such as 10s, 500ms or 2m");
    CHECK(
        complaint({"--header", "x\r\ny: z"}) ==
        "--header: 'x\r\ny: z'; accepted: a header such as 'Name: value'");
    CHECK(complaint({"--stamp", "x"}) == "--stamp: 'x'; accepted: price, id or none");
    CHECK(
        complaint({"--url", "http://x/", "--sources", "2"}) ==
        "--sources: only where the host is 127.0.0.1 or localhost");
    CHECK(
        complaint({"--url", "http://x/", "--insecure"}) ==
        "--insecure and --ca: only where the URL is https://");
    CHECK(
        complaint({"--url", "http://x/", "--connections", "0"}) ==
        "--connections: there is nobody to connect");
    CHECK(
        complaint({"--url", "http://x/{random:2}", "--symbols", "A"}) ==
        "--url: '{random:2}' asks for more than the 1 of --symbols");
}

TEST_CASE("Help needs no URL and names every option", "[bench]")
{
    CHECK(parse_options(std::vector{"--help"}).help);
    for (const auto* name : {"--url", "--each", "--last-event-id", "--since", "--insecure"})
        CHECK(usage().find(name) != std::string::npos);
}
