#include "provider/harness.hpp"

#include "core/errors.hpp"
#include "pricing/errors.hpp"
#include "pricing/quote_checks.hpp"
#include "provider/errors.hpp"
#include "json/errors.hpp"

using namespace tickertape;
using namespace tickertape::json;
using namespace tickertape::pricing;
using namespace tickertape::provider;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

const std::vector<std::string> three{"NEAR-USDT", "BTC-USDT", "BTC-USD"};

std::string rows(const std::string& each)
{
    return R"({"code":"0","msg":"","data":[)" + each + "]}";
}

}  // namespace

TEST_CASE("An error of OKX's is one at status 200 too", "[feed]")
{
    const asked_provider okx{"okx"};
    const auto unknown = fixture("okx.error.unknown_instrument.json");

    CHECK(code_of(okx.read_one("NOSUCH-USDT", unknown)) == provider_errc::unknown_symbol);
    CHECK(
        okx.read_one("NOSUCH-USDT", unknown).error().detail ==
        "Instrument ID, Instrument ID code, or Spread ID doesn't exist.");
    CHECK(code_of(okx.read(three, unknown).at(0)) == provider_errc::batch_refused);

    const auto busy = R"({"code":"50011","msg":"Too Many Requests","data":[]})";
    CHECK(code_of(okx.read_one("BTC-USDT", busy, 429)) == provider_errc::rate_limited);
    CHECK(code_of(okx.read_one("BTC-USDT", busy)) == provider_errc::rate_limited);
    CHECK(
        code_of(okx.read_one("BTC-USDT", R"({"code":50011,"data":[]})")) ==
        provider_errc::rate_limited);

    const auto down = okx.read_one("BTC-USDT", R"({"code":"50001","msg":"Unavailable"})", 503);
    CHECK(code_of(down) == provider_errc::http_status);
    CHECK(down.error().detail == "Unavailable");
    CHECK(down.error().http_status == 503);
}

TEST_CASE("An answer of OKX's without rows is refused", "[feed]")
{
    const asked_provider okx{"okx"};

    CHECK(code_of(okx.read_one("BTC-USDT", "{}")) == json_errc::missing_field);
    CHECK(code_of(okx.read_one("BTC-USDT", "[]")) == json_errc::missing_field);
    CHECK(code_of(okx.read_one("BTC-USDT", R"({"code":"0","data":{}})")) == json_errc::wrong_type);
    // What it does not have it says in words.
    CHECK(code_of(okx.read_one("BTC-USDT", rows(""))) == json_errc::missing_field);
    CHECK(code_of(okx.read(three, rows("")).at(0)) == json_errc::missing_field);
}

TEST_CASE("Among OKX's rows, a bad one leaves the good ones be", "[feed]")
{
    const auto answer = asked_provider{"okx"}.read(
        three,
        rows(R"(null,{"instId":"NEAR-USDT","last":"","ts":"1785145938266"},)"
             R"({"instId":"BTC-USDT","last":"7","ts":"0"},)"
             R"({"instId":"BTC-USD","last":"8","ts":1785145938266,"askPx":"","bidPx":"7"})"));

    CHECK(code_of(answer.at(0)) == core_errc::implausible_price);
    CHECK(code_of(answer.at(1)) == core_errc::implausible_time);
    CHECK(price_of(answer.at(2)) == "8");
    // Nobody asks: a book that will be refused, not one that is not there.
    CHECK(check_book(**answer.at(2), quote_limits{}) == pricing_errc::dead_market);
}

TEST_CASE("A market of OKX's nobody traded in for a day is dead", "[feed]")
{
    CHECK(
        code_of(asked_provider{"okx"}.read_one(
            "BTC-USDT",
            rows(R"({"instId":"BTC-USDT","last":"7","ts":"1785145938266","vol24h":"0"})"))) ==
        provider_errc::dead_market);
}

TEST_CASE("OKX's recorded row is a quote with its time in milliseconds", "[feed]")
{
    const auto answer = asked_provider{"okx"}.read(three, fixture("okx.ticker.NEAR-USDT.json"));

    CHECK(price_of(answer.at(0)) == "1.848");
    CHECK((*answer.at(0))->upstream_time == wall_time{1785145938266ms});
    CHECK((*answer.at(0))->book->bid == 1.848);
    CHECK((*answer.at(0))->book->ask == 1.849);
    CHECK(code_of(answer.at(1)) == provider_errc::unknown_symbol);
}

TEST_CASE("OKX is asked for two markets one by one, for more at once", "[feed]")
{
    const asked_provider okx{"okx"};

    CHECK(okx.batch_size(2) == 1);
    CHECK(okx.batch_size(3) == 3);
    CHECK(okx.target({"BTC-USD"}) == "/api/v5/market/ticker?instId=BTC-USD");
    CHECK(okx.target(three) == "/api/v5/market/tickers?instType=SPOT");
}
