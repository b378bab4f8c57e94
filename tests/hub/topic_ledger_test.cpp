#include "hub/topic_ledger.hpp"

#include "support/catch.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

using namespace tickertape;
using namespace tickertape::hub;

namespace {

using parts = std::vector<topic_part>;

void post(topic_board& to, std::size_t topic, std::string head, parts of)
{
    to.post(
        topic, std::make_shared<const topic_state>(topic_state{
                   .event = "t", .head = std::move(head), .list = "l", .parts = std::move(of)}));
}

std::string texts(const topic_ledger& of, topic_ledger::version known)
{
    std::string all;
    for (const auto& part : of.after(known))
        all += std::to_string(part.topic) + ":" + std::string{part.text} + " ";
    return all;
}

constexpr std::uint64_t overlap_ms = std::chrono::milliseconds{topic_ledger::overlap}.count();

}  // namespace

TEST_CASE("a version is kept in three bytes", "[hub]")
{
    const auto v = GENERATE(0U, 1U, 255U, 256U, 65'536U, 123'456U, topic_ledger::version_max);
    CHECK(topic_ledger::version{topic_ledger::kept_version{v}} == v);
    CHECK(sizeof(topic_ledger::kept_version) == 3);
}

TEST_CASE("a ledger tells the parts that changed since a version, in their order", "[hub]")
{
    topic_board board;
    topic_ledger ledger;
    CHECK_FALSE(ledger.take(board, {}).is_any);
    CHECK(ledger.newest() == 0);

    post(board, 0, "a", {{"1", "one"}, {"2", "two"}});
    post(board, 2, "b", {{"x", "news"}});
    CHECK(ledger.take(board, {1'000, 0}).is_any);
    CHECK(texts(ledger, 0) == "0:one 0:two 2:news ");
    const auto first = ledger.newest();
    CHECK(texts(ledger, first).empty());
    CHECK_FALSE(ledger.take(board, {1'000, 0}).is_any);

    post(board, 0, "a", {{"1", "one"}, {"2", "TWO"}, {"3", "three"}});
    CHECK(ledger.take(board, {2'000, 0}).is_any);
    CHECK(texts(ledger, first) == "0:TWO 0:three ");
    CHECK(texts(ledger, 0) == "0:one 2:news 0:TWO 0:three ");

    // The same again is no news, and what is gone is not told.
    const auto second = ledger.newest();
    post(board, 0, "a", {{"1", "one"}, {"2", "TWO"}, {"3", "three"}});
    CHECK_FALSE(ledger.take(board, {3'000, 0}).is_any);
    post(board, 0, "a", {{"1", "one"}});
    CHECK_FALSE(ledger.take(board, {3'000, 0}).is_any);
    CHECK(ledger.newest() == second);
    CHECK(texts(ledger, 0) == "0:one 2:news ");
}

TEST_CASE("a head that changes alone is told without parts", "[hub]")
{
    topic_board board;
    topic_ledger ledger;
    post(board, 1, "fresh", {{"1", "one"}});
    ledger.take(board, {});
    const auto known = ledger.newest();
    post(board, 1, "stale", {{"1", "one"}});
    CHECK(ledger.take(board, {}).is_any);
    CHECK(texts(ledger, known) == "1: ");
    CHECK(ledger.state_of(1)->head == "stale");
}

TEST_CASE("a client that comes back is sent what may have changed since its id", "[hub]")
{
    topic_board board;
    topic_ledger ledger;
    CHECK(ledger.known_at({5'000'000, 0}) == 0);
    post(board, 0, "", {{"1", "one"}, {"2", "two"}});
    ledger.take(board, {1'000'000, 0});
    const auto first = ledger.newest();
    post(board, 0, "", {{"1", "one"}, {"2", "TWO"}});
    ledger.take(board, {2'000'000, 0});
    const auto second = ledger.newest();

    // Before the first change nothing is known of what it was sent.
    CHECK(ledger.known_at({}) == 0);
    CHECK(ledger.known_at({1'000'000 + overlap_ms, 0}) == 0);
    CHECK(ledger.known_at({1'000'001 + overlap_ms, 0}) == first);
    CHECK(ledger.known_at({2'000'000, 0}) == first);
    CHECK(ledger.known_at({2'000'000 + overlap_ms - 1, 0}) == first);
    CHECK(ledger.known_at({2'000'000 + overlap_ms, 0}) == second);

    ledger.enter_era();
    CHECK(ledger.known_at({3'000'000, 0}) == 0);
}

TEST_CASE("changes that are no longer known by their time are all sent again", "[hub]")
{
    topic_board board;
    topic_ledger ledger;
    for (std::uint64_t i = 0; i <= topic_ledger::changes_kept; ++i) {
        post(board, 0, "", {{"1", std::to_string(i)}});
        ledger.take(board, {100'000 * (i + 1), 0});
    }
    CHECK(ledger.known_at({100'000 + overlap_ms + 1, 0}) == 0);
    CHECK(ledger.known_at({200'000 + overlap_ms + 1, 0}) == 2);
}

TEST_CASE("versions begin anew before they no longer fit", "[hub]")
{
    topic_board board;
    topic_ledger ledger{10};
    post(board, 1, "", {{"1", "still"}});
    for (int i = 0; i < 3; ++i) {
        post(board, 0, "", {{"1", std::to_string(i)}, {"2", std::to_string(i)}});
        const auto before = ledger.newest();
        const auto news = ledger.take(board, {1'000, 0});
        CHECK(news.is_any);
        CHECK_FALSE(news.began_anew);
        CHECK(ledger.newest() > before);
    }
    post(board, 0, "", {{"1", "new"}, {"2", "2"}});
    CHECK(ledger.take(board, {1'000, 0}).began_anew);
    CHECK(texts(ledger, 0) == "0:new 0:2 1:still ");
    CHECK(ledger.known_at({9'000'000, 0}) == 0);
}
