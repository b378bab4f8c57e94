#include "news/share.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace tickertape;
using namespace tickertape::news;

namespace {

// "aaab": the sources of items in their order.
std::string shown(const std::string& sources, std::size_t room)
{
    std::vector<dated_item> items;
    for (const char source : sources)
        items.push_back(dated_item{.of = {}, .source = std::string(1, source)});
    std::vector<const dated_item*> all;
    for (const auto& one : items)
        all.push_back(&one);
    std::string text;
    for (const auto* one : shared_out(all, room))
        text += one->source;
    return text;
}

}  // namespace

TEST_CASE("a source has half of the room at most while others have items", "[news]")
{
    CHECK(shown("aaaaaaaab", 4) == "aaab");
    CHECK(shown("aaaaaaaabcd", 4) == "aabc");
    CHECK(shown("aaaaaaaa", 4) == "aaaa");
    CHECK(shown("abab", 9) == "abab");
    CHECK(shown("aab", 1) == "a");
    CHECK(shown("", 4).empty());
    CHECK(shown("aab", 0).empty());
}
