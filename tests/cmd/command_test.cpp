#include "command.hpp"

#include "support/catch.hpp"

using namespace tickertape;

namespace {

using words = std::vector<std::string>;

boost::system::result<command_call, std::string> parse(const words& arguments)
{
    const auto found = find_command(arguments);
    REQUIRE(found);
    REQUIRE(found->what != nullptr);
    return parse_call(
        *found->what, std::span{arguments}.subspan(found->words), words{"archive", "symbols"});
}

}  // namespace

TEST_CASE("a command is found by its name, and the server's flags are none", "[cmd]")
{
    CHECK_FALSE(find_command(words{}));
    CHECK_FALSE(find_command(words{"--port", "1"}));
    CHECK_FALSE(find_command(words{"healthcheck"}));
    CHECK(find_command(words{"export"})->words == 1);
    CHECK(find_command(words{"archive", "info"})->words == 2);
    CHECK(
        find_command(words{"archive"})->problem ==
        "archive needs a word behind it; accepted: info, verify, backup, restore, compact");
    CHECK(find_command(words{"archive", "inf"})->what == nullptr);
}

TEST_CASE("flags of a command, those of the server and operands are told apart", "[cmd]")
{
    const auto call =
        parse({"import", "a.csv", "--archive", "sqlite:x", "--symbol=ETH-USD", "--", "--b"});
    REQUIRE(call.has_value());
    CHECK(call->operands == words{"a.csv", "--b"});
    CHECK(call->settings == words{"--archive=sqlite:x"});
    CHECK(call->get("symbol") == "ETH-USD");
    CHECK_FALSE(call->has("dry-run"));
    CHECK(parse({"import", "-"})->operands == words{"-"});
    // A command's own flag wins over the setting of that name.
    CHECK(parse({"export", "--symbols", "A-B"})->get("symbols") == "A-B");
    CHECK(parse({"archive", "restore", "--help"})->help);
}

TEST_CASE("what a command does not take is refused with what it takes", "[cmd]")
{
    CHECK(
        parse({"archive", "info", "--jason"})
            .error()
            .find("archive info: unknown flag '--jason'; accepted: --json, --help") == 0);
    CHECK(parse({"archive", "info", "x"}).error().find("archive info: unexpected argument") == 0);
    CHECK(parse({"archive", "info", "--json=1"}).error() == "archive info: --json takes no value");
    CHECK(parse({"archive", "restore"}).error() == "archive restore: needs FROM");
    CHECK(parse({"export", "--format"}).error() == "export: --format needs a value");
    CHECK(
        parse({"export", "--format", "--since", "1"}).error() == "export: --format needs a value");
}

TEST_CASE("the help of each command names all its flags", "[cmd]")
{
    for (const auto& c : commands()) {
        const auto text = help_of(c);
        for (const auto& o : c.options)
            CHECK(text.find("--" + std::string{o.name}) != std::string::npos);
    }
}

TEST_CASE("the help of the archive names all its commands", "[cmd]")
{
    const auto text = help_of_archive();
    for (const auto word : {"info", "verify", "backup", "restore", "compact"})
        CHECK(text.find("\n" + std::string{word} + ": ") != std::string::npos);
    CHECK(text.find("export") == std::string::npos);
}
