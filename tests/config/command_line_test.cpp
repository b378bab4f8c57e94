#include "given.hpp"

#include "support/catch.hpp"

#include "config/command_line.hpp"

using namespace tickertape;
using namespace tickertape::config;

TEST_CASE("an unknown flag is refused with the one it was meant to be", "[config]")
{
    CHECK(
        given{.flags = {"--prot", "8082"}}.error() ==
        "tickertape: unknown flag '--prot'; did you mean --port?\n");
    CHECK(
        given{.flags = {"--store_size=3"}}.error() ==
        "tickertape: unknown flag '--store_size'; did you mean --store-size?\n");
    CHECK(
        given{.flags = {"--fetch-intervall", "3s"}}.error() ==
        "tickertape: unknown flag '--fetch-intervall'; did you mean --fetch-interval?\n");
    CHECK(
        given{.flags = {"--banana"}}.error() ==
        "tickertape: unknown flag '--banana'; --help lists all flags\n");
}

TEST_CASE("a flag in capitals is told how it is written", "[config]")
{
    CHECK(
        given{.flags = {"--PORT=1"}}.error() ==
        "tickertape: unknown flag '--PORT'; did you mean --port?\n");
}

TEST_CASE("a flag is never guessed from its beginning", "[config]")
{
    CHECK(
        given{.flags = {"--por", "1"}}.error() ==
        "tickertape: unknown flag '--por'; did you mean --port?\n");
    CHECK(
        given{.flags = {"-p", "1"}}.error() ==
        "tickertape: unknown flag '-p'; --help lists all flags\n");
}

TEST_CASE("healthcheck comes first and reads the same settings", "[config]")
{
    const auto asks = [](const given& from) { return std::get<configuration>(from.load()).asks; };
    CHECK(asks({}) == std::nullopt);
    CHECK(asks({.flags = {"healthcheck"}}) == health_question::alive);
    CHECK(asks({.flags = {"healthcheck", "--ready"}}) == health_question::ready);
    CHECK(asks({.flags = {"healthcheck", "--port", "81", "--ready"}}) == health_question::ready);
    const given from{
        .flags = {"healthcheck", "--port=81"},
        .environment = {{"LISTEN_ADDRESS", "::1"}},
        .files = {{".env", "THREADS=3"}}};
    CHECK(from.values().port == 81);
    CHECK(from.values().listen_address == "::1");
    CHECK(from.values().threads == 3);
    CHECK_FALSE(given{.flags = {"healthcheck", "--help"}}.printed().empty());
}

TEST_CASE("healthcheck is refused where it cannot know whom to ask", "[config]")
{
    CHECK(
        given{.flags = {"healthcheck"}, .environment = {{"PORT", "0"}}}.error() ==
        "tickertape: PORT is 0: only the server that picked its port knows it, and prints it; "
        "healthcheck needs a PORT of its own\n");
    CHECK(given{.environment = {{"PORT", "0"}}}.values().port == 0);
    CHECK(
        given{.flags = {"--port", "81", "healthcheck"}}.error() ==
        "tickertape: unexpected argument 'healthcheck'; it comes before all flags\n");
    CHECK(
        given{.flags = {"--ready"}}.error() ==
        "tickertape: --ready belongs to tickertape healthcheck\n");
    CHECK(
        given{.flags = {"healthcheck", "--port=x"}}.error() ==
        "tickertape: PORT: 'x' (--port) is not a whole number; accepted: 0 to 65535\n");
}

TEST_CASE("an argument that is no flag is refused", "[config]")
{
    CHECK(
        given{.flags = {"serve"}}.error() ==
        "tickertape: unexpected argument 'serve'; --help lists all flags\n");
    CHECK(
        given{.flags = {"--port", "1", "2"}}.error() ==
        "tickertape: unexpected argument '2'; --help lists all flags\n");
    CHECK_FALSE(given{.flags = {""}}.error().empty());
    CHECK_FALSE(given{.flags = {"-"}}.error().empty());
    CHECK_FALSE(given{.flags = {"--=1"}}.error().empty());
    CHECK(
        given{.flags = {"--", "--port"}}.error() ==
        "tickertape: unexpected argument '--port'; --help lists all flags\n");
}

TEST_CASE("a flag without its value is refused", "[config]")
{
    CHECK(
        given{.flags = {"--port"}}.error() ==
        "tickertape: --port needs a value; accepted: 0 to 65535\n");
    CHECK(
        given{.flags = {"--port", "--threads", "2"}}.error() ==
        "tickertape: --port needs a value; accepted: 0 to 65535\n");
    CHECK(given{.flags = {"--env-file"}}.error() == "tickertape: --env-file needs a value\n");
    CHECK(
        given{.flags = {"--static-dir", "--port", "1"}}.error() ==
        "tickertape: --static-dir needs a value; accepted: empty, or the path of a directory\n");
}

TEST_CASE("a value for a flag that takes none is refused", "[config]")
{
    CHECK(given{.flags = {"--help=yes"}}.error() == "tickertape: --help takes no value\n");
    CHECK(
        given{.flags = {"--check-config=1"}}.error() ==
        "tickertape: --check-config takes no value\n");
}

TEST_CASE("a flag cannot forge a line of the error", "[config]")
{
    CHECK(
        given{.flags = {"--x\ny\x1b[2J"}}.error() ==
        "tickertape: unknown flag '--x\\x0ay\\x1b[2J'; --help lists all flags\n");
}

TEST_CASE("a flag takes its value after a blank or an equals sign", "[config]")
{
    CHECK(given{.flags = {"--port", "81"}}.values().port == 81);
    CHECK(given{.flags = {"--port=82"}}.values().port == 82);
    CHECK(given{.flags = {"--static-dir=a=b"}}.values().static_dir == "a=b");
}

TEST_CASE("a value may begin with a dash", "[config]")
{
    CHECK(
        given{.flags = {"--simulator-step", "-1"}}.error() ==
        "tickertape: SIMULATOR_STEP: '-1' (--simulator-step) is below 0.001; accepted: 0.001 to 50 "
        "%\n");
    CHECK(given{.flags = {"--static-dir=--odd"}}.values().static_dir == "--odd");
}

TEST_CASE("a flag may take back what the environment says", "[config]")
{
    const given none{.flags = {"--static-dir", ""}, .environment = {{"STATIC_DIR", "/srv"}}};
    CHECK(none.values().static_dir == std::nullopt);
    const given joined{.flags = {"--static-dir="}, .environment = {{"STATIC_DIR", "/srv"}}};
    CHECK(joined.values().static_dir == std::nullopt);
}

TEST_CASE("a flag given twice counts as it was given last", "[config]")
{
    CHECK(given{.flags = {"--port", "81", "--port=82"}}.values().port == 82);
}

TEST_CASE("every setting has its flag", "[config]")
{
    CHECK(given{.flags = {"--store-size", "3"}}.values().store_size == 3);
    CHECK(given{.flags = {"--coingecko-api-key=k"}}.values().access.at("coingecko").api_key == "k");
}

TEST_CASE("only what is close is suggested", "[config]")
{
    const std::vector<std::string> names{"PORT", "THREADS", "STORE_SIZE"};
    CHECK(nearest("SPORTS", names) == std::nullopt);  // two letters of six
    CHECK(nearest("PROT", names) == "PORT");
    CHECK(nearest("PORTS", names) == "PORT");
    CHECK(nearest("STORESIZE", names) == "STORE_SIZE");
    CHECK(nearest("", names) == std::nullopt);
    CHECK(nearest(std::string(1000, 'x'), names) == std::nullopt);
}
