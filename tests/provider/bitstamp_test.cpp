#include "provider/harness.hpp"

#include "core/errors.hpp"
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

const std::vector<std::string> three{"NEAR-USD", "BTC-USD", "ETH-USD"};

std::string row_with(const std::string& pair, const std::string& last, const std::string& more = {})
{
    return R"({"pair":")" + pair + R"(","last":)" + last + R"(,"timestamp":"1785145936")" + more +
           "}";
}

}  // namespace

TEST_CASE("A pair unknown to Bitstamp is unknown when it is asked for alone", "[feed]")
{
    const asked_provider bitstamp{"bitstamp"};

    CHECK(
        code_of(
            bitstamp.read_one("NOSUCH-USD", fixture("bitstamp.404.unknown_pair.docs.json"), 404)) ==
        provider_errc::unknown_symbol);
    // A page, or words that are not Bitstamp's, may as well come from a wrong address.
    for (const auto* body : {"<html>404</html>", R"({"message":"Not Found"})", ""}) {
        CHECK(code_of(bitstamp.read_one("NOSUCH-USD", body, 404)) == provider_errc::http_status);
        CHECK(code_of(bitstamp.read(three, body, 404).at(0)) == provider_errc::http_status);
    }
}

TEST_CASE("A refusal of Bitstamp's is told by its code and its words", "[feed]")
{
    const asked_provider bitstamp{"bitstamp"};
    const auto busy = R"({"status":"error","code":"400.002","reason":"Too many requests."})";

    CHECK(code_of(bitstamp.read_one("BTC-USD", busy, 403)) == provider_errc::rate_limited);
    CHECK(code_of(bitstamp.read(three, busy, 200).at(2)) == provider_errc::rate_limited);

    const auto error = bitstamp.read_one("BTC-USD", R"({"status":"error","reason":"Maintenance"})");
    CHECK(code_of(error) == provider_errc::http_status);
    CHECK(error.error().detail == "Maintenance");
}

TEST_CASE("Another pair than the one asked for is never taken for it", "[feed]")
{
    CHECK(
        code_of(asked_provider{"bitstamp"}.read_one("BTC-CZK", row_with("BTC/USD", "\"5\""))) ==
        provider_errc::unknown_symbol);
}

TEST_CASE("A pair of Bitstamp's is the same pair however it is spelled", "[feed]")
{
    const asked_provider bitstamp{"bitstamp"};
    for (const auto* name : {"BTC/USD", "btcusd", "BTCUSD"})
        CHECK(price_of(bitstamp.read_one("BTC-USD", row_with(name, "\"5\""))) == "5");
}

TEST_CASE("A time of Bitstamp's must be seconds after 1970, as text or as a number", "[feed]")
{
    const asked_provider bitstamp{"bitstamp"};
    const auto timed = [&](const std::string& time) {
        return bitstamp.read_one("BTC-USD", R"({"last":"1","timestamp":)" + time + "}");
    };

    const auto bad =
        GENERATE(R"("0")", R"("-5")", R"("")", R"("now")", R"("1785145936000")", "0", "1.5", "1e9");
    CAPTURE(bad);
    CHECK(code_of(timed(bad)) == core_errc::implausible_time);
    CHECK(code_of(timed("null")) == json_errc::missing_field);
    CHECK(code_of(bitstamp.read_one("BTC-USD", R"({"last":"1"})")) == json_errc::missing_field);
    CHECK(timed(R"("1785145936")")->upstream_time == wall_time{1785145936s});
    CHECK(timed("1785145936")->upstream_time == wall_time{1785145936s});
}

TEST_CASE("Among all of Bitstamp's pairs, a bad one leaves the good ones be", "[feed]")
{
    const auto answer = asked_provider{"bitstamp"}.read(
        three, "[null,[],{}," + row_with("BTC/USD", "\"0\"") + "," + row_with("ETH/USD", "\"7\"") +
                   "," + row_with("NEAR/USD", "\"2\"", R"(,"volume":"0.00000")") + "]");

    CHECK(code_of(answer.at(0)) == provider_errc::dead_market);
    CHECK(code_of(answer.at(1)) == core_errc::implausible_price);
    CHECK(price_of(answer.at(2)) == "7");
}

TEST_CASE("A perpetual of Bitstamp's is not the spot market of its name", "[feed]")
{
    const auto answer = asked_provider{"bitstamp"}.read(
        three, "[" + row_with("BTC/USD", "\"5\"", R"(,"market_type":"PERPETUAL")") + "," +
                   row_with("BTC/USD", "\"6\"", R"(,"market_type":"SPOT")") + "]");

    CHECK(price_of(answer.at(1)) == "6");
}

TEST_CASE("Bitstamp's recorded rows are quotes with time and book", "[feed]")
{
    const asked_provider bitstamp{"bitstamp"};

    const auto all = bitstamp.read(three, fixture("bitstamp.ticker_all.trimmed.json"));
    CHECK(price_of(all.at(0)) == "1.84115");
    CHECK((*all.at(0))->upstream_time == wall_time{1785145936s});
    // The fields are not of one moment: the bid is above the last trade, and that is no fault.
    CHECK((*all.at(0))->book->bid == 1.84541);
    CHECK_FALSE(check_book(**all.at(0), quote_limits{}));
    CHECK(code_of(all.at(1)) == provider_errc::unknown_symbol);

    const auto one = bitstamp.read_one("BTC-USD", fixture("bitstamp.ticker.btcusd.2013.json"));
    CHECK(price_of(one) == "134.89");
    CHECK(one->upstream_time == wall_time{1381787133s});
}

TEST_CASE("Bitstamp is asked for two pairs one by one, for more at once", "[feed]")
{
    const asked_provider bitstamp{"bitstamp"};

    CHECK(bitstamp.batch_size(2) == 1);
    CHECK(bitstamp.batch_size(3) == 3);
    CHECK(bitstamp.target({"BTC-USD"}) == "/ticker/btcusd/");
    CHECK(bitstamp.target(three) == "/ticker/");
}
