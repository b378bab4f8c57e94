#include "web/problem.hpp"

#include "small_site.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>

using namespace tickertape;
using namespace tickertape::testing;

namespace {

symbol_table known(const std::vector<std::string>& names)
{
    return symbol_table::from(names).value();
}

std::string shown(std::string_view text)
{
    return quoted(text);
}

}  // namespace

TEST_CASE("a problem is its JSON, never cached", "[web]")
{
    const auto r = to_response(not_found());
    CHECK(r.status == 404);
    CHECK(r.content_type == "application/problem+json");
    CHECK(header_of(r, "Cache-Control") == "no-store");
    CHECK(
        r.body ==
        "{\"type\":\"urn:tickertape:problem:not-found\",\"title\":\"Not Found\",\"status\":404,"
        "\"detail\":\"there is nothing at this path\"}\n");
}

TEST_CASE("a bad parameter comes with its name and what would be accepted", "[web]")
{
    CHECK(
        to_response(bad_parameter("limit", "'x' is not a number", "1 to 10")).body ==
        "{\"type\":\"urn:tickertape:problem:bad-parameter\",\"title\":\"Bad Request\","
        "\"status\":400,\"detail\":\"'x' is not a number\",\"parameter\":\"limit\","
        "\"accepted\":\"1 to 10\"}\n");
}

TEST_CASE("an unknown symbol comes with the known ones", "[web]")
{
    CHECK(
        to_response(unknown_symbol("doge", known({"BTC-USD", "ETH-USD"}))).body ==
        "{\"type\":\"urn:tickertape:problem:unknown-symbol\",\"title\":\"Not Found\","
        "\"status\":404,\"detail\":\"there is no symbol 'doge' here\",\"parameter\":\"symbol\","
        "\"accepted\":\"BTC-USD, ETH-USD\"}\n");
}

TEST_CASE("of very many known symbols a refusal lists the first", "[web]")
{
    std::vector<std::string> names;
    for (int i = 0; i < 1'000; ++i)
        names.push_back("S" + std::to_string(i) + "-USD");
    const auto told = unknown_symbol("doge", known(names)).accepted;
    CHECK(told.starts_with("S0-USD, S1-USD, "));
    CHECK(told.ends_with("-USD, ..."));
    CHECK(told.size() < 250);
}

TEST_CASE("a price that is not there yet is a 503", "[web]")
{
    CHECK(
        to_response(no_price_yet("BTC-USD")).body ==
        "{\"type\":\"urn:tickertape:problem:no-price\",\"title\":\"Service Unavailable\","
        "\"status\":503,\"detail\":\"there has been no price of BTC-USD since the start\"}\n");
}

TEST_CASE("quotes and backslashes from outside are escaped", "[web]")
{
    const auto r = to_response(bad_parameter("since", quoted("a\"b\\c"), "x"));
    CHECK(r.body.find("\"detail\":\"'a\\\"b\\\\c'\"") != std::string::npos);
    CHECK(boost::json::parse(r.body).at("detail").as_string() == "'a\"b\\c'");
}

TEST_CASE("bytes that are not printable ASCII are shown as question marks", "[web]")
{
    CHECK(shown(std::string_view{"a\0b\r\nc\x1b[31m", 11}) == "'a?b??c?[31m'");
    CHECK(shown("caf\xc3\xa9 \xff\x7f") == "'caf?\? ?\?'");
    CHECK(shown("") == "''");
}

TEST_CASE("what is quoted is cut at its bound", "[web]")
{
    CHECK(shown(std::string(64, 'x')) == "'" + std::string(64, 'x') + "'");
    CHECK(shown(std::string(65, 'x')) == "'" + std::string(64, 'x') + "...'");
    CHECK(quoted(std::string_view{"abcdef"}, 3) == "'abc...'");
}

TEST_CASE("every problem is JSON whatever its detail", "[web]")
{
    std::string every_byte;
    for (int byte = 0; byte < 256; ++byte)
        every_byte += static_cast<char>(byte);
    const auto r = to_response(bad_parameter("x", quoted(every_byte, 256), "y"));
    CHECK_NOTHROW(boost::json::parse(r.body));
}
