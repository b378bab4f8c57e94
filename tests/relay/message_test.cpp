#include "relay/message.hpp"

#include "relay/source_limits.hpp"

#include "relay/errors.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

using namespace tickertape;
using namespace tickertape::relay;

namespace {

tick_words tick_of(const std::string& words)
{
    const auto read = parse_message(words);
    REQUIRE(read);
    REQUIRE(std::holds_alternative<tick_words>(*read));
    return std::get<tick_words>(*read);
}

bool is_bad(const std::string& words)
{
    const auto read = parse_message(words);
    return !read && read.error() == relay_errc::bad_entry;
}

}  // namespace

TEST_CASE("A tick is written as words that a person can read", "[relay]")
{
    const tick_words t{"BTC-USD", *price::from(69420.25), "median(coinbase,kraken)", 2};

    CHECK(words_of(t) == "v1 t BTC-USD 69420.25 median(coinbase,kraken) 2");
    CHECK(tick_of(words_of(t)) == t);
    CHECK(words_of(heartbeat_words{}) == "v1 h");
    CHECK(std::holds_alternative<heartbeat_words>(*parse_message("v1 h")));
}

TEST_CASE("Every price is read back as the same double", "[relay]")
{
    for (const double value : {0.1, 1e-8, 5e-324, 1.7976931348623157e308, 69420.250000000015}) {
        const tick_words t{"X-Y", *price::from(value), "a", 0};
        CHECK(tick_of(words_of(t)).value == t.value);
    }
}

TEST_CASE("Blanks and percent signs in a source's name do not take the words apart", "[relay]")
{
    const tick_words t{"BTC-USD", *price::from(1.0), "my source, 100%", 0};

    CHECK(words_of(t) == "v1 t BTC-USD 1 my%20source,%20100%25 0");
    CHECK(tick_of(words_of(t)) == t);
    CHECK(tick_of("v1 t A-B 1 %63oinbase 0").source == "coinbase");
}

TEST_CASE("Words that a later version adds are ignored", "[relay]")
{
    CHECK(tick_of("v1 t A-B 1 a 0 more words").source == "a");
    CHECK(std::holds_alternative<heartbeat_words>(*parse_message("v1 h more")));
    CHECK(std::holds_alternative<other_words>(*parse_message("v1 candle whatever")));
}

TEST_CASE("Words that are no entry are refused", "[relay]")
{
    for (const auto* words :
         {"",
          " ",
          "v1",
          "v1 ",
          "v2 t A-B 1 a 0",
          "v1 t",
          "v1 t A-B",
          "v1 t A-B 1",
          "v1 t A-B 1 a",
          "v1 t A-B x a 0",
          "v1 t A-B -1 a 0",
          "v1 t A-B nan a 0",
          "v1 t A-B inf a 0",
          "v1 t  1 a 0",
          "v1 t A-B 1  0",
          "v1 t A-B 1 a -1",
          "v1 t A-B 1 a 10001",
          "v1 t A-B 1 a 1x",
          "v1 t A-B 1 a% 0",
          "v1 t A-B 1 a%2 0",
          "v1 t A-B 1 a%+1 0",
          "v1 t A-B 1 a%22 0",
          "v1 t A-B 1 a\\ 0",
          "v1 t A-B 1 a%0A 0",
          "v1 t A%0A-B 1 a 0",
          "v1 t A-B 1 \xc3\xa4 0"}) {
        INFO(words);
        CHECK(is_bad(words));
    }
    CHECK(is_bad("v1 t A-B 1 " + std::string(source_bytes_max + 1, 'a') + " 0"));
    CHECK(is_bad("v1 h " + std::string(words_of_entry_max, 'a')));
}
