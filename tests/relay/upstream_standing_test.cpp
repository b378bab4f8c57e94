#include "relay/upstream_standing.hpp"

#include "support/catch.hpp"
#include "json/reader.hpp"

#include <string_view>

using namespace tickertape;
using namespace tickertape::relay;
using namespace std::chrono_literals;

namespace {

std::optional<upstream_word> read(std::string_view text)
{
    json::reader reader;
    const auto value = reader.read(text);
    REQUIRE(value);
    return read_upstream_word(*value);
}

upstream_word word(std::uint64_t newest_ms, std::optional<std::chrono::milliseconds> lag)
{
    return {.kind = "pipe", .lag = lag, .newest = position{newest_ms, 0}};
}

}  // namespace

TEST_CASE("What an upstream says of itself is read, also where it is an older version", "[relay]")
{
    const auto now =
        read(R"({"role":"follower","feed":"live","lag_ms":12,"top":"9-0","newest":"7-16","x":1})");
    REQUIRE(now);
    CHECK(now->kind == "live");
    CHECK(now->lag == 12ms);
    CHECK(now->newest == position{7, 16});
    CHECK_FALSE(now->is_relay_away);
    CHECK(read(R"({"role":"leader","lag_ms":0,"relay_away":true})")->is_relay_away);
    const auto old = read(R"({"role":"edge","feed":"nonsense","lag_ms":null,"newest":3})");
    REQUIRE(old);
    CHECK(old->kind.empty());
    CHECK_FALSE(old->lag);
    CHECK(old->newest == position{});
    CHECK_FALSE(read(R"({"feed":"live"})"));
    CHECK_FALSE(read("[]"));
}

TEST_CASE("Nothing is known of an upstream before its newest tick has come", "[relay]")
{
    upstream_standing s{{}};
    CHECK_FALSE(s.behind(steady_time{1s}));
    s.looked(steady_time{1s}, word(20, 0ms), position{10, 0});
    CHECK_FALSE(s.behind(steady_time{2s}));
    s.reached(position{19, 0});
    CHECK_FALSE(s.behind(steady_time{2s}));
    s.reached(position{20, 0});
    CHECK(s.behind(steady_time{2s}) == 0ms);
}

TEST_CASE("Where an upstream does not answer any more the lag grows by our own clock", "[relay]")
{
    upstream_standing s{{.usual = 4s}};
    s.looked(steady_time{1s}, word(20, 0ms), position{20, 0});
    CHECK(s.behind(steady_time{5s}) == 0ms);
    CHECK(s.behind(steady_time{6'001ms}) == 5'001ms);
}

TEST_CASE(
    "Where the upstream's stream is late the lag is that of the newest tick that came", "[relay]")
{
    upstream_standing s{{.usual = 4s, .open_max = 4}};
    s.looked(steady_time{0s}, word(20, 0ms), position{20, 0});
    for (int second = 1; second <= 9; ++second)
        s.looked(steady_time{std::chrono::seconds{second}}, word(20 + second, 0ms), {20, 0});
    CHECK(s.behind(steady_time{10s}) == 10s);
    s.reached(position{22, 0});  // the answer of the second second
    CHECK(s.behind(steady_time{10s}) == 8s);
    s.reached(position{29, 0});
    CHECK(s.behind(steady_time{10s}) == 0ms);
}

TEST_CASE("An edge of an edge is as far behind as that is, and more", "[relay]")
{
    upstream_standing s{{.usual = 4s}};
    s.looked(steady_time{0s}, word(20, 12'000ms), position{20, 0});
    CHECK(s.behind(steady_time{1s}) == 12s);
    CHECK(s.behind(steady_time{10s}) == 22s);
    // What it does not know we do not know either.
    s.looked(steady_time{10s}, word(20, std::nullopt), position{20, 0});
    CHECK_FALSE(s.behind(steady_time{11s}));
}

TEST_CASE("Ticks from before an upstream's positions started anew are not waited for", "[relay]")
{
    upstream_standing s{{.usual = 4s}};
    s.looked(steady_time{0s}, word(900, 0ms), position{800, 0});
    s.reached(position{10, 0});
    s.looked(steady_time{1s}, word(11, 0ms), position{10, 0});
    s.reached(position{11, 0});
    CHECK(s.behind(steady_time{2s}) == 0ms);
}

TEST_CASE("That its relay is away is believed only as long as an upstream says so", "[relay]")
{
    upstream_standing s{{.usual = 4s}};
    auto said = word(20, 9s);
    said.is_relay_away = true;
    s.looked(steady_time{0s}, said, position{20, 0});
    CHECK(s.is_relay_away(steady_time{4s}));
    CHECK_FALSE(s.is_relay_away(steady_time{4'001ms}));
    s.looked(steady_time{3s}, word(20, 0ms), position{20, 0});
    CHECK_FALSE(s.is_relay_away(steady_time{3s}));
}
