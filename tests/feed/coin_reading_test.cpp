// Questions on single coins and their answers as texts that instances of a cluster give each other.
#include "feed/coin_reading.hpp"

#include "support/catch.hpp"
#include "support/stringify.hpp"

using namespace tickertape;
using namespace tickertape::feed;
using namespace std::chrono_literals;
using market::coin_question;
using market::coin_topic;

TEST_CASE("an answer of another instance that is old is not taken for a new one", "[feed]")
{
    const coin_question what{.of = coin_topic::trending};
    const moment now{steady_time{9h}, wall_time{std::chrono::hours{500'000}}, boot_time{9h}};
    market::coin_answer unknown;
    unknown.is_unknown = true;
    unknown.received_at = now.wall - 2h;
    const coin_question coin{.of = coin_topic::days, .id = "x"};
    const auto missing = read_shared_coin(coin, write_missing_coin("no luck", 40s), now);
    REQUIRE(missing);
    CHECK(missing->why == "no luck");
    CHECK(missing->retry_after == 40s);
    const auto back = read_shared_coin(coin, write_shared_coin(unknown, {}), now);
    REQUIRE(back);
    CHECK(back->said.is_unknown);
    CHECK(back->said.received == now.boot - 2h);
    for (const auto* const text :
         {"", "{", "{}", R"({"kept":"coin","version":2,"why":"x","retry_after":1})",
          R"({"kept":"coin","version":1,"why":"x","retry_after":-1})",
          R"({"kept":"coin","version":1,"received_at":1,"unknown":false,"body":"{}"})",
          R"({"kept":"coin","version":1,"received_at":1,"unknown":false,"body":7})"}) {
        CAPTURE(text);
        CHECK_FALSE(read_shared_coin(what, text, now).has_value());
    }
}

TEST_CASE("a question has a name that reads back, and nothing else is one", "[feed]")
{
    for (const auto of : {coin_topic::detail, coin_topic::hours, coin_topic::days}) {
        const auto back = coin_question_in(name_of({.of = of, .id = "usd-coin.e_1"}));
        REQUIRE(back);
        CHECK(back->of == of);
        CHECK(back->id == "usd-coin.e_1");
    }
    CHECK(coin_question_in(name_of({.of = coin_topic::trending}))->of == coin_topic::trending);
    for (const auto* const name :
         {"", "coin", "coin.", "coin.detail", "coin.detail.", "coin.detail.a/b", "coin.detail...",
          "coin.trending.x", "coin.other.x", "table", "coin.days.a b"}) {
        CAPTURE(name);
        CHECK_FALSE(coin_question_in(name).has_value());
    }
}

TEST_CASE("figures that were old when they came do not pass for new ones", "[feed]")
{
    const wall_time now{std::chrono::hours{500'000}};
    const auto detail_of = [&](std::optional<std::chrono::hours> age) {
        market::coin_answer said{.received_at = now};
        market::coin_detail one;
        if (age)
            one.updated_at = now - *age;
        said.detail = std::make_shared<market::coin_detail>(std::move(one));
        return said;
    };
    const coin_question detail{.of = coin_topic::detail, .id = "x"};
    CHECK_FALSE(came_old(detail, detail_of(6h)));
    CHECK(came_old(detail, detail_of(7h)));
    CHECK_FALSE(came_old(detail, detail_of(std::nullopt)));

    const auto chart_of = [&](std::chrono::hours age) {
        market::coin_answer said{.received_at = now};
        said.chart = std::make_shared<market::coin_chart>(
            market::coin_chart{.points = {{now - 1000h, 1}, {now - age, 2}}});
        return said;
    };
    const coin_question hours{.of = coin_topic::hours, .id = "x"};
    const coin_question days{.of = coin_topic::days, .id = "x"};
    CHECK_FALSE(came_old(hours, chart_of(2h)));
    CHECK(came_old(hours, chart_of(3h)));
    CHECK_FALSE(came_old(days, chart_of(48h)));
    CHECK(came_old(days, chart_of(49h)));
    CHECK_FALSE(came_old(days, market::coin_answer{.received_at = now}));
}
