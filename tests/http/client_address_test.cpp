#include "http/client_address.hpp"

#include "support/catch.hpp"

#include <initializer_list>

using namespace tickertape;
using namespace tickertape::http;

namespace {

ip_address address(std::string_view text)
{
    return ip_address::parse(text).value();
}

client_key key(std::string_view text)
{
    return key_of(address(text));
}

// Behind 10.0.0.0/8 and fd00::/8, which are ours.
std::string client_of(std::string_view peer, std::initializer_list<std::string_view> forwarded)
{
    const trusted_proxies ours{
        {ip_network::parse("10.0.0.0/8").value(), ip_network::parse("fd00::/8").value()}};
    return ours.client_of(address(peer), std::vector(forwarded)).text();
}

}  // namespace

TEST_CASE("a stranger's X-Forwarded-For is not believed", "[http]")
{
    CHECK(client_of("203.0.113.9", {"192.0.2.1"}) == "203.0.113.9");
    CHECK(client_of("203.0.113.9", {}) == "203.0.113.9");
    CHECK(trusted_proxies{}.client_of(address("10.0.0.1"), {}).text() == "10.0.0.1");
}

TEST_CASE("a client is whom the proxy in front of it names", "[http]")
{
    CHECK(client_of("10.0.0.1", {"192.0.2.1"}) == "192.0.2.1");
    CHECK(client_of("fd00::1", {"2001:db8::7"}) == "2001:db8::7");
    CHECK(client_of("::ffff:10.0.0.1", {"192.0.2.1"}) == "192.0.2.1");
    CHECK(client_of("10.0.0.1", {"192.0.2.1, 10.0.0.3,10.0.0.2"}) == "192.0.2.1");
}

TEST_CASE(
    "what a client has written into X-Forwarded-For before the proxy is not believed", "[http]")
{
    CHECK(client_of("10.0.0.1", {"1.1.1.1, 203.0.113.9"}) == "203.0.113.9");
    CHECK(client_of("10.0.0.1", {"1.1.1.1", "203.0.113.9"}) == "203.0.113.9");
    CHECK(client_of("10.0.0.1", {"10.0.0.9, 203.0.113.9, 10.0.0.2"}) == "203.0.113.9");
    CHECK(client_of("10.0.0.1", {"nonsense, 203.0.113.9"}) == "203.0.113.9");
}

TEST_CASE("X-Forwarded-For over several lines is one list", "[http]")
{
    CHECK(client_of("10.0.0.1", {"1.1.1.1, 203.0.113.9", "10.0.0.2", "10.0.0.3"}) == "203.0.113.9");
}

TEST_CASE("where every hop is ours, the first of them is the client", "[http]")
{
    CHECK(client_of("10.0.0.1", {"10.0.0.3, 10.0.0.2"}) == "10.0.0.3");
    CHECK(client_of("10.0.0.1", {}) == "10.0.0.1");
}

TEST_CASE("where an entry is no address, the peer counts", "[http]")
{
    const auto entry = GENERATE(
        "", " ", ",", "unknown", "_hidden", "1.2.3", "1.2.3.4:", "1.2.3.4:x", "1.2.3.4:123456",
        "[::1", "[::1]x", "[::1]:", "fe80::1%eth0", "1.2.3.4,", "localhost", "\"1.2.3.4\"");
    CAPTURE(entry);
    CHECK(client_of("10.0.0.1", {entry}) == "10.0.0.1");
    CHECK(client_of("10.0.0.1", {"192.0.2.1", entry, "10.0.0.2"}) == "10.0.0.1");
}

TEST_CASE("a port behind an entry is no part of it", "[http]")
{
    CHECK(client_of("10.0.0.1", {"192.0.2.1:4711"}) == "192.0.2.1");
    CHECK(client_of("10.0.0.1", {"[2001:db8::7]:4711"}) == "2001:db8::7");
    CHECK(client_of("10.0.0.1", {"[2001:db8::7]"}) == "2001:db8::7");
}

TEST_CASE("a limit goes by an IPv4 address or an IPv6 network of 64 bits", "[http]")
{
    CHECK(key("192.0.2.1") == key("::ffff:192.0.2.1"));
    CHECK(key("192.0.2.1") != key("192.0.2.2"));
    CHECK(key("2001:db8:1:2::1") == key("2001:db8:1:2:ffff:ffff:ffff:ffff"));
    CHECK(key("2001:db8:1:2::1") != key("2001:db8:1:3::1"));
    // The same bits in another family are somebody else.
    CHECK(key("0.0.0.0") != key("::"));
    CHECK(key("0.0.0.1") != key("0:0:0:1::"));
}
