#include "relay/errors.hpp"

#include "support/catch.hpp"

#include <set>

using namespace tickertape::relay;

TEST_CASE("Each of the relay's errors has a meaning of its own", "[relay]")
{
    std::set<std::string> meanings;
    const int last = static_cast<int>(relay_errc::address_path);
    for (int value = 1; value <= last; ++value)
        meanings.insert(relay_category().message(value));
    CHECK(meanings.size() == static_cast<std::size_t>(last));
    CHECK_FALSE(meanings.contains("unknown error"));
}
