#include "http/problem.hpp"

#include "support/catch.hpp"

#include <boost/json/parse.hpp>

using namespace tickertape;
using namespace tickertape::http;

namespace {

std::string shown(std::string_view text)
{
    return quoted(text);
}

}  // namespace

TEST_CASE("a problem is its JSON, never cached", "[http]")
{
    const auto r = to_response(not_found());
    CHECK(r.status == 404);
    CHECK(r.content_type == "application/problem+json");
    CHECK(
        r.headers.front() == std::pair<std::string_view, std::string>{"Cache-Control", "no-store"});
    CHECK(
        r.body ==
        "{\"type\":\"urn:tickertape:problem:not-found\",\"title\":\"Not Found\",\"status\":404,"
        "\"detail\":\"there is nothing at this path\"}\n");
}

TEST_CASE("a bad parameter comes with its name and what would be accepted", "[http]")
{
    CHECK(
        to_response(bad_parameter("limit", "'x' is not a number", "1 to 10")).body ==
        "{\"type\":\"urn:tickertape:problem:bad-parameter\",\"title\":\"Bad Request\","
        "\"status\":400,\"detail\":\"'x' is not a number\",\"parameter\":\"limit\","
        "\"accepted\":\"1 to 10\"}\n");
}

TEST_CASE("quotes and backslashes from outside are escaped", "[http]")
{
    const auto r = to_response(bad_parameter("since", quoted("a\"b\\c"), "x"));
    CHECK(r.body.find("\"detail\":\"'a\\\"b\\\\c'\"") != std::string::npos);
    CHECK(boost::json::parse(r.body).at("detail").as_string() == "'a\"b\\c'");
}

TEST_CASE("bytes that are not printable ASCII are shown as question marks", "[http]")
{
    CHECK(shown(std::string_view{"a\0b\r\nc\x1b[31m", 11}) == "'a?b??c?[31m'");
    CHECK(shown("caf\xc3\xa9 \xff\x7f") == "'caf?\? ?\?'");
    CHECK(shown("") == "''");
}

TEST_CASE("what is quoted is cut at its bound", "[http]")
{
    CHECK(shown(std::string(64, 'x')) == "'" + std::string(64, 'x') + "'");
    CHECK(shown(std::string(65, 'x')) == "'" + std::string(64, 'x') + "...'");
    CHECK(quoted(std::string_view{"abcdef"}, 3) == "'abc...'");
}

TEST_CASE("every problem is JSON whatever its detail", "[http]")
{
    std::string every_byte;
    for (int byte = 0; byte < 256; ++byte)
        every_byte += static_cast<char>(byte);
    const auto r = to_response(bad_parameter("x", quoted(every_byte, 256), "y"));
    CHECK_NOTHROW(boost::json::parse(r.body));
}
