#include "net/url.hpp"

#include "net/errors.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

using namespace tickertape;
using namespace tickertape::net;

TEST_CASE("A base URL that is none is refused with what is wrong", "[net]")
{
    CHECK(parse_base_url("").error() == net_errc::bad_url);
    CHECK(parse_base_url("api.coinbase.com").error() == net_errc::bad_url);
    CHECK(parse_base_url("https://").error() == net_errc::bad_url);
    CHECK(parse_base_url("https://ho st/").error() == net_errc::bad_url);
    CHECK(parse_base_url("https://host:0").error() == net_errc::bad_url);
    CHECK(parse_base_url("https://host:99999").error() == net_errc::bad_url);
    CHECK(parse_base_url("https://host:http").error() == net_errc::bad_url);
    CHECK(parse_base_url("https://ho%2fst").error() == net_errc::bad_url);
    CHECK(parse_base_url("https://host\r\nX: y").error() == net_errc::bad_url);
    CHECK(parse_base_url("ftp://host").error() == net_errc::url_scheme);
    CHECK(parse_base_url("wss://host").error() == net_errc::url_scheme);
    CHECK(parse_base_url("https://me:secret@host").error() == net_errc::url_parts);
    CHECK(parse_base_url("https://host?a=b").error() == net_errc::url_parts);
    CHECK(parse_base_url("https://host/#x").error() == net_errc::url_parts);
}

TEST_CASE("A base URL has a host, a port and perhaps a prefix", "[net]")
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

TEST_CASE("A stream's URL is one of WebSockets, and of nothing else", "[net]")
{
    CHECK(parse_websocket_url("https://host").error() == net_errc::url_scheme);
    CHECK(parse_websocket_url("http://host").error() == net_errc::url_scheme);
    CHECK(parse_websocket_url("wss://host?streams=a").error() == net_errc::url_parts);
    CHECK(parse_websocket_url("wss://host:0").error() == net_errc::bad_url);
    CHECK(
        parse_websocket_url("wss://ws.okx.com:8443/ws/v5/public").value() ==
        base_url{true, "ws.okx.com", "8443", "ws.okx.com:8443", "/ws/v5/public"});
    CHECK(
        parse_websocket_url("wss://ws.kraken.com/").value() ==
        base_url{true, "ws.kraken.com", "443", "ws.kraken.com", ""});
    CHECK(parse_websocket_url("WS://[::1]").value() == base_url{false, "::1", "80", "[::1]", ""});
}
