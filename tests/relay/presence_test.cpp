#include "relay/presence.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace tickertape;
using namespace tickertape::relay;

namespace {

std::string mark(const std::vector<std::string>& names)
{
    return mark_of(symbol_table::from(names).value());
}

}  // namespace

TEST_CASE("What an instance says of itself is read as it was written", "[relay]")
{
    const presence said{
        .is_leader = true,
        .top = "12-3",
        .life = "77",
        .symbols = "2:9",
        .can_lead = false,
        .has_dry_feed = true};
    CHECK(
        words_of(said) == R"({"role":"leader","top":"12-3","life":"77","symbols":"2:9",)"
                          R"("can_lead":false,"dry_feed":true})");
    const auto read = read_presence(words_of(said));
    CHECK(read.is_leader);
    CHECK(read.top == "12-3");
    CHECK(read.life == "77");
    CHECK(read.symbols == "2:9");
    CHECK_FALSE(read.can_lead);
    CHECK(read.has_dry_feed);
}

TEST_CASE("An older instance, and one whose words cannot be read, may lead", "[relay]")
{
    for (const std::string words :
         {R"({"role":"follower","top":"12-3"})", "", "[]", "{", R"({"can_lead":"no","life":7})"}) {
        const auto read = read_presence(words);
        CHECK(read.can_lead);
        CHECK_FALSE(read.has_dry_feed);
        CHECK(read.life.empty());
    }
    CHECK(read_presence(R"({"life":")" + std::string(65, 'x') + R"("})").life.empty());
    CHECK(read_presence(R"({"can_lead":false,"x":")" + std::string(2'000, 'x') + R"("})").can_lead);
}

TEST_CASE("Instances with the same symbols have the same mark, in whatever order", "[relay]")
{
    CHECK(mark({"BTC-USD", "ETH-USD"}) == mark({"ETH-USD", "BTC-USD"}));
    CHECK(mark({"BTC-USD", "ETH-USD"}) != mark({"BTC-USD", "SOL-USD"}));
    CHECK(mark({"BTC-USD"}) != mark({"BTC-USD", "ETH-USD"}));
}

TEST_CASE("A name that is too long or not fit for a log line is none of an instance", "[relay]")
{
    CHECK(is_instance_name("host-1.example-4711"));
    CHECK(is_instance_name(std::string(96, 'a')));
    CHECK_FALSE(is_instance_name(std::string(97, 'a')));
    CHECK_FALSE(is_instance_name(""));
    CHECK(is_instance_name("a b"));
    CHECK_FALSE(is_instance_name("a\nb"));
}
