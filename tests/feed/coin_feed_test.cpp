// When the source is asked for single coins, what is kept of it, and what those are told who wait.
#include "feed/coin_feed.hpp"

#include "feed/harness.hpp"
#include "net/http_client.hpp"
#include "net/tls_trust.hpp"
#include "net/url.hpp"
#include "provider/gates.hpp"
#include "support/catch.hpp"
#include "support/fake_http_server.hpp"
#include "support/stringify.hpp"

#include <deque>
#include <memory>
#include <optional>

using namespace tickertape;
using namespace tickertape::feed;
using namespace tickertape::testing;
using namespace std::chrono_literals;
using market::coin_answer;
using market::coin_question;
using market::coin_topic;

namespace {

std::string coin_text(const std::string& id, const std::string& description = "A coin.")
{
    return R"({"id":")" + id + R"(","description":{"en":")" + description + "\"}}";
}

// "/coins/bitcoin?..." as "bitcoin"
std::string id_in(const std::string& request)
{
    const auto from = request.find("/coins/") + 7;
    return request.substr(from, request.find_first_of("?/ ", from) - from);
}

struct coins_asked {
    explicit coins_asked(
        fake_http_server::answer_function answers, coin_limits bounds = {},
        std::optional<rate_limit> budget = std::nullopt)
        : server{h.io, std::nullopt, std::move(answers)}, strand{boost::asio::make_strand(h.io)}
    {
        gated_client::parts parts{
            .clients = {},
            .gate = gates.of(
                "coingecko", {.per_minute = 60'000, .burst = 1000}, {.open_first = 50ms},
                h.time.steady_now())};
        parts.clients.push_back(std::make_unique<net::http_client>(
            strand, *net::parse_base_url("http://127.0.0.1:" + server.port()), trust,
            net::http_limits{.response = 10s}));
        if (budget)
            parts.budget.emplace(*budget, h.time.steady_now());
        feed.emplace(
            coin_feed::parts{strand, h.time, h.log, h.counters}, bounds,
            std::make_unique<gated_client>(
                strand, h.time, std::move(parts),
                gated_client::limits{
                    .attempts_max = 1, .retry = {2ms, 4ms}, .wait_max = 1s, .pause_max = 0ms},
                [] { return 0.5; }));
        feed->start();
    }

    void ask(const std::string& id, coin_topic of = coin_topic::detail)
    {
        feed->ask(coin_question{.of = of, .id = id}, [this](coin_answer said) {
            said_.push_back(std::move(said));
        });
    }
    // Runs until there are so many answers, and gives the last of them.
    const coin_answer& answer(std::size_t count)
    {
        for (int i = 0; i < 2'000 && said_.size() < count; ++i)
            h.io.run_for(5ms);
        REQUIRE(said_.size() == count);
        return said_.back();
    }
    void finish()
    {
        feed->stop();
        server.stop();
        CHECK(h.run_to_the_end());
    }

    harness h;
    provider::gates gates;
    boost::asio::ssl::context trust{net::make_tls_context({})};
    fake_http_server server;
    feed_context::strand_type strand;
    std::deque<coin_answer> said_{};  // where answers stay when others come
    std::optional<coin_feed> feed;
};

}  // namespace

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
    there = write_missing_coin("no luck");
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

TEST_CASE("an answer of another instance that is old is not taken for a new one", "[feed]")
{
    const coin_question what{.of = coin_topic::trending};
    const moment now{steady_time{9h}, wall_time{std::chrono::hours{500'000}}, boot_time{9h}};
    market::coin_answer unknown;
    unknown.is_unknown = true;
    unknown.received_at = now.wall - 2h;
    const coin_question coin{.of = coin_topic::days, .id = "x"};
    const auto back = read_shared_coin(coin, write_shared_coin(unknown, {}), now);
    REQUIRE(back);
    CHECK(back->said.is_unknown);
    CHECK(back->said.received == now.boot - 2h);
    for (const auto* const text :
         {"", "{", "{}", R"({"kept":"coin","version":2,"why":"x"})",
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

TEST_CASE("shares of a budget never spend more than the whole", "[feed]")
{
    const steady_time start{};
    call_budget table{{.per_minute = 1, .burst = 10}, start};
    auto coins = table.share({.per_minute = 0.5, .burst = 4}, start);
    table.leave(4);
    int tables = 0;
    int questions = 0;
    for (; table.wait(start) == 0s; ++tables)
        table.take(start);
    CHECK(tables == 6);  // four are left to the others
    for (; coins.wait(start) == 0s; ++questions)
        coins.take(start);
    CHECK(questions == 4);
    // The table's turn comes when what is left to the others is there again.
    const auto wait = table.wait(start);
    CHECK(wait > 4min);
    CHECK(wait < 6min);
    for (int i = 1; i <= 600; ++i) {
        const auto now = start + i * 1min;
        if (table.wait(now) == 0s) {
            table.take(now);
            ++tables;
        }
        if (coins.wait(now) == 0s) {
            coins.take(now);
            ++questions;
        }
    }
    CHECK(tables + questions <= 610);
    CHECK(tables + questions > 595);
    CHECK(questions > 250);
    CHECK(tables > 250);
}
