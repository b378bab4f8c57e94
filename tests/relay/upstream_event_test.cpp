#include "relay/upstream_event.hpp"

#include "sse/event.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

#include <array>
#include <string>
#include <vector>

using namespace tickertape;
using namespace tickertape::relay;
using namespace std::chrono_literals;

namespace {

// What the only event in these bytes means.
result<upstream_event> meaning(const std::string& bytes)
{
    event_reader events;
    events.append(bytes);
    const auto e = events.next();
    REQUIRE(e.has_value());
    REQUIRE(*e != nullptr);
    upstream_event_reader reader;
    return reader.read(**e);
}

result<upstream_event> message(const std::string& json, const std::string& id = "1712525476123-1")
{
    return meaning("id: " + id + "\ndata: " + json + "\n\n");
}

const position at{1712525476123, 1};

}  // namespace

TEST_CASE("A tick of ours means what was written", "[relay]")
{
    std::string bytes;
    sse::append_tick(
        bytes, at, *price::from(69420.25), "BTC-USD", "median(coinbase,binance(USDT))",
        {.combined = 2});

    const auto meant = meaning(bytes);

    REQUIRE(meant.has_value());
    const auto& tick = std::get<upstream_tick>(*meant);
    CHECK(tick.at == at);
    CHECK(tick.symbol == "BTC-USD");
    CHECK(tick.value == *price::from(69420.25));
    CHECK(tick.source == "median(coinbase,binance(USDT))");
    CHECK(tick.combined == 2);
}

TEST_CASE("The price of a tick is the double that was sent, to the last bit", "[relay]")
{
    for (const double value : {0.1, 1e-8, 69420.123456789012, 1.5e-12, 12345678901234.567}) {
        std::string bytes;
        sse::append_tick(bytes, at, *price::from(value), "BTC-USD", "pipe");
        const auto meant = meaning(bytes);
        REQUIRE(meant.has_value());
        CHECK(std::get<upstream_tick>(*meant).value.value() == value);
    }
}

TEST_CASE("A tick that cannot be read but has an id is damage at that id", "[relay]")
{
    for (const std::string bad :
         {"{", "[]", "{}", R"({"symbol":"BTC-USD","source":"pipe"})",
          R"({"price":"1","symbol":"BTC-USD","source":"pipe"})",
          R"({"price":-1,"symbol":"BTC-USD","source":"pipe"})",
          R"({"price":0,"symbol":"BTC-USD","source":"pipe"})",
          R"({"price":1e999,"symbol":"BTC-USD","source":"pipe"})",
          R"({"price":1,"symbol":"btc-usd","source":"pipe"})",
          R"({"price":1,"symbol":"BTC","source":"pipe"})",
          R"({"price":1,"symbol":"BTC-USD","source":""})",
          R"({"price":1,"symbol":"BTC-USD","source":"a\"b"})",
          R"({"price":1,"symbol":"BTC-USD","source":"a\u000ab"})",
          R"({"price":1,"symbol":"BTC-USD","source":7})",
          R"({"price":1,"symbol":"BTC-USD","source":"pipe","sources":-1})",
          R"({"price":1,"symbol":"BTC-USD","source":"pipe","sources":"3"})",
          R"({"price":1,"symbol":"BTC-USD","source":"pipe","skipped":3})"}) {
        INFO(bad);
        const auto meant = message(bad);
        REQUIRE(meant.has_value());
        REQUIRE(std::holds_alternative<upstream_damage>(*meant));
        CHECK(std::get<upstream_damage>(*meant).at == at);
    }
    CHECK(std::holds_alternative<upstream_damage>(
        *message(R"({"price":1,"symbol":"BTC-USD","source":")" + std::string(600, 'x') + "\"}")));
}

TEST_CASE("A tick may have fields that we do not know", "[relay]")
{
    const auto meant =
        message(R"({"price":1,"symbol":"BTC-USD","source":"pipe","volume":[1,{"a":2}]})");

    REQUIRE(meant.has_value());
    CHECK(std::holds_alternative<upstream_tick>(*meant));
}

TEST_CASE("A tick without an id of ours has no place", "[relay]")
{
    const std::string good = R"({"price":1,"symbol":"BTC-USD","source":"pipe"})";
    for (const std::string id : {"", "7", "abc", "1712525476123-", "1712525476123-1048576"})
        CHECK(message(good, id).error() == relay_errc::bad_entry);
    CHECK(meaning("data: " + good + "\n\n").error() == relay_errc::bad_entry);
}

TEST_CASE("A gap of ours means what was written, for all symbols or for some", "[relay]")
{
    const position from{1712525400000, 0};
    const position to{1712525470000, 3};
    std::string bytes;
    sse::append_gap(bytes, {from, to, sse::gap_reason::restarted});
    const auto all = std::get<upstream_gap>(*meaning(bytes));
    CHECK(all.from == from);
    CHECK(all.to == to);
    CHECK(all.why == gap_cause::restarted);
    CHECK(all.is_of_all);
    CHECK_FALSE(all.is_lapped);

    const std::array<std::string_view, 2> symbols{"BTC-USD", "ETH-USD"};
    bytes.clear();
    sse::append_gap(bytes, {from, to, sse::gap_reason::evicted, symbols, false});
    const auto some = std::get<upstream_gap>(*meaning(bytes));
    CHECK(some.why == gap_cause::evicted);
    CHECK_FALSE(some.is_of_all);
    CHECK(some.symbols == std::vector<std::string>{"BTC-USD", "ETH-USD"});
    CHECK_FALSE(some.is_lapped);

    bytes.clear();
    for (const auto cause : {gap_cause::damaged, gap_cause::missing}) {
        bytes.clear();
        sse::append_gap(bytes, {from, to, sse::reason_of(cause)});
        CHECK(std::get<upstream_gap>(*meaning(bytes)).why == cause);
    }
    bytes.clear();
    sse::append_gap(bytes, {from, to, sse::gap_reason::lapped, {}, false});
    CHECK(std::get<upstream_gap>(*meaning(bytes)).is_lapped);
}

TEST_CASE("A gap for a reason that we do not know is a gap", "[relay]")
{
    const auto meant =
        meaning("event: gap\ndata: {\"from\":\"1-0\",\"to\":\"2-0\",\"reason\":\"eaten\"}\n\n");

    REQUIRE(meant.has_value());
    CHECK(std::get<upstream_gap>(*meant).why == gap_cause::damaged);
}

TEST_CASE("A gap that does not say from where to where is refused", "[relay]")
{
    CHECK(
        meaning("event: gap\ndata: {\"to\":\"2-0\",\"reason\":\"evicted\"}\n\n").error() ==
        relay_errc::bad_entry);
    CHECK(
        meaning("event: gap\ndata: {\"from\":\"1-0\",\"to\":\"x\",\"reason\":\"evicted\"}\n\n")
            .error() == relay_errc::bad_entry);
}

TEST_CASE("A heartbeat says the time, a goodbye how long to wait", "[relay]")
{
    std::string bytes;
    sse::append_heartbeat(bytes, wall_time{1712525476000ms});
    CHECK(
        std::get<upstream_heartbeat>(*meaning(bytes)).time ==
        std::chrono::sys_seconds{1712525476s});

    bytes.clear();
    sse::append_moving(bytes, 1789ms);
    CHECK(std::get<upstream_goodbye>(*meaning(bytes)).retry == 1789ms);
    CHECK_FALSE(std::get<upstream_goodbye>(*meaning(bytes)).is_busy);

    bytes.clear();
    sse::append_busy(bytes, 28180ms);
    CHECK(std::get<upstream_goodbye>(*meaning(bytes)).retry == 28180ms);
    CHECK(std::get<upstream_goodbye>(*meaning(bytes)).is_busy);
}

TEST_CASE("Staleness and events of later versions are passed over", "[relay]")
{
    std::string bytes;
    sse::append_stale(bytes, "BTC-USD", 131s);
    CHECK(std::holds_alternative<upstream_other>(*meaning(bytes)));
    bytes.clear();
    sse::append_fresh(bytes, "BTC-USD", 0s);
    CHECK(std::holds_alternative<upstream_other>(*meaning(bytes)));
    CHECK(std::holds_alternative<upstream_other>(*meaning("event: news\ndata: no json\n\n")));
}
