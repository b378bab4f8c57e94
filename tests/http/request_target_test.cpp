#include "http/request_target.hpp"

#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::http;
using namespace std::string_literals;

namespace {

using segments = std::vector<std::string>;
using parameters = std::vector<std::pair<std::string, std::string>>;

segments path_of(std::string_view text)
{
    return parse_target(text).value().segments;
}
parameters query_of(std::string_view text)
{
    return parse_target(text).value().parameters;
}

}  // namespace

TEST_CASE("a target that is no path is refused", "[http]")
{
    const auto text = GENERATE(
        "", "*", "prices/stream", "?since=1", "ftp://localhost/prices/stream", "localhost:8082",
        "#", "/a#b", " /", "/ ", "/a b", "/a\tb", "/a\"b", "/<script>", "/a\\b", "/{}", "/a^b",
        "/a|b", "/a`b", "/caf\xc3\xa9", "/\xff", "/\x7f", "/?a=\xff", "/?a b", "/?a=\"");
    CAPTURE(text);
    CHECK_FALSE(parse_target(text).has_value());
}

TEST_CASE("a target with a scheme and a host is the path behind them", "[http]")
{
    CHECK(path_of("http://localhost:8082/prices/stream?since=1") == segments{"prices", "stream"});
    CHECK(path_of("https://example.com/api%20x") == segments{"api x"});
    CHECK(path_of("http://localhost").empty());
}

TEST_CASE("a zero byte in a target is refused", "[http]")
{
    CHECK_FALSE(parse_target("/a\0b"s).has_value());
    CHECK_FALSE(parse_target("/\0"s).has_value());
}

TEST_CASE("a percent sign without two hexadecimal digits is refused", "[http]")
{
    const auto text =
        GENERATE("/%", "/%4", "/%zz", "/%4g", "/a%", "/%%41", "/?a=%", "/?a=%1", "/?%g0=1");
    CAPTURE(text);
    CHECK_FALSE(parse_target(text).has_value());
}

TEST_CASE("a path is its segments", "[http]")
{
    CHECK(path_of("/").empty());
    CHECK(path_of("/healthz") == segments{"healthz"});
    CHECK(path_of("/api/prices/btc-usd") == segments{"api", "prices", "btc-usd"});
    CHECK(path_of("/api/prices?symbols=a/b") == segments{"api", "prices"});
}

TEST_CASE("a trailing slash and a doubled one are empty segments", "[http]")
{
    CHECK(path_of("/healthz/") == segments{"healthz", ""});
    CHECK(path_of("/static//page.js") == segments{"static", "", "page.js"});
}

TEST_CASE("dots are not resolved: they arrive where they are refused", "[http]")
{
    CHECK(path_of("/static/../healthz") == segments{"static", "..", "healthz"});
    CHECK(path_of("/static/%2e%2E/healthz") == segments{"static", "..", "healthz"});
    CHECK(path_of("/static/./page.js") == segments{"static", ".", "page.js"});
}

TEST_CASE("an encoded slash belongs to its segment", "[http]")
{
    CHECK(path_of("/static/a%2Fb") == segments{"static", "a/b"});
    CHECK(path_of("/static/..%2f..%2fetc") == segments{"static", "../../etc"});
    CHECK(path_of("/static/a%5Cb") == segments{"static", "a\\b"});
}

TEST_CASE("any byte may be encoded, and is once decoded", "[http]")
{
    CHECK(path_of("/a%00b") == segments{"a\0b"s});
    CHECK(path_of("/%FF") == segments{"\xff"});
    CHECK(path_of("/%2541") == segments{"%41"});
    CHECK(path_of("/%41pi") == segments{"Api"});
}

TEST_CASE("a plus sign is itself in a path and a blank in a query", "[http]")
{
    CHECK(path_of("/a+b") == segments{"a+b"});
    CHECK(query_of("/?a=b+c") == parameters{{"a", "b c"}});
    CHECK(query_of("/?a=b%2Bc") == parameters{{"a", "b+c"}});
}

TEST_CASE("parameters keep their order, their repetitions and their emptiness", "[http]")
{
    CHECK(query_of("/").empty());
    CHECK(
        query_of("/?since=1&symbols=BTC-USD,ETH-USD&since=2") ==
        parameters{{"since", "1"}, {"symbols", "BTC-USD,ETH-USD"}, {"since", "2"}});
    CHECK(query_of("/?a&b=&=c") == parameters{{"a", ""}, {"b", ""}, {"", "c"}});
    CHECK(query_of("/?a=b=c") == parameters{{"a", "b=c"}});
    CHECK(query_of("/?%73ince=1") == parameters{{"since", "1"}});
}

TEST_CASE("of a parameter given twice the first is taken", "[http]")
{
    const auto target = parse_target("/?since=1&x&since=2").value();
    CHECK(target.parameter("since") == "1");
    CHECK(target.parameter("x") == "");
    CHECK_FALSE(target.parameter("Since").has_value());
    CHECK_FALSE(target.parameter("").has_value());
}

TEST_CASE("a very long target is read like a short one", "[http]")
{
    const std::string name(100'000, 'a');
    CHECK(path_of("/" + name) == segments{name});
    CHECK(path_of(std::string(10'000, '/')).size() == 10'000);
    CHECK(query_of("/?" + std::string(10'000, '&')).size() == 10'001);
}
