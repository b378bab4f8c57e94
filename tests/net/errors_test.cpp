#include "net/errors.hpp"

#include "support/catch.hpp"

#include <set>

using namespace tickertape;
using namespace tickertape::net;

TEST_CASE("Each of the net's errors has a meaning of its own", "[net]")
{
    std::set<std::string> meanings;
    const int last = static_cast<int>(net_errc::url_parts);
    for (int value = 1; value <= last; ++value)
        meanings.insert(net_category().message(value));
    CHECK(meanings.size() == static_cast<std::size_t>(last));
    CHECK_FALSE(meanings.contains("unknown error"));
}

TEST_CASE("A phase that took too long is told from every other failure", "[net]")
{
    std::set<net_errc> late;
    for (int value = 1; value <= static_cast<int>(net_errc::url_parts); ++value)
        if (is_timeout(static_cast<net_errc>(value)))
            late.insert(static_cast<net_errc>(value));
    CHECK(
        late == std::set{
                    net_errc::resolve_timeout, net_errc::connect_timeout,
                    net_errc::handshake_timeout, net_errc::response_timeout});
    CHECK_FALSE(is_timeout({}));
}

TEST_CASE("A failure is said with its words and its status", "[net]")
{
    CHECK(words_of({net_errc::connect_failed, "refused"}) == "could not connect: refused");
    CHECK(
        words_of({net_errc::redirect, "to x", 302}) ==
        "the host redirects, which is not followed: to x (302)");
}
