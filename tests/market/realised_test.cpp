// What Coin Metrics says of Bitcoin's realised value.
#include "market/realised.hpp"

#include "bodies.hpp"
#include "market/kept_realised.hpp"
#include "provider/errors.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"
#include "json/errors.hpp"

#include <string>

using namespace tickertape;
using namespace tickertape::market;
using namespace tickertape::testing;
using namespace std::chrono_literals;
using json::json_errc;
using provider::provider_errc;

namespace {

const wall_time now = at("2026-07-04T06:00:00Z");

auto read(const std::string& body, int status = 200, const std::string& type = "application/json")
{
    return read_realised(answer_of(body, status, type), now);
}

std::string
day(const std::string& time, const std::string& ratio, const std::string& cap = "null",
    const std::string& asset = "\"btc\"")
{
    return R"({"asset":)" + asset + R"(,"time":)" + time + R"(,"CapMVRVCur":)" + ratio +
           R"(,"CapMrktCurUSD":)" + cap + "}";
}

std::string answer_with(const std::string& days)
{
    return R"({"data":[)" + days + "]}";
}

const std::string yesterday = "\"2026-07-02T00:00:00.000000000Z\"";
const std::string today = "\"2026-07-03T00:00:00.000000000Z\"";

}  // namespace

TEST_CASE("the recorded days of Coin Metrics have a newest one", "[market]")
{
    const auto said = read(recorded("coinmetrics.CapMVRVCur_PriceUSD.2026-06-28.json"));
    REQUIRE(said);
    CHECK(said->mvrv == 1.179298708831683854);
    CHECK(said->day == at("2026-07-03T00:00:00Z"));
    CHECK_FALSE(said->market_cap);
    CHECK_FALSE(said->cap());
}

TEST_CASE("the realised cap follows from the market cap of the same day", "[market]")
{
    const auto said = read(
        answer_with(day(yesterday, "\"2\"", "\"9\"") + "," + day(today, "\"1.25\"", "\"1e12\"")));
    REQUIRE(said);
    CHECK(said->cap() == 8e11);
    // The order of days does not matter, nor the type of their figures.
    CHECK(read(answer_with(day(today, "1.25", "1e12") + "," + day(yesterday, "2")))->cap() == 8e11);
}

TEST_CASE("a day of Coin Metrics that cannot be true is left out", "[market]")
{
    const auto bad = GENERATE(
        as<std::string>{}, day(today, "null"), day(today, "\"\""), day(today, "\"0\""),
        day(today, "\"-1\""), day(today, "\"1000\""), day(today, "\"0.001\""), day(today, "{}"),
        day(today, "\"nan\""), day(today, "\"1\"", "[]"), day("null", "\"1\""), day("7", "\"1\""),
        day("\"2026-07-03\"", "\"1\""), day("\"2026-07-03T00:00:00\"", "\"1\""),
        day("\"2026-07-05T00:00:00Z\"", "\"1\""), day(today, "\"1\"", "null", "\"eth\""),
        day(today, "\"1\"", "null", "null"), "null", "7", "[]", "{}");
    CAPTURE(bad);
    const auto said = read(answer_with(bad + "," + day(yesterday, "\"1.5\"")));
    REQUIRE(said);
    CHECK(said->mvrv == 1.5);
    const auto none = read(answer_with(bad));
    REQUIRE_FALSE(none);
    CHECK(none.error().code == json_errc::missing_field);
    CHECK(none.error().detail == "of 1 days none can be read");
}

TEST_CASE("an answer without days of the realised value is an error", "[market]")
{
    const auto code = [](const std::string& body, int status = 200,
                         const std::string& type = "application/json") {
        const auto said = read(body, status, type);
        return said ? boost::system::error_code{} : said.error().code;
    };
    const auto good = answer_with(day(today, "\"1.5\""));
    CHECK(code("{}") == json_errc::wrong_type);
    CHECK(code("[]") == json_errc::wrong_type);
    CHECK(code(R"({"data":{}})") == json_errc::wrong_type);
    CHECK(code(answer_with("")) == json_errc::missing_field);
    CHECK(code(good.substr(0, good.size() / 2)).failed());
    CHECK(code("<html></html>", 200, "text/html") == provider_errc::html_instead_of_json);
    CHECK(code(good, 429) == provider_errc::rate_limited);
    CHECK(code(good, 500) == provider_errc::http_status);
    // As it refuses what is not given for nothing.
    CHECK(
        code(R"({"error":{"type":"forbidden","message":"Requested metric is not available"}})", 403)
            .failed());
}

TEST_CASE("the realised value reads back as it was kept", "[market]")
{
    const moment later{steady_time{3h}, now + 7min, boot_time{4h}};
    realised_snapshot shown{
        .index = {.mvrv = 1.25, .market_cap = 1e12, .day = at("2026-07-03T00:00:00Z")},
        .received = boot_time{100h},
        .received_at = now};
    for (const bool has_cap : {true, false}) {
        if (!has_cap)
            shown.index.market_cap.reset();
        const auto back = read_kept_realised(write_kept(shown), later);
        REQUIRE(back);
        CHECK(back->index.mvrv == 1.25);
        CHECK(back->index.market_cap == shown.index.market_cap);
        CHECK(back->index.day == shown.index.day);
        CHECK(back->received == boot_time{4h} - 7min);
        CHECK(write_kept(*back) == write_kept(shown));
    }
    const auto text = GENERATE(
        as<std::string>{},
        R"({"kept":"realised value","version":1,"received_at":1,"day":1,"mvrv":1000})",
        R"({"kept":"realised value","version":1,"received_at":1,"day":1,"mvrv":0})",
        R"({"kept":"realised value","version":1,"received_at":1,"day":1,"mvrv":1,"market_cap":-1})",
        R"({"kept":"realised value","version":1,"received_at":1,"mvrv":1})",
        R"({"kept":"realised value","version":2,"received_at":1,"day":1,"mvrv":1})",
        R"({"kept":"fear and greed","version":1,"received_at":1,"day":1,"mvrv":1})", "{", "");
    CAPTURE(text);
    CHECK_FALSE(read_kept_realised(text, later));
}
