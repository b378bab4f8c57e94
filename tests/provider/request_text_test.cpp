#include "provider/request_text.hpp"

#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::provider;

TEST_CASE("Whatever a market is called, it cannot change the request it is put into", "[feed]")
{
    CHECK(percent_escaped("BTC/USD") == "BTC%2FUSD");
    CHECK(percent_escaped("a&b=c#d?e f\r\n%") == "a%26b%3Dc%23d%3Fe%20f%0D%0A%25");
    CHECK(percent_escaped("\xc3\xa4") == "%C3%A4");
    CHECK(percent_escaped("Az09-._~") == "Az09-._~");
}

TEST_CASE("A list in a request has each name once, in the order given, without spaces", "[feed]")
{
    CHECK(comma_list({}).empty());
    CHECK(comma_list({"usd", "eur", "usd", "a b"}) == "usd,eur,a%20b");
    CHECK(comma_list({"a", "ab", "a"}) == "a,ab");
}
