#include "sse/event.hpp"

#include "support/catch.hpp"

#include <vector>

using namespace tickertape;
using namespace std::chrono_literals;

namespace {

// The event as `write` appends it to an empty stream.
template <class F>
std::string written(F write)
{
    std::string out;
    write(out);
    return out;
}

std::string tick_at(position at, const char* value)
{
    return written([&](std::string& out) {
        sse::append_tick(out, at, price::parse(value).value(), "BTC-USD", "coingecko");
    });
}

std::string gap_event(const sse::gap& g)
{
    return written([&](std::string& out) { sse::append_gap(out, g); });
}

}  // namespace

TEST_CASE("a tick has its position as id and its price, symbol and source as data", "[sse]")
{
    CHECK(
        tick_at({1712525476123, 0}, "69420.25") ==
        "id: 1712525476123-0\n"
        "data: {\"timestamp\":1712525476,\"price\":69420.25,\"symbol\":\"BTC-USD\","
        "\"source\":\"coingecko\"}\n"
        "\n");
}

TEST_CASE("a tick of several providers says how many behind its source", "[sse]")
{
    CHECK(
        written([](std::string& out) {
            sse::append_tick(
                out, {1712525476123, 0}, price::parse("69420.25").value(), "BTC-USD",
                "median(coinbase,kraken,bitstamp)", {.combined = 3});
        }) == "id: 1712525476123-0\n"
              "data: {\"timestamp\":1712525476,\"price\":69420.25,\"symbol\":\"BTC-USD\","
              "\"source\":\"median(coinbase,kraken,bitstamp)\",\"sources\":3}\n"
              "\n");
}

TEST_CASE("a combination of which one provider is left says so", "[sse]")
{
    const auto event = written([](std::string& out) {
        sse::append_tick(
            out, {1712525476123, 0}, price::parse("1").value(), "BTC-USD", "median(coinbase)",
            {.combined = 1});
    });
    CHECK(event.ends_with("\"source\":\"median(coinbase)\",\"sources\":1}\n\n"));
}

TEST_CASE("a tick that others were passed over for says how many", "[sse]")
{
    const auto event = written([](std::string& out) {
        sse::append_tick(
            out, {1712525476123, 0}, price::parse("1").value(), "BTC-USD", "median(coinbase)",
            {.combined = 1, .skipped = 12'345});
    });
    CHECK(event.ends_with("\"source\":\"median(coinbase)\",\"sources\":1,\"skipped\":12345}\n\n"));
}

TEST_CASE("a price is written in the shortest form that reads back to the same double", "[sse]")
{
    CHECK(
        tick_at({1712525476123, 7}, "88927") ==
        "id: 1712525476123-7\n"
        "data: {\"timestamp\":1712525476,\"price\":88927,\"symbol\":\"BTC-USD\","
        "\"source\":\"coingecko\"}\n"
        "\n");
    CHECK(
        tick_at({1712525476123, 8}, "0.00000001") ==
        "id: 1712525476123-8\n"
        "data: {\"timestamp\":1712525476,\"price\":1e-08,\"symbol\":\"BTC-USD\","
        "\"source\":\"coingecko\"}\n"
        "\n");
    CHECK(
        tick_at({1712525476123, 9}, "0.1000") ==
        "id: 1712525476123-9\n"
        "data: {\"timestamp\":1712525476,\"price\":0.1,\"symbol\":\"BTC-USD\","
        "\"source\":\"coingecko\"}\n"
        "\n");
}

TEST_CASE("the longest price and the last position there is fit into a tick", "[sse]")
{
    CHECK(
        tick_at({position::ms_max, position::counter_max}, "2.2250738585072014e-308") ==
        "id: 17592186044415-1048575\n"
        "data: {\"timestamp\":17592186044,\"price\":2.2250738585072014e-308,"
        "\"symbol\":\"BTC-USD\",\"source\":\"coingecko\"}\n"
        "\n");
    CHECK(
        tick_at({0, 0}, "1.7976931348623157e308") ==
        "id: 0-0\n"
        "data: {\"timestamp\":0,\"price\":1.7976931348623157e+308,"
        "\"symbol\":\"BTC-USD\",\"source\":\"coingecko\"}\n"
        "\n");
}

TEST_CASE("a timestamp is whole seconds, cut and not rounded", "[sse]")
{
    CHECK(
        tick_at({1712525476999, 0}, "1") ==
        "id: 1712525476999-0\n"
        "data: {\"timestamp\":1712525476,\"price\":1,\"symbol\":\"BTC-USD\","
        "\"source\":\"coingecko\"}\n"
        "\n");
}

TEST_CASE("an event goes behind what is there already", "[sse]")
{
    std::string out = "before";
    sse::append_heartbeat(out, wall_time{1712525476s});
    CHECK(out == "beforeevent: heartbeat\ndata: {\"timestamp\":1712525476}\n\n");
}

TEST_CASE("a gap names its symbols, and its id is the end of what is missing", "[sse]")
{
    const std::vector<std::string_view> one{"BTC-USD"};
    CHECK(
        gap_event(
            {.from = {1712525470000, 3},
             .to = {1712525476123, 0},
             .reason = sse::gap_reason::evicted,
             .symbols = one}) ==
        "id: 1712525476123-0\n"
        "event: gap\n"
        "data: {\"from\":\"1712525470000-3\",\"to\":\"1712525476123-0\",\"reason\":\"evicted\","
        "\"symbols\":[\"BTC-USD\"]}\n"
        "\n");
    const std::vector<std::string_view> three{"BTC-USD", "ETH-USD", "SOL-USD"};
    CHECK(
        gap_event(
            {.from = {1712525470000, 3},
             .to = {1712525476123, 0},
             .reason = sse::gap_reason::lapped,
             .symbols = three}) ==
        "id: 1712525476123-0\n"
        "event: gap\n"
        "data: {\"from\":\"1712525470000-3\",\"to\":\"1712525476123-0\",\"reason\":\"lapped\","
        "\"symbols\":[\"BTC-USD\",\"ETH-USD\",\"SOL-USD\"]}\n"
        "\n");
}

TEST_CASE("a gap of all symbols names none", "[sse]")
{
    CHECK(
        gap_event(
            {.from = {0, 0}, .to = {1712525476123, 0}, .reason = sse::gap_reason::restarted}) ==
        "id: 1712525476123-0\n"
        "event: gap\n"
        "data: {\"from\":\"0-0\",\"to\":\"1712525476123-0\",\"reason\":\"restarted\"}\n"
        "\n");
}

TEST_CASE("a gap behind which nobody may resume has no id", "[sse]")
{
    const std::vector<std::string_view> one{"BTC-USD"};
    CHECK(
        gap_event(
            {.from = {1712525470000, 3},
             .to = {1712525476123, 0},
             .reason = sse::gap_reason::evicted,
             .symbols = one,
             .resumes = false}) ==
        "event: gap\n"
        "data: {\"from\":\"1712525470000-3\",\"to\":\"1712525476123-0\",\"reason\":\"evicted\","
        "\"symbols\":[\"BTC-USD\"]}\n"
        "\n");
}

TEST_CASE("the reasons of a gap are the words of the contract", "[sse]")
{
    CHECK(sse::to_string(sse::gap_reason::evicted) == "evicted");
    CHECK(sse::to_string(sse::gap_reason::restarted) == "restarted");
    CHECK(sse::to_string(sse::gap_reason::lapped) == "lapped");
    CHECK(sse::to_string(sse::gap_reason::damaged) == "damaged");
    CHECK(sse::to_string(sse::gap_reason::missing) == "missing");
    CHECK(sse::reason_of(gap_cause::evicted) == sse::gap_reason::evicted);
    CHECK(sse::reason_of(gap_cause::restarted) == sse::gap_reason::restarted);
    CHECK(sse::reason_of(gap_cause::damaged) == sse::gap_reason::damaged);
    CHECK(sse::reason_of(gap_cause::missing) == sse::gap_reason::missing);
}

TEST_CASE("a heartbeat has the time and no id, so that it moves nobody's position", "[sse]")
{
    CHECK(
        written([](std::string& out) { sse::append_heartbeat(out, wall_time{1712525476999ms}); }) ==
        "event: heartbeat\n"
        "data: {\"timestamp\":1712525476}\n"
        "\n");
}

TEST_CASE("stale and fresh name the symbol and the age of its price in seconds", "[sse]")
{
    CHECK(
        written([](std::string& out) { sse::append_stale(out, "BTC-USD", 121'999ms); }) ==
        "event: stale\n"
        "data: {\"symbol\":\"BTC-USD\",\"age\":121}\n"
        "\n");
    CHECK(
        written([](std::string& out) { sse::append_fresh(out, "ETH-USD", 0ms); }) ==
        "event: fresh\n"
        "data: {\"symbol\":\"ETH-USD\",\"age\":0}\n"
        "\n");
}

TEST_CASE("retry is a block of its own in milliseconds", "[sse]")
{
    CHECK(
        written([](std::string& out) { sse::append_retry(out, 2s); }) == "retry: 2000\n"
                                                                         "\n");
}

TEST_CASE("moving tells browsers by the retry line and everybody else by its data", "[sse]")
{
    CHECK(
        written([](std::string& out) { sse::append_moving(out, 1500ms); }) ==
        "event: moving\n"
        "retry: 1500\n"
        "data: {\"retry\":1500}\n"
        "\n");
}

TEST_CASE("busy says the same of a server that has no room", "[sse]")
{
    CHECK(
        written([](std::string& out) { sse::append_busy(out, 34210ms); }) ==
        "event: busy\n"
        "retry: 34210\n"
        "data: {\"retry\":34210}\n"
        "\n");
}
