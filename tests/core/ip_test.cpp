#include "core/ip.hpp"

#include "support/catch.hpp"

using namespace tickertape;

namespace {

std::string read_back(std::string_view text)
{
    const auto a = ip_address::parse(text);
    return a ? a->text() : "(none)";
}

std::string network_of(std::string_view text)
{
    const auto n = ip_network::parse(text);
    return n ? n->text() : "(none)";
}

bool holds(std::string_view network, std::string_view address)
{
    return ip_network::parse(network).value().contains(ip_address::parse(address).value());
}

}  // namespace

TEST_CASE("an address is read as it is written", "[core]")
{
    CHECK(read_back("192.0.2.1") == "192.0.2.1");
    CHECK(read_back("2001:db8::1") == "2001:db8::1");
    CHECK(read_back("2001:0DB8:0:0::0001") == "2001:db8::1");
    CHECK(read_back("::") == "::");
    CHECK(ip_address::v4({192, 0, 2, 1}).text() == "192.0.2.1");
}

TEST_CASE("what is no address alone is none", "[core]")
{
    const auto text = GENERATE(
        "", " ", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", " 1.2.3.4",
        "0x7f000001", "1.2.3.4:80", "[::1]", "::1%eth0", ":::", "1:2:3:4:5:6:7:8:9",
        "g::", "localhost", "unknown",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    CAPTURE(text);
    CHECK(read_back(text) == "(none)");
    CHECK_FALSE(ip_address::parse(std::string_view{"1.2.3.4\0", 8}));
}

TEST_CASE("an IPv4-mapped address is the IPv4 address", "[core]")
{
    CHECK(ip_address::parse("::ffff:192.0.2.1") == ip_address::parse("192.0.2.1"));
    CHECK(ip_address::parse("::ffff:c000:201")->is_v4());
    CHECK_FALSE(ip_address::parse("::192.0.2.1")->is_v4());
}

TEST_CASE("a network holds what begins with its bits", "[core]")
{
    CHECK(holds("10.0.0.0/8", "10.255.255.255"));
    CHECK_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
    CHECK(holds("192.0.2.128/25", "192.0.2.128"));
    CHECK_FALSE(holds("192.0.2.128/25", "192.0.2.127"));
    CHECK(holds("192.0.2.1", "192.0.2.1"));
    CHECK_FALSE(holds("192.0.2.1", "192.0.2.2"));
    CHECK(holds("2001:db8::/33", "2001:db8:7fff::1"));
    CHECK_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
    CHECK(holds("0.0.0.0/0", "203.0.113.9"));
    CHECK(holds("10.0.0.0/8", "::ffff:10.1.2.3"));
    CHECK(holds("::ffff:10.0.0.0/104", "10.1.2.3"));
}

TEST_CASE("an address of one family is in no network of the other", "[core]")
{
    CHECK_FALSE(holds("::/0", "192.0.2.1"));
    CHECK_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
    CHECK_FALSE(holds("0.0.0.0/0", "::1"));
}

TEST_CASE("a network is shown without the bits behind its prefix", "[core]")
{
    CHECK(network_of("10.1.2.3/8") == "10.0.0.0/8");
    CHECK(network_of("2001:db8:1:2::3/48") == "2001:db8:1::/48");
    CHECK(network_of("192.0.2.1/32") == "192.0.2.1");
    CHECK(network_of("::1/128") == "::1");
    CHECK(network_of("0.0.0.0/0") == "0.0.0.0/0");
    CHECK(network_of("::/0") == "::/0");
    CHECK(network_of("::ffff:10.0.0.0/104") == "10.0.0.0/8");
}

TEST_CASE("what is no network is none", "[core]")
{
    const auto text = GENERATE(
        "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8 ",
        "10.0.0.0/8/8", "10.0.0.0/255.0.0.0", "10/8", "::/129", "example.com/8", "*");
    CAPTURE(text);
    CHECK(network_of(text) == "(none)");
}
