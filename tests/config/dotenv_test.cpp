#include "config/dotenv.hpp"

#include "support/catch.hpp"
#include "taken.hpp"

using namespace tickertape;
using namespace tickertape::config;

namespace {

// "3: expected NAME=value", or empty when the text is taken.
std::string error_of(std::string_view text)
{
    const auto read = parse_dotenv(text);
    if (read)
        return {};
    return std::to_string(read.error().line) + ": " + read.error().reason;
}

// The value of a text with one entry.
std::string value_of(std::string_view text)
{
    const auto read = parse_dotenv(text);
    REQUIRE(read.has_value());
    REQUIRE(read->size() == 1);
    CHECK(read->front().name == "A");
    return read->front().value;
}

}  // namespace

TEST_CASE("a line that is no assignment is refused with its number", "[config]")
{
    CHECK(error_of("PORT=1\n\nPORT\n") == "3: expected NAME=value");
    CHECK(error_of("=1") == "1: expected NAME=value");
    CHECK(error_of("1A=1") == "1: expected NAME=value");
    CHECK(error_of("A B=1") == "1: expected NAME=value");
    CHECK(error_of("export A") == "1: expected NAME=value");
    CHECK(error_of("export") == "1: expected NAME=value");
    CHECK(error_of("A: 1") == "1: expected NAME=value");
    CHECK(
        error_of("A=1\n\xef\xbb\xbf"
                 "B=2") == "2: expected NAME=value");
}

TEST_CASE("a quote that is never closed is refused where it opens", "[config]")
{
    CHECK(error_of("A=1\nB=\"x\nC=3\n") == "2: the quote that opens the value is never closed");
    CHECK(error_of("A='") == "1: the quote that opens the value is never closed");
    CHECK(error_of("A=\"x\\\"") == "1: the quote that opens the value is never closed");
    CHECK(error_of("A=\"x\\") == "1: the quote that opens the value is never closed");
}

TEST_CASE("text after a closing quote is refused", "[config]")
{
    CHECK(error_of("A=\"x\"y") == "1: text after the closing quote");
    CHECK(error_of("A='x' 'y'") == "1: text after the closing quote");
    CHECK(error_of("A=\"x\ny\" z") == "2: text after the closing quote");
}

TEST_CASE("control characters are refused, zero bytes first of all", "[config]")
{
    CHECK(error_of(std::string_view{"A=x\0y", 5}) == "1: a control character");
    CHECK(error_of(std::string_view{"A=\"\0\"", 5}) == "1: a control character");
    CHECK(error_of("A=\"\\\x01\"") == "1: a control character");
    CHECK(error_of("A=x\x1b[2J") == "1: a control character");
    CHECK(error_of("A=x\ry\n") == "1: a control character");
    CHECK(error_of(std::string_view{"\0", 1}) == "1: expected NAME=value");
}

TEST_CASE("a file longer than the limit is refused", "[config]")
{
    CHECK(error_of("#" + std::string(dotenv_bytes_max - 1, 'x')).empty());
    CHECK(error_of("#" + std::string(dotenv_bytes_max, 'x')) == "0: longer than 65536 bytes");
}

TEST_CASE("an error shows nothing of the file, which may be a secret", "[config]")
{
    CHECK(error_of("COINGECKO_API_KEY hunter2").find("hunter2") == std::string::npos);
}

TEST_CASE("a file without entries has none", "[config]")
{
    CHECK(taken(parse_dotenv("")).empty());
    CHECK(taken(parse_dotenv("\xef\xbb\xbf")).empty());
    CHECK(taken(parse_dotenv("\n \n\t\r\n# x\n  # y = 1")).empty());
}

TEST_CASE("a plain value ends at its line or at a comment after a blank", "[config]")
{
    CHECK(value_of("A=x") == "x");
    CHECK(value_of("A=x y  \n") == "x y");
    CHECK(value_of("A=x # y") == "x");
    CHECK(value_of("A=x\t# y") == "x");
    CHECK(value_of("A=x#y") == "x#y");
    CHECK(value_of("A=#y") == "#y");
    CHECK(value_of("A= # y") == "");
    CHECK(value_of("A=") == "");
    CHECK(value_of("A=b=c") == "b=c");
    CHECK(value_of("A=it's \"so\"") == "it's \"so\"");
    CHECK(value_of("A=\\n$B") == "\\n$B");
    CHECK(value_of(" A = x ") == "x");
}

TEST_CASE("single quotes keep everything, double quotes know escapes", "[config]")
{
    CHECK(value_of(R"(A='a\n#b "c" $D ')") == R"(a\n#b "c" $D )");
    CHECK(value_of(R"(A="a\n\r\t\"\\\$b # c" # d)") == "a\n\r\t\"\\$b # c");
    CHECK(value_of(R"(A="\d")") == R"(\d)");
    CHECK(value_of("A=\"\"") == "");
    CHECK(value_of("A=''#x") == "");
}

TEST_CASE("a quoted value may span lines, and the lines after it keep their numbers", "[config]")
{
    const auto read = taken(parse_dotenv("A=\"x\r\ny\"\nB=2\n"));
    REQUIRE(read.size() == 2);
    CHECK(read[0] == dotenv_entry{"A", "x\ny", 1});
    CHECK(read[1] == dotenv_entry{"B", "2", 3});
}

TEST_CASE("a file of another system or shell reads the same", "[config]")
{
    CHECK(
        value_of("\xef\xbb\xbf"
                 "A=x\r\n") == "x");
    CHECK(value_of("A=x\r") == "x");
    CHECK(value_of("A=\"x\"\r\n") == "x");
    CHECK(value_of("export A=x") == "x");
    CHECK(value_of("export\t A=x") == "x");
}

TEST_CASE("a name may come twice, and may begin like the word export", "[config]")
{
    const auto read = taken(parse_dotenv("A=1\nA=2\nexporter=3\nexport=4\na.b-c=5"));
    REQUIRE(read.size() == 5);
    CHECK(read[0] == dotenv_entry{"A", "1", 1});
    CHECK(read[1] == dotenv_entry{"A", "2", 2});
    CHECK(read[2] == dotenv_entry{"exporter", "3", 3});
    CHECK(read[3] == dotenv_entry{"export", "4", 4});
    CHECK(read[4] == dotenv_entry{"a.b-c", "5", 5});
}
