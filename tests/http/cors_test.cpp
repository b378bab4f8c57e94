#include "http/cors.hpp"

#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::http;

namespace {

// The headers as lines.
std::string said(const cors_policy& p, std::string_view origin, bool preflight = false)
{
    cors_policy::headers headers;
    p.add_headers(
        headers, origin,
        preflight ? std::optional{cors_policy::preflight{.methods = "GET, HEAD, OPTIONS"}}
                  : std::nullopt);
    std::string lines;
    for (const auto& [name, value] : headers)
        lines += std::string{name} + ": " + value + "\n";
    return lines;
}

const std::string page = "https://prices.example";

}  // namespace

TEST_CASE("where every site may read, the answer does not depend on who asks", "[http]")
{
    const cors_policy any{{"*"}};
    const std::string expected = "Access-Control-Allow-Origin: *\nAccess-Control-Expose-Headers: "
                                 "X-Request-Id, Retry-After\n";
    CHECK(said(any, page) == expected);
    CHECK(said(any, "") == expected);
    CHECK(said(any, "null") == expected);
}

TEST_CASE("where no site may read, nothing is said", "[http]")
{
    CHECK(said(cors_policy{{}}, page).empty());
    CHECK(said(cors_policy{{}}, page, true).empty());
}

TEST_CASE("a site on the list is named, and caches are told that it matters", "[http]")
{
    const cors_policy some{{page, "http://localhost:3000"}};
    CHECK(
        said(some, page) == "Vary: Origin\n"
                            "Access-Control-Allow-Origin: https://prices.example\n"
                            "Access-Control-Expose-Headers: X-Request-Id, Retry-After\n");
    CHECK(
        said(some, "http://localhost:3000") ==
        "Vary: Origin\n"
        "Access-Control-Allow-Origin: http://localhost:3000\n"
        "Access-Control-Expose-Headers: X-Request-Id, Retry-After\n");
}

TEST_CASE("a site that is not on the list gets nothing but the word for caches", "[http]")
{
    const cors_policy some{{page}};
    const auto origin = GENERATE(
        "", "null", "*", "https://prices.example.evil", "http://prices.example",
        "https://prices.example:443", "https://PRICES.example", "https://prices.example/");
    CAPTURE(origin);
    CHECK(said(some, origin) == "Vary: Origin\n");
    CHECK(said(some, origin, true) == "Vary: Origin\n");
}

TEST_CASE("a star among others is an origin like them, and no site has it", "[http]")
{
    CHECK(said(cors_policy{{"*", page}}, "https://other.example") == "Vary: Origin\n");
}

TEST_CASE("a preflight learns which methods and headers it may send", "[http]")
{
    CHECK(
        said(cors_policy{{"*"}}, page, true) ==
        "Access-Control-Allow-Origin: *\n"
        "Access-Control-Expose-Headers: X-Request-Id, Retry-After\n"
        "Access-Control-Allow-Methods: GET, HEAD, OPTIONS\n"
        "Access-Control-Allow-Headers: Last-Event-ID, Cache-Control, X-Request-Id\n"
        "Access-Control-Max-Age: 86400\n");
}

TEST_CASE("what else an answer depends on is said in the same field", "[http]")
{
    cors_policy::headers said{{"ETag", "\"x\""}, {"Vary", "Accept-Encoding"}};
    cors_policy{{page}}.add_headers(said, "https://other.example");
    CHECK(said == cors_policy::headers{{"ETag", "\"x\""}, {"Vary", "Accept-Encoding, Origin"}});
    cors_policy::headers open{{"Vary", "Accept-Encoding"}};
    cors_policy{{"*"}}.add_headers(open, page);
    CHECK(open.front().second == "Accept-Encoding");
}
