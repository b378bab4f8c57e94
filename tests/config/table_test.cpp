#include "given.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <cctype>
#include <set>

using namespace tickertape;
using namespace tickertape::config;

TEST_CASE("every setting has a name, a group and a meaning of its own", "[config]")
{
    std::set<std::string> names;
    for (const auto& row : test_table().rows()) {
        CAPTURE(row.name);
        CHECK(names.insert(row.name).second);
        CHECK(std::ranges::all_of(row.name, [](unsigned char c) {
            return std::isupper(c) != 0 || std::isdigit(c) != 0 || c == '_';
        }));
        CHECK_FALSE(row.group.empty());
        CHECK_FALSE(row.values.accepted.empty());
        CHECK_FALSE(row.meaning.empty());
        CHECK(row.meaning.back() != '.');
    }
}

TEST_CASE("every default is accepted and reads back from what is shown", "[config]")
{
    const auto s = test_table().defaults();
    for (const auto& row : test_table().rows()) {
        CAPTURE(row.name, row.values.show(s));
        auto again = s;
        CHECK_FALSE(row.values.assign(again, row.values.show(s)));
        CHECK(shown(again) == shown(s));
    }
}

TEST_CASE("a refused text changes nothing", "[config]")
{
    const std::string zero_byte{"\0", 1};
    for (const auto& row : test_table().rows())
        for (const auto& text : {std::string{"\x01 no such value"}, zero_byte}) {
            CAPTURE(row.name);
            auto s = test_table().defaults();
            const auto refused = row.values.assign(s, text);
            if (refused) {
                CHECK(shown(s) == shown(test_table().defaults()));
                CHECK_FALSE(refused->reason().empty());
            }
        }
}

TEST_CASE("no setting takes a zero byte", "[config]")
{
    for (const auto& row : test_table().rows()) {
        CAPTURE(row.name);
        auto s = test_table().defaults();
        CHECK(row.values.assign(s, row.fallback + std::string{"\0", 1}));
    }
}

TEST_CASE("keys and tokens are secrets, and an address that may have a password", "[config]")
{
    for (const auto& row : test_table().rows())
        CHECK(
            row.secret ==
            (row.name.ends_with("_API_KEY") || row.name == "RELAY" || row.name == "ADMIN_TOKEN"));
}

TEST_CASE("a flag is the name of its setting in small letters and dashes", "[config]")
{
    const auto& rows = test_table().rows();
    const auto row = std::ranges::find(rows, "STORE_SIZE", &setting::name);
    REQUIRE(row != rows.end());
    CHECK(row->flag() == "store-size");
}
