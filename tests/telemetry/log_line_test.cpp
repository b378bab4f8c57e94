#include "telemetry/log_line.hpp"

#include "support/catch.hpp"

#include <limits>

using namespace tickertape;
using namespace tickertape::telemetry;
using std::chrono::milliseconds;

namespace {

const wall_time at{milliseconds{1712525476123}};

std::string text(std::string_view message, log_fields fields = {})
{
    return log_line(log_format::text, at, log_level::warn, message, fields);
}

std::string json(std::string_view message, log_fields fields = {})
{
    return log_line(log_format::json, at, log_level::warn, message, fields);
}

}  // namespace

TEST_CASE("a value from outside cannot forge a second line of text", "[telemetry]")
{
    CHECK(
        text("request refused", {{"path", "/x\n2024-04-07T21:31:16.123Z ERROR forged"}}) ==
        R"(2024-04-07T21:31:16.123Z WARN  request refused path="/x\n2024-04-07T21:31:16.123Z ERROR forged")");
    CHECK(
        text("request refused", {{"path", "/x\r\x1b[2J\x7f"}}) ==
        R"(2024-04-07T21:31:16.123Z WARN  request refused path="/x\r\u001b[2J\u007f")");
}

TEST_CASE("a message cannot forge a second line either", "[telemetry]")
{
    CHECK(
        text("it said: a\nb\x1b[2J") == R"(2024-04-07T21:31:16.123Z WARN  it said: a\nb\u001b[2J)");
    CHECK(
        json("it said: a\nb") ==
        R"({"time":"2024-04-07T21:31:16.123Z","level":"warn","message":"it said: a\nb"})");
}

TEST_CASE("a value cannot forge another field", "[telemetry]")
{
    CHECK(
        text("refused", {{"agent", "curl status=200"}}) ==
        R"(2024-04-07T21:31:16.123Z WARN  refused agent="curl status=200")");
    CHECK(
        text("refused", {{"agent", "a\" status=\"200"}}) ==
        R"(2024-04-07T21:31:16.123Z WARN  refused agent="a\" status=\"200")");
    CHECK(
        json("refused", {{"agent", R"(","status":200,"x":"\)"}}) ==
        R"({"time":"2024-04-07T21:31:16.123Z","level":"warn","message":"refused",)"
        R"("agent":"\",\"status\":200,\"x\":\"\\"})");
}

TEST_CASE("control characters, zero bytes included, are escaped in JSON", "[telemetry]")
{
    CHECK(
        json("refused", {{"path", std::string_view{"a\0b\t\r\n\x1f\x7f", 8}}}) ==
        R"({"time":"2024-04-07T21:31:16.123Z","level":"warn","message":"refused",)"
        R"("path":"a\u0000b\t\r\n\u001f\u007f"})");
}

TEST_CASE("a number JSON has no word for is null", "[telemetry]")
{
    using limits = std::numeric_limits<double>;
    CHECK(
        json("odd", {{"a", limits::quiet_NaN()}, {"b", -limits::infinity()}}) ==
        R"({"time":"2024-04-07T21:31:16.123Z","level":"warn","message":"odd","a":null,"b":null})");
}

TEST_CASE("an empty value is shown as one", "[telemetry]")
{
    CHECK(text("odd", {{"cause", ""}}) == R"(2024-04-07T21:31:16.123Z WARN  odd cause="")");
}

TEST_CASE("a line of text is a time, a level, a message and its fields", "[telemetry]")
{
    CHECK(
        text(
            "fetch failed", {{"provider", "coinbase"},
                             {"cause", "no route to host"},
                             {"attempt", 3},
                             {"seconds", 0.25},
                             {"again", true}}) ==
        "2024-04-07T21:31:16.123Z WARN  fetch failed provider=coinbase cause=\"no route to host\" "
        "attempt=3 seconds=0.25 again=true");
}

TEST_CASE("a line of JSON has its fields as JSON types", "[telemetry]")
{
    CHECK(
        json(
            "fetch failed", {{"provider", std::string{"coinbase"}},
                             {"attempt", 3U},
                             {"bytes", std::size_t{65536}},
                             {"delta", -1},
                             {"seconds", 1.5},
                             {"again", false}}) ==
        R"({"time":"2024-04-07T21:31:16.123Z","level":"warn","message":"fetch failed",)"
        R"("provider":"coinbase","attempt":3,"bytes":65536,"delta":-1,"seconds":1.5,"again":false})");
}

TEST_CASE("each level has its word", "[telemetry]")
{
    CHECK(to_string(log_level::debug) == "debug");
    CHECK(to_string(log_level::info) == "info");
    CHECK(to_string(log_level::warn) == "warn");
    CHECK(to_string(log_level::error) == "error");
    CHECK(
        log_line(log_format::text, at, log_level::info, "ready", {}) ==
        "2024-04-07T21:31:16.123Z INFO  ready");
    CHECK(
        log_line(log_format::text, at, log_level::error, "lost", {}) ==
        "2024-04-07T21:31:16.123Z ERROR lost");
}

TEST_CASE("bytes that are not ASCII travel as they are", "[telemetry]")
{
    CHECK(
        text("named", {{"name", "Z\xc3\xbcrich"}}) ==
        "2024-04-07T21:31:16.123Z WARN  named name=Z\xc3\xbcrich");
}
