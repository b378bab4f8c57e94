// When the source is asked for single coins, what is kept of it, and what those are told who wait.
#include "feed/coins_asked.hpp"

#include "support/catch.hpp"
#include "support/stringify.hpp"

#include <optional>
#include <string>
#include <vector>

using namespace tickertape;
using namespace tickertape::feed;
using namespace tickertape::testing;
using namespace std::chrono_literals;
using market::coin_answer;
using market::coin_question;
using market::coin_topic;

TEST_CASE("a coin is asked for once, however many want it, and is kept", "[feed]")
{
    coins_asked c{[](const std::string& request) {
        return json_reply(
            coin_text(id_in(request), "<p>A <b>coin</b> &amp; more.</p>\\n\\n<i>Two</i>"));
    }};
    c.h.io.run_for(20ms);
    CHECK(c.server.requests().empty());
    for (int i = 0; i < 3; ++i)
        c.ask("bitcoin");
    const auto& said = c.answer(3);
    REQUIRE(said.detail);
    CHECK(said.detail->description == "A coin & more.\n\nTwo");
    CHECK(said.why.empty());
    CHECK_FALSE(said.is_stale);
    c.ask("bitcoin");
    CHECK(c.answer(4).detail == c.said_.front().detail);
    CHECK(c.server.requests().size() == 1);
    CHECK(c.server.requests().front().starts_with("GET /coins/bitcoin?localization=false&"));
    c.ask("ethereum");
    CHECK(c.answer(5).detail->id == "ethereum");
    CHECK(c.h.counted("tickertape_coin_requests_total") == 2);
    CHECK(c.h.counted("tickertape_coin_questions_total") == 5);
    CHECK(c.h.counted("tickertape_coin_questions_kept_total") == 1);
    c.finish();
}

TEST_CASE("an answer that grew old is asked for again, and stays where that fails", "[feed]")
{
    int asked = 0;
    coins_asked c{
        [&asked](const std::string& request) {
            ++asked;
            return json_reply(asked == 2 ? "<html></html>" : coin_text(id_in(request)));
        },
        {.detail_age = 1h, .after_failure = 10min}};
    c.ask("bitcoin");
    c.answer(1);
    c.h.time.steady_offset = 61min;
    c.h.time.wall_offset = 61min;
    c.ask("bitcoin");
    const auto kept = c.answer(2);
    CHECK(kept.detail);
    CHECK(kept.why.find("no answer that can be read") != std::string::npos);
    CHECK(kept.retry_after >= 1s);
    c.ask("bitcoin");
    CHECK_FALSE(c.answer(3).why.empty());
    CHECK(asked == 2);  // not again at once
    c.h.time.steady_offset = 75min;
    c.ask("bitcoin");
    CHECK(c.answer(4).why.empty());
    CHECK(asked == 3);
    CHECK(c.h.counted("tickertape_coin_failures_total") == 1);
    c.finish();
}

TEST_CASE("a coin that the source does not know is not asked for again", "[feed]")
{
    coins_asked c{
        [](const std::string&) { return json_reply(R"({"error":"coin not found"})", 404); }};
    c.ask("nothing");
    CHECK(c.answer(1).is_unknown);
    c.ask("nothing");
    const auto& said = c.answer(2);
    CHECK(said.is_unknown);
    CHECK_FALSE(said.detail);
    CHECK(said.why.find("does not know") != std::string::npos);
    CHECK(c.server.requests().size() == 1);
    CHECK(c.h.counted("tickertape_coin_failures_total") == 0);
    c.finish();
}

TEST_CASE("who waits too long is told so, and the answer is there the next time", "[feed]")
{
    coins_asked c{
        [](const std::string& request) {
            auto slow = json_reply(coin_text(id_in(request)));
            slow.is_dripping = true;
            return slow;
        },
        {.wait_max = 20ms}};
    c.ask("bitcoin");
    const auto early = c.answer(1);
    CHECK_FALSE(early.detail);
    CHECK(early.why == "it is being asked for");
    CHECK(early.retry_after > 0s);
    std::size_t asked = 1;
    for (; asked < 500 && !c.said_.back().detail; ++asked) {
        c.ask("bitcoin");
        c.answer(asked + 1);
    }
    CHECK(c.said_.back().detail);
    CHECK(c.server.requests().size() == 1);
    c.finish();
}

TEST_CASE("a spent budget and too many questions are said, and nobody is asked", "[feed]")
{
    SECTION("the budget")
    {
        coins_asked c{
            [](const std::string& request) { return json_reply(coin_text(id_in(request))); },
            {},
            rate_limit{.per_minute = 0.01, .burst = 1}};
        c.ask("bitcoin");
        CHECK(c.answer(1).detail);
        c.ask("ethereum");
        const auto& said = c.answer(2);
        CHECK_FALSE(said.detail);
        CHECK(said.why.find("MARKET_CALLS") != std::string::npos);
        CHECK(said.retry_after > 60s);
        CHECK(c.server.requests().size() == 1);
        CHECK(c.h.counted("tickertape_coin_questions_refused_total") == 1);
        c.finish();
    }
    SECTION("the questions")
    {
        coins_asked c{
            [](const std::string& request) { return json_reply(coin_text(id_in(request))); },
            {.waiting_max = 2}};
        for (const auto* id : {"a", "b", "c"})
            c.ask(id);
        c.answer(3);
        CHECK(c.said_.front().why.find("too many") != std::string::npos);
        CHECK(c.server.requests().size() == 2);
        c.finish();
    }
}

TEST_CASE("of the answers those that nobody asks for make room", "[feed]")
{
    coins_asked c{
        [](const std::string& request) { return json_reply(coin_text(id_in(request))); },
        {.answers_max = 2}};
    std::size_t answered = 0;
    for (const auto* id : {"a", "b", "a", "c", "a", "b"}) {
        c.ask(id);
        CHECK(c.answer(++answered).detail->id == id);
    }
    CHECK(c.server.requests().size() == 4);  // b made room for c
    CHECK(c.h.counted("tickertape_coin_answers_dropped_total") == 2);
    CHECK(c.h.counted("tickertape_coin_answers_kept") == 2);
    c.finish();
}

TEST_CASE("charts and what is trending are kept beside the coins", "[feed]")
{
    coins_asked c{[](const std::string& request) {
        if (request.starts_with("GET /search/trending "))
            return json_reply(R"({"coins":[{"item":{"id":"a","symbol":"a","name":"A"}}]})");
        return json_reply(R"({"prices":[[1755907200000,10]]})");
    }};
    c.ask("bitcoin", coin_topic::hours);
    CHECK(c.answer(1).chart);
    c.ask("bitcoin", coin_topic::days);
    CHECK(c.answer(2).chart);
    c.ask("", coin_topic::trending);
    CHECK(c.answer(3).list);
    CHECK(c.server.requests().size() == 3);
    c.finish();
}

TEST_CASE("while it stands by a coin is had from the instance that asks", "[feed]")
{
    coins_asked other{[](const std::string& request) {
        return json_reply(coin_text(id_in(request), "As it was sent."));
    }};
    other.feed->follow(
        [](std::string,
           coin_feed::is_fresh_function) -> boost::asio::awaitable<std::optional<std::string>> {
            co_return std::nullopt;
        });
    other.ask("bitcoin");
    const auto theirs = other.answer(1);
    REQUIRE(theirs.body);
    const auto text = write_shared_coin(theirs, *theirs.body);

    std::optional<std::string> there = text;
    std::vector<std::string> names;
    bool was_fresh = false;
    coins_asked c{[](const std::string&) { return json_reply("{}", 500); }, {}, rate_limit{0.1, 1}};
    c.feed->follow(
        [&](std::string name, coin_feed::is_fresh_function is_fresh)
            -> boost::asio::awaitable<std::optional<std::string>> {
            names.push_back(std::move(name));
            was_fresh = there && is_fresh(*there);
            co_return there;
        });
    c.feed->stand_by(true);
    c.ask("bitcoin");
    const auto& said = c.answer(1);
    REQUIRE(said.detail);
    CHECK(said.detail->description == "As it was sent.");
    CHECK(said.received_at == theirs.received_at);
    CHECK(said.why.empty());
    CHECK(was_fresh);
    // It is kept here too.
    c.ask("bitcoin");
    CHECK(c.answer(2).detail == c.said_.front().detail);
    CHECK(names == std::vector<std::string>{"coin.detail.bitcoin"});
    // The other one failed, or says nothing.
    there = write_missing_coin("no luck", 40s);
    c.ask("ethereum");
    CHECK(c.answer(3).why.find("no luck") != std::string::npos);
    CHECK_FALSE(was_fresh);
    there.reset();
    c.ask("ethereum", coin_topic::days);
    CHECK(c.answer(4).why.find("no answer") != std::string::npos);
    CHECK(c.server.requests().empty());
    // It asks itself once it leads.
    c.feed->stand_by(false);
    c.ask("solana");
    CHECK_FALSE(c.answer(5).why.empty());
    CHECK(c.server.requests().size() == 1);
    c.finish();
    other.finish();
}

TEST_CASE("who waits when the server shuts down is answered", "[feed]")
{
    coins_asked c{[](const std::string&) { return reply{.bytes = {}, .then = afterwards::hang}; }};
    c.ask("bitcoin");
    c.h.io.run_for(50ms);
    c.feed->stop();
    CHECK(c.answer(1).why.find("shutting down") != std::string::npos);
    c.server.stop();
    CHECK(c.h.run_to_the_end());
}
