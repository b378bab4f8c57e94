#include "support/catch.hpp"
#include "tickertape-bench/target.hpp"

#include <set>
#include <stdexcept>

using namespace tickertape::bench;

TEST_CASE("A URL is taken apart", "[bench]")
{
    const auto plain = parse_url("http://127.0.0.1:8082/prices/stream?symbols=*");
    CHECK_FALSE(plain.tls);
    CHECK(plain.host == "127.0.0.1");
    CHECK(plain.port == 8082);
    CHECK(plain.path == "/prices/stream?symbols=*");

    const auto secure = parse_url("https://[::1]");
    CHECK(secure.tls);
    CHECK(secure.host == "::1");
    CHECK(secure.port == 443);
    CHECK(secure.path == "/");

    CHECK(parse_url("https://[::1]:8443/x").port == 8443);
    CHECK(parse_url("http://localhost?a=b").path == "/?a=b");
    CHECK(parse_url("http://localhost").port == 80);
}

TEST_CASE("A URL that is none is refused", "[bench]")
{
    const auto* url = GENERATE(
        "", "localhost:8082", "ws://x/", "http://", "http://:80/", "http://x:0/", "http://x:70000/",
        "http://x:y/", "http://x/a b", "http://x/\r\n");
    CAPTURE(url);

    CHECK_THROWS_AS(parse_url(url), std::invalid_argument);
}

TEST_CASE("Every subscriber asks for its own path", "[bench]")
{
    path_template paths{"/s?n={number}&symbols={random:2}", {"A", "B", "C"}, 7};
    std::set<std::string> different;
    for (int i = 0; i < 100; ++i) {
        const auto asked = paths.next();
        REQUIRE(asked.picked.size() == 2);
        CHECK(asked.picked[0] != asked.picked[1]);
        const std::string names = "ABC";
        CHECK(
            asked.path == "/s?n=" + std::to_string(i) + "&symbols=" + names[asked.picked[0]] + "," +
                              names[asked.picked[1]]);
        different.insert(asked.path.substr(asked.path.find("symbols")));
    }
    CHECK(different.size() == 6);
}

TEST_CASE("The same seed picks the same symbols", "[bench]")
{
    const std::vector<std::string> symbols{"A", "B", "C", "D", "E"};
    path_template one{"/{random:3}", symbols, 1};
    path_template same{"/{random:3}", symbols, 1};
    for (int i = 0; i < 10; ++i)
        CHECK(one.next().path == same.next().path);
}

TEST_CASE("A placeholder that cannot be filled is refused", "[bench]")
{
    const auto* path = GENERATE("/{x}", "/{random:0}", "/{random:3}", "/{random:}", "/{random:2x}");
    CAPTURE(path);

    CHECK_THROWS_AS((path_template{path, {"A", "B"}, 1}), std::invalid_argument);
}

TEST_CASE("A parameter is added to a query, or begins one", "[bench]")
{
    CHECK(with_parameter("/s", "since", "1") == "/s?since=1");
    CHECK(with_parameter("/s?a=b", "since", "1") == "/s?a=b&since=1");
}
