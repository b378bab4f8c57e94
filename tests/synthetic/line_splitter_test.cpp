#include "synthetic/line_splitter.hpp"

#include "support/catch.hpp"

#include <random>
#include <vector>

using namespace tickertape;
using namespace tickertape::synthetic;

namespace {

struct cut {
    std::uint64_t number;
    std::string text;
    bool is_too_long;

    friend bool operator==(const cut&, const cut&) = default;
};

void drain(line_splitter& splitter, std::vector<cut>& into)
{
    while (const auto line = splitter.next())
        into.push_back({line->number, std::string{line->text}, line->is_too_long});
}

std::vector<cut> lines_of(const std::vector<std::string>& chunks, std::size_t line_bytes_max)
{
    line_splitter splitter{line_bytes_max};
    std::vector<cut> lines;
    for (const auto& chunk : chunks) {
        splitter.append(chunk);
        drain(splitter, lines);
    }
    splitter.end();
    drain(splitter, lines);
    return lines;
}

}  // namespace

TEST_CASE("A line over the limit is dropped and the next one is read", "[feed]")
{
    CHECK(
        lines_of({"12345", "6789", "0\nab\n", "123456\n"}, 5) ==
        std::vector<cut>{{1, "", true}, {2, "ab", false}, {3, "", true}});
    CHECK(lines_of({"123456789"}, 5) == std::vector<cut>{{1, "", true}});
    CHECK(lines_of({"12345\r\n"}, 5) == std::vector<cut>{{1, "12345", false}});
}

TEST_CASE("Input that ends without a newline has a last line", "[feed]")
{
    CHECK(lines_of({"a\nb"}, 5) == std::vector<cut>{{1, "a", false}, {2, "b", false}});
    CHECK(lines_of({"a\n"}, 5) == std::vector<cut>{{1, "a", false}});
    CHECK(lines_of({}, 5).empty());
    CHECK(lines_of({"\n\r\n"}, 5) == std::vector<cut>{{1, "", false}, {2, "", false}});
}

TEST_CASE("Lines are the same however the bytes are cut", "[feed]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random{seed};
    for (int round = 0; round < 300; ++round) {
        std::string text;
        std::vector<cut> expected;
        const std::size_t limit = 1 + random() % 30;
        const std::size_t count = random() % 20;
        for (std::size_t i = 0; i < count; ++i) {
            const std::string line(random() % 40, static_cast<char>('a' + random() % 26));
            const bool is_too_long = line.size() > limit;
            expected.push_back({i + 1, is_too_long ? "" : line, is_too_long});
            text += line + (random() % 2 == 0 ? "\n" : "\r\n");
        }
        std::vector<std::string> chunks;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t size = 1 + random() % 25;
            chunks.push_back(text.substr(at, size));
            at += size;
        }
        REQUIRE(lines_of(chunks, limit) == expected);
    }
}
