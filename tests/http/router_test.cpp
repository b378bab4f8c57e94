#include "http/router.hpp"

#include "support/catch.hpp"
#include "support/http_request.hpp"

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::testing;

namespace {

// Answers with what it was called for: "prices(btc-usd)".
handler says(std::string name)
{
    return [name](const request& q) {
        response r;
        r.body = name + '(';
        for (const auto& segment : q.captured)
            r.body += (r.body.back() == '(' ? "" : ",") + segment;
        r.body += ')';
        return r;
    };
}

router some_routes()
{
    router r;
    r.add("/", says("page"));
    r.add("/api/prices", says("all"));
    r.add("/api/prices/{}", says("one"));
    r.add("/api/prices/{}/history", says("history"));
    r.add("/static/*", says("file"));
    return r;
}

struct answered {
    unsigned status;
    std::string body;
    std::string route;
    std::string allow;
};

answered ask(const router& r, std::string_view target, method what = method::get)
{
    const auto outcome = answer_of(r, request_for(target, what));
    const auto& a = std::get<response>(outcome.what);
    std::string allow;
    for (const auto& [name, value] : a.headers)
        if (name == "Allow")
            allow = value;
    return {a.status, a.body, outcome.route, allow};
}

}  // namespace

TEST_CASE("where nothing matches is a 404 that goes by no route", "[http]")
{
    const auto r = some_routes();
    const auto target = GENERATE(
        "/api", "/api/", "/api/prices/btc-usd/", "/api/prices/btc-usd/history/",
        "/api/prices/btc-usd/x", "/API/prices", "/api/prices/btc-usd/history/x", "//",
        "//api/prices", "/api//prices", "/api%2Fprices", "/x/static/y", "/x/../api/prices", "/%00");
    CAPTURE(target);
    const auto a = ask(r, target);
    CHECK(a.status == 404);
    CHECK(a.route == "none");
}

TEST_CASE("a target that is none is a 400 that goes by no route", "[http]")
{
    const auto r = some_routes();
    const auto target = GENERATE("", "*", "ws://localhost/", "/%", "/%zz", "api/prices", "/a b");
    CAPTURE(target);
    const auto a = ask(r, target);
    CHECK(a.status == 400);
    CHECK(a.route == "none");
    CHECK(
        a.body ==
        "{\"type\":\"urn:tickertape:problem:bad-target\",\"title\":\"Bad Request\",\"status\":400,"
        "\"detail\":\"the request target is not a valid path and query\"}\n");
}

TEST_CASE("OPTIONS of the whole server says what it can do", "[http]")
{
    const auto a = ask(some_routes(), "*", method::options);
    CHECK(a.status == 204);
    CHECK(a.allow == "GET, HEAD, OPTIONS");
    CHECK(ask(some_routes(), "*", method::get).status == 400);
}

TEST_CASE("another method is a 405 that says which are allowed", "[http]")
{
    const auto a = ask(some_routes(), "/api/prices", method::other);
    CHECK(a.status == 405);
    CHECK(a.allow == "GET, HEAD, OPTIONS");
    CHECK(a.route == "/api/prices");
    CHECK(
        a.body ==
        "{\"type\":\"urn:tickertape:problem:method-not-allowed\",\"title\":\"Method Not Allowed\","
        "\"status\":405,\"detail\":\"allowed here: GET, HEAD, OPTIONS\"}\n");
}

TEST_CASE("another method where there is nothing is a 404", "[http]")
{
    CHECK(ask(some_routes(), "/x", method::other).status == 404);
    CHECK(ask(some_routes(), "/x", method::options).status == 404);
}

TEST_CASE("OPTIONS is answered without a body", "[http]")
{
    const auto a = ask(some_routes(), "/api/prices/btc-usd", method::options);
    CHECK(a.status == 204);
    CHECK(a.body.empty());
    CHECK(a.allow == "GET, HEAD, OPTIONS");
    CHECK(a.route == "/api/prices/{}");
}

TEST_CASE("HEAD goes where GET goes", "[http]")
{
    CHECK(ask(some_routes(), "/api/prices", method::head).body == "all()");
}

TEST_CASE("a segment in braces is captured, decoded", "[http]")
{
    const auto r = some_routes();
    CHECK(ask(r, "/").body == "page()");
    CHECK(ask(r, "/api/prices?x=1").body == "all()");
    CHECK(ask(r, "/api/prices/btc-usd").body == "one(btc-usd)");
    CHECK(ask(r, "/api/prices/").body == "one()");  // no name is a name; the route refuses it
    CHECK(ask(r, "/api/prices/btc%2Dusd").body == "one(btc-usd)");
    CHECK(ask(r, "/api/prices/a%2Fhistory").body == "one(a/history)");
    CHECK(ask(r, "/api/prices/btc-usd/history").body == "history(btc-usd)");
    CHECK(ask(r, "/api/prices/btc-usd/history").route == "/api/prices/{}/history");
    CHECK(ask(r, "/%61pi/prices").body == "all()");
}

TEST_CASE("a star captures all the rest, also none of it", "[http]")
{
    const auto r = some_routes();
    CHECK(ask(r, "/static/page.js").body == "file(page.js)");
    CHECK(ask(r, "/static/a/b/c").body == "file(a,b,c)");
    CHECK(ask(r, "/static").body == "file()");
    CHECK(ask(r, "/static/").body == "file()");
    CHECK(ask(r, "/static/../x").body == "file(..,x)");
    CHECK(ask(r, "/static/..%2fx").body == "file(../x)");
    CHECK(ask(r, "/static/a").route == "/static/*");
}

TEST_CASE("the pattern's own characters mean nothing in a path", "[http]")
{
    const auto r = some_routes();
    CHECK(ask(r, "/*").status == 404);
    CHECK(ask(r, "/api/prices/*").body == "one(*)");
    CHECK(ask(r, "/api/prices/%7B%7D").body == "one({})");
}
