// In which order single coins are asked for, and what those are told whose turn has not come.
#include "feed/coins_asked.hpp"

#include "support/catch.hpp"
#include "support/stringify.hpp"

#include <optional>

using namespace tickertape;
using namespace tickertape::testing;
using namespace std::chrono_literals;
using market::coin_topic;

namespace {

reply answer_each(const std::string& request)
{
    return json_reply(coin_text(id_in(request)));
}

}  // namespace

TEST_CASE("a question that hangs keeps no other waiting", "[feed]")
{
    coins_asked c{[](const std::string& request) {
        return id_in(request) == "stuck" ? reply{.bytes = {}, .then = afterwards::hang}
                                         : answer_each(request);
    }};
    c.ask("stuck");
    c.h.io.run_for(20ms);
    c.ask("bitcoin");
    CHECK(c.answer(1).detail->id == "bitcoin");
    c.feed->stop();
    c.answer(2);
    c.server.stop();
    CHECK(c.h.run_to_the_end());
}

TEST_CASE("what our own rate holds back is no failure, and is not put off", "[feed]")
{
    coins_asked c{answer_each, {}, std::nullopt, {.per_minute = 1, .burst = 1}, 10ms};
    c.ask("bitcoin");
    CHECK(c.answer(1).detail);
    c.ask("ethereum");
    const auto& said = c.answer(2);
    CHECK_FALSE(said.detail);
    CHECK(said.why.find("COINGECKO_RATE") != std::string::npos);
    CHECK(said.why.find("no answer") == std::string::npos);
    CHECK(said.retry_after > 50s);
    CHECK(c.h.counted("tickertape_coin_failures_total") == 0);
    CHECK(c.h.counted("tickertape_coin_questions_refused_total") == 1);
    // After a failure it would be asked for a minute later at the earliest.
    c.h.time.steady_offset = 30s;
    c.ask("ethereum");
    CHECK(c.answer(3).why.find("COINGECKO_RATE") != std::string::npos);
    c.h.time.steady_offset = 61s;
    c.ask("ethereum");
    CHECK(c.answer(4).detail);
    CHECK(c.server.requests().size() == 2);
    c.finish();
}

TEST_CASE("a question stays in line when nobody waits for it any more", "[feed]")
{
    coins_asked c{
        answer_each, {.wait_max = 20ms}, std::nullopt, {.per_minute = 120, .burst = 1}, 10s};
    c.ask("bitcoin");
    c.answer(1);
    c.ask("ethereum");
    CHECK(c.answer(2).why.find("its turn has not come yet") != std::string::npos);
    for (int i = 0; i < 2'000 && c.server.requests().size() < 2; ++i)
        c.h.io.run_for(5ms);
    c.h.io.run_for(100ms);
    c.ask("ethereum");
    CHECK(c.answer(3).detail);
    CHECK(c.server.requests().size() == 2);
    c.finish();
}

TEST_CASE("what is trending goes before single coins, however many wait", "[feed]")
{
    coins_asked c{
        [](const std::string& request) {
            if (request.starts_with("GET /search/trending "))
                return json_reply(R"({"coins":[{"item":{"id":"a","symbol":"a","name":"A"}}]})");
            return answer_each(request);
        },
        {.at_once_max = 1, .waiting_max = 2}};
    for (const auto* id : {"a", "b"})
        c.ask(id);
    c.ask("", coin_topic::trending);
    c.answer(3);
    CHECK(c.server.requests().front().starts_with("GET /search/trending "));
    CHECK(c.h.counted("tickertape_coin_questions_refused_total") == 0);
    c.finish();
}

TEST_CASE("while the source is left alone that is said, and is no failure of a coin", "[feed]")
{
    coins_asked c{[](const std::string&) {
        auto too_many = json_reply("{}", 429);
        return too_many;
    }};
    c.ask("bitcoin");
    CHECK(c.answer(1).why.find("no answer that can be read") != std::string::npos);
    c.ask("ethereum");
    const auto& said = c.answer(2);
    CHECK(said.why.find("left alone") != std::string::npos);
    CHECK(said.retry_after > 5s);
    CHECK(c.server.requests().size() == 1);
    CHECK(c.h.counted("tickertape_coin_failures_total") == 1);
    c.finish();
}
