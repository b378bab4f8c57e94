#include "small_site.hpp"
#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::web;
using namespace tickertape::testing;

TEST_CASE("without an archive its state says so", "[web]")
{
    const small_site s;
    CHECK(s.get("/api/archive").body == "{\"state\":\"none\",\"why\":null}\n");
    CHECK(s.get("/api/archive?symbols=btc-usd").status == 400);
}

TEST_CASE("the state of the archive is told to operators", "[web]")
{
    small_site s;
    s.archive = {
        .state = archive_report::condition::failing,
        .why = "the disk is full",
        .kind = "live",
        .last_life = "killed",
        .last = position{1712525476123, 1},
        .synced = {},
        .days = 3,
        .sealed_days = 2,
        .sealed_bytes = 4'096,
        .candles =
            {{"1m", 43'200, wall_time{std::chrono::milliseconds{1709933460000}}},
             {"1d", 30, wall_time{std::chrono::milliseconds{1709856000000}}}},
        .candle_bytes = 2'900'000,
        .passed = 5,
        .failures = 6,
        .holes_known = 7,
        .holes = {{position{1712525400000, 0}, position{1712525470000, 0}, "not archived"}}};
    const auto r = s.get("/api/archive");
    CHECK(header_of(r, "Cache-Control") == "no-store");
    CHECK(
        r.body ==
        "{\"state\":\"failing\",\"why\":\"the disk is full\",\"kind\":\"live\","
        "\"last_life\":\"killed\",\"last\":{\"id\":\"1712525476123-1\",\"time\":1712525476.123},"
        "\"synced\":null,\"days\":3,\"sealed_days\":2,\"sealed_bytes\":4096,"
        "\"candles\":[{\"interval\":\"1m\",\"count\":43200,\"since\":1709933460.000},"
        "{\"interval\":\"1d\",\"count\":30,\"since\":1709856000.000}],\"candle_bytes\":2900000,"
        "\"passed\":5,"
        "\"failures\":6,\"holes_known\":7,\"holes\":[{\"from\":\"1712525400000-0\","
        "\"to\":\"1712525470000-0\",\"reason\":\"not archived\"}]}\n");
}
