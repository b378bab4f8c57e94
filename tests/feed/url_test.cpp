#include "feed/url.hpp"

#include "feed/errors.hpp"
#include "feed/stringify.hpp"
#include "support/catch.hpp"

using namespace tickertape;

TEST_CASE("A base URL that is none is refused with what is wrong", "[feed]")
{
    CHECK(parse_base_url("").error() == feed_errc::bad_url);
    CHECK(parse_base_url("api.coinbase.com").error() == feed_errc::bad_url);
    CHECK(parse_base_url("https://").error() == feed_errc::bad_url);
    CHECK(parse_base_url("https://ho st/").error() == feed_errc::bad_url);
    CHECK(parse_base_url("https://host:0").error() == feed_errc::bad_url);
    CHECK(parse_base_url("https://host:99999").error() == feed_errc::bad_url);
    CHECK(parse_base_url("https://host:http").error() == feed_errc::bad_url);
    CHECK(parse_base_url("https://ho%2fst").error() == feed_errc::bad_url);
    CHECK(parse_base_url("https://host\r\nX: y").error() == feed_errc::bad_url);
    CHECK(parse_base_url("ftp://host").error() == feed_errc::url_scheme);
    CHECK(parse_base_url("wss://host").error() == feed_errc::url_scheme);
    CHECK(parse_base_url("https://me:secret@host").error() == feed_errc::url_parts);
    CHECK(parse_base_url("https://host?a=b").error() == feed_errc::url_parts);
    CHECK(parse_base_url("https://host/#x").error() == feed_errc::url_parts);
}

TEST_CASE("A base URL has a host, a port and perhaps a prefix", "[feed]")
{
    CHECK(
        parse_base_url("https://api.coingecko.com/api/v3").value() ==
        base_url{true, "api.coingecko.com", "443", "api.coingecko.com", "/api/v3"});
    CHECK(
        parse_base_url("HTTP://127.0.0.1:8080/").value() ==
        base_url{false, "127.0.0.1", "8080", "127.0.0.1:8080", ""});
    CHECK(
        parse_base_url("https://[::1]:8443/x//").value() ==
        base_url{true, "::1", "8443", "[::1]:8443", "/x"});
    CHECK(parse_base_url("http://h").value() == base_url{false, "h", "80", "h", ""});
}

TEST_CASE("A stream's URL is one of WebSockets, and of nothing else", "[feed]")
{
    CHECK(parse_stream_url("https://host").error() == feed_errc::url_scheme);
    CHECK(parse_stream_url("http://host").error() == feed_errc::url_scheme);
    CHECK(parse_stream_url("wss://host?streams=a").error() == feed_errc::url_parts);
    CHECK(parse_stream_url("wss://host:0").error() == feed_errc::bad_url);
    CHECK(
        parse_stream_url("wss://ws.okx.com:8443/ws/v5/public").value() ==
        base_url{true, "ws.okx.com", "8443", "ws.okx.com:8443", "/ws/v5/public"});
    CHECK(
        parse_stream_url("wss://ws.kraken.com/").value() ==
        base_url{true, "ws.kraken.com", "443", "ws.kraken.com", ""});
    CHECK(parse_stream_url("WS://[::1]").value() == base_url{false, "::1", "80", "[::1]", ""});
}
