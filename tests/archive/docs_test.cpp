// The questions of docs/archive.md, asked with the sqlite3 shell, have the answers it shows.
#include "archive_fixture.hpp"

#include <cstdio>
#include <sstream>

namespace tickertape::archive::testing {
namespace {

struct question {
    std::string command;
    std::string answer;
};

std::vector<question> questions_of(const std::string& page)
{
    std::vector<question> found;
    std::istringstream lines{page};
    std::string* block = nullptr;
    for (std::string line; std::getline(lines, line);) {
        if (line == "```sh") {
            block = &found.emplace_back().command;
        } else if (line == "```text" && !found.empty()) {
            block = &found.back().answer;
        } else if (line == "```") {
            block = nullptr;
        } else if (block != nullptr) {
            block->append(line).append("\n");
        }
    }
    return found;
}

std::string output_of(const fs::path& directory, const std::string& command)
{
    const auto text = "cd '" + directory.string() + "' && " + command;
    auto* shell = ::popen(text.c_str(), "r");
    REQUIRE(shell != nullptr);
    std::string output;
    for (int c = std::fgetc(shell); c != EOF; c = std::fgetc(shell))
        if (c != '\r')
            output += static_cast<char>(c);
    CHECK(::pclose(shell) == 0);
    return output;
}

}  // namespace

TEST_CASE("the questions of docs/archive.md have the answers it shows", "[archive]")
{
    const temporary_directory place;
    const auto s = open_store(place.path());
    const auto first = ticks_from(morning, 400);
    REQUIRE(s->append(first));
    REQUIRE(s->record_hole(
        {first.back().at, position::at(morning + 24h - 1min), hole_reason::not_archived}));
    REQUIRE(s->append(ticks_from(morning + 24h, 400)));
    REQUIRE(*s->seal_finished_days(morning + 24h) == 1);

    // While the server has them open.
    const auto asked = questions_of(bytes_of(fs::path{TICKERTAPE_ROOT} / "docs" / "archive.md"));
    CHECK(asked.size() == 5);
    for (const auto& q : asked) {
        INFO(q.command);
        CHECK(output_of(place.path(), q.command) == q.answer);
    }
    CHECK(s->verify()->empty());
}

}  // namespace tickertape::archive::testing
