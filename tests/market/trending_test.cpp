// What is read of the list of what is trending.
#include "market/trending.hpp"

#include "bodies.hpp"
#include "support/catch.hpp"
#include "json/errors.hpp"

using namespace tickertape;
using namespace tickertape::market;
using namespace tickertape::testing;

TEST_CASE("the recorded list of trending coins is read, money as text too", "[market]")
{
    const auto said =
        read_trending(answer_of(recorded("coingecko.search_trending.2026-03.8coins.json")));
    REQUIRE(said.has_value());
    REQUIRE(said->coins.size() == 8);
    CHECK(said->dropped == 0);
    const auto& first = said->coins.front();
    CHECK((first.id == "bitcoin" && first.symbol == "BTC" && first.name == "Bitcoin"));
    CHECK(first.price == 69985.66517871761);
    CHECK(first.market_cap == 1399077267893);
    CHECK(first.volume_24h == 58017631390);
    CHECK(first.change_24h_percent == 0.58);
    CHECK(said->coins[4].price == 6.583073034515874e-05);
    CHECK(said->coins[7].market_cap_rank == 16);
    CHECK(read_trending(answer_of(recorded("coingecko.trending.docs.json"))).has_value());
}

TEST_CASE("dollars are read where they are written as such, and nothing is guessed", "[market]")
{
    CHECK(dollars_in("$1,399,077,267,893") == 1399077267893);
    CHECK(dollars_in("$12") == 12);
    CHECK(dollars_in("$1234") == 1234);
    CHECK(dollars_in("$0.000012") == 0.000012);
    CHECK(dollars_in("$1,234.5") == 1234.5);
    for (const auto* text :
         {"", "$", "1,234", "$1,23", "$12,34,567", "$,123", "$1,", "$1.", "$1.2.3", "$-5", "$1e9",
          "$1 234", "€5", "$1,2345", "$nan", "US$5", "$1.399B"}) {
        CAPTURE(text);
        CHECK_FALSE(dollars_in(text));
    }
}

TEST_CASE(
    "figures of trending coins that cannot be read are unknown, rows without a name are dropped",
    "[market]")
{
    const auto said = read_trending(
        answer_of(R"({"coins":[{"item":{"id":"a","symbol":"a","name":"A","market_cap_rank":null,)"
                  R"("data":{"price":null,"market_cap":"a lot","total_volume":0,)"
                  R"("price_change_percentage_24h":{"usd":-100},"content":null}}},)"
                  R"({"item":{"id":"b","symbol":"b","name":"B"}},{"item":{"id":"c"}},{},7]})"));
    REQUIRE(said.has_value());
    REQUIRE(said->coins.size() == 2);
    CHECK(said->dropped == 3);
    for (const auto& one : said->coins) {
        CHECK_FALSE(one.market_cap_rank);
        CHECK_FALSE(one.price);
        CHECK_FALSE(one.market_cap);
        CHECK_FALSE(one.volume_24h);
        CHECK_FALSE(one.change_24h_percent);
    }
    CHECK(
        read_trending(answer_of(R"({"coins":[]})")).error().code == json::json_errc::missing_field);
    CHECK(read_trending(answer_of(R"({"coins":{}})")).error().code == json::json_errc::wrong_type);
}
