#include "core/text.hpp"
#include "provider/answer.hpp"
#include "provider/errors.hpp"
#include "provider/fixtures.hpp"
#include "provider/socket_talk.hpp"
#include "provider/sockets.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"
#include "json/errors.hpp"

using namespace tickertape;
using namespace tickertape::json;
using namespace tickertape::provider;
using namespace tickertape::testing;

namespace {

stream_talk talk(const std::vector<std::string>& symbols)
{
    return {make_kraken_socket(), symbols};
}

std::string ticker(std::string_view fields)
{
    return R"({"channel":"ticker","type":"update","data":[{"symbol":"BTC/USD",)" +
           std::string{fields} + "}]}";
}

std::vector<std::string> many(std::size_t count)
{
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i)
        names.push_back('A' + std::to_string(i) + "-USD");
    return names;
}

}  // namespace

TEST_CASE(
    "Kraken is asked for a message at each change of the book, a hundred symbols at a time",
    "[feed]")
{
    const auto opened = talk({"BTC-USD", "ETH-EUR"});
    CHECK(
        opened.news().to_send ==
        texts{
            R"({"method":"subscribe","params":{"channel":"ticker","symbol":["BTC/USD","ETH/EUR"],"event_trigger":"bbo","snapshot":true},"req_id":1})"});
    const auto large = talk(many(201));
    REQUIRE(large.news().to_send.size() == 3);
    CHECK(
        large.news().to_send.back() ==
        R"({"method":"subscribe","params":{"channel":"ticker","symbol":["A200/USD"],"event_trigger":"bbo","snapshot":true},"req_id":3})");
    CHECK(talk(many(200)).news().to_send.size() == 2);
}

TEST_CASE("A market of zeros, dated 1970, is dead and has no price", "[feed]")
{
    auto kraken = talk({"BTC-USD"});
    const auto never = [&](std::string_view fields) {
        const auto& news = kraken.hears(ticker(fields));
        CHECK(news.quotes.empty());
        return texts_of(news.refused);
    };
    const texts dead{"0: nobody trades in this market ()"};
    CHECK(never(R"("bid":0,"ask":0,"timestamp":"1970-01-01T00:00:00.000000Z")") == dead);
    CHECK(
        never(R"("bid":0.0,"ask":0.0,"last":0.0,"timestamp":"2026-10-03T20:58:33.794283Z")") ==
        dead);
    CHECK(never(R"("bid":1,"ask":2,"last":1.5,"timestamp":"1970-01-01T00:00:00.000000Z")") == dead);
    // A market whose name Kraken writes with a small letter is none of ours.
    auto other = talk({"ANETX-USD"});
    CHECK(is_silent(other.hears_lines(fixture("kraken.ws.v2.empty_market.docs.jsonl"))));
}

TEST_CASE("A market of Kraken's with a price and no volume of a day is dead", "[feed]")
{
    auto kraken = talk({"BTC-USD"});
    const auto& news = kraken.hears(ticker(
        R"("bid":1,"ask":2,"last":1.5,"volume":0.0,"timestamp":"2026-10-03T20:58:33.794283Z")"));
    CHECK(news.quotes.empty());
    CHECK(texts_of(news.refused) == texts{"0: nobody trades in this market (no trade in 24h)"});
}

TEST_CASE("Kraken refusing one symbol refuses that one", "[feed]")
{
    auto kraken = talk({"BTC-USD", "NOPE-USD", "ETH-USD"});
    const auto refused =
        R"({"error":"Currency pair not supported NOPE/USD","method":"subscribe","req_id":1,"success":false,"symbol":"NOPE/USD"})";
    CHECK(
        texts_of(kraken.hears(refused).refused) ==
        texts{"1: unknown symbol (Currency pair not supported NOPE/USD)"});
    CHECK(is_silent(kraken.hears(refused)));
    const auto accepted =
        R"({"method":"subscribe","result":{"channel":"ticker","symbol":"ETH/USD"},"success":true,"req_id":1})";
    CHECK(indexes_of(kraken.hears(accepted).accepted) == indexes{2});
    CHECK(is_silent(kraken.hears(accepted)));
}

TEST_CASE("A refusal without a symbol is about its whole request", "[feed]")
{
    auto kraken = talk(many(150));
    kraken.hears(R"({"method":"subscribe","result":{"symbol":"A149/USD"},"success":true})");
    CHECK(kraken.hears(R"({"error":"Malformed","success":false,"req_id":2})").refused.size() == 49);
    CHECK(
        kraken.hears(R"({"error":"Malformed","success":false,"req_id":-1})").refused.size() == 100);
    CHECK(kraken.hears(R"({"error":"Malformed","success":false})").notice == "Malformed");
    CHECK(kraken.hears(R"({"success":false,"method":"subscribe"})").notice == "no reason given");
}

TEST_CASE("Too many messages to Kraken end the connection", "[feed]")
{
    for (const auto* message :
         {R"({"Error":"Exceeded msg rate"})",
          R"({"error":"Exceeded msg rate","success":false,"symbol":"BTC/USD"})",
          R"({"event":"error","errorMessage":"Exceeded msg rate"})"}) {
        auto kraken = talk({"BTC-USD"});
        const auto& news = kraken.hears(message);
        REQUIRE(news.failed);
        CHECK(news.failed->code == provider_errc::rate_limited);
        CHECK(news.refused.empty());
    }
}

TEST_CASE("Maintenance of Kraken is announced in a bounded number of words", "[feed]")
{
    auto kraken = talk({"ALGO-USD", "BTC-USD"});
    const auto recorded = fixture("kraken.ws.v2.jsonl");
    CHECK(
        kraken.hears(recorded.substr(0, recorded.find('\n'))).notice ==
        "maintenance announced: Order Entry System Maintenance, 2026-10-05T09:00:00.000000Z to "
        "2026-10-05T10:00:00.000000Z");
    CHECK(
        kraken.hears(R"({"channel":"status","type":"update","data":[{"system":"post_only"}]})")
            .notice == "the system is in post_only");
    CHECK(is_silent(kraken.hears(R"({"channel":"status","data":[{"system":"online"},7]})")));
    std::string coming;
    for (int i = 0; i < 50; ++i)
        coming +=
            std::string{i == 0 ? "" : ","} + R"({"title":"Mai\nntenance","phase":"announced"})";
    const auto& news = kraken.hears(
        R"({"channel":"status","data":[{"system":"\u001b[2J","upcoming_maintenance":[)" + coming +
        "]}]}");
    CHECK(news.notice.size() == words_bytes_max);
    CHECK(news.notice.starts_with("the system is in ?[2J; maintenance announced: Mai ntenance"));
}

TEST_CASE("A price of Kraken that is none becomes a refusal, never a quote", "[feed]")
{
    for (const auto price : poison) {
        auto kraken = talk({"BTC-USD"});
        const auto& news = kraken.hears(ticker(
            R"("bid":1,"ask":2,"timestamp":"2026-10-03T20:58:33.794283Z","last":)" +
            std::string{price}));
        INFO(price);
        CHECK(news.quotes.empty());
        CHECK(news.refused.size() == 1);
    }
}

TEST_CASE("A number that no double holds costs one message, not the connection", "[feed]")
{
    auto kraken = talk({"BTC-USD"});
    CHECK(kraken.hears(ticker(R"("last":1e999)")).unknown == 1);
    CHECK_FALSE(kraken.news().failed);
    CHECK(kraken.hears(std::string(40, '[') + std::string(40, ']')).unknown == 1);
    CHECK(kraken.hears(ticker(R"("last":5)")).quotes.size() == 1);
}

TEST_CASE("One broken ticker of several leaves the others", "[feed]")
{
    auto kraken = talk({"BTC-USD", "ETH-USD"});
    const auto& news = kraken.hears(
        R"({"channel":"ticker","type":"update","data":[7,{},{"symbol":[]},{"symbol":"BTC/USD","last":"x"},{"symbol":"ETH/USD","last":2000.10,"bid":2000.0,"ask":2000.2,"timestamp":"2026-10-03T20:58:33.794283Z"},{"symbol":"SOL/USD","last":1}]})");
    CHECK(texts_of(news.refused) == texts{"0: not a price (last)"});
    CHECK(texts_of(news.quotes) == texts{"1 2000.1 2026-10-03T20:58:33.795Z 2000/2000.2"});
}

TEST_CASE("An older message of Kraken does not replace a newer price", "[feed]")
{
    auto kraken = talk({"BTC-USD"});
    const auto at = [&](std::string_view second) {
        return kraken
            .hears(ticker(
                R"("last":5,"timestamp":"2026-10-03T20:58:)" + std::string{second} + R"(.5Z")"))
            .quotes.size();
    };
    CHECK(at("33") == 1);
    CHECK(at("33") == 1);  // another one of the same moment
    CHECK(at("32") == 0);
    CHECK(at("34") == 1);
}

TEST_CASE(
    "What is not Kraken's protocol is counted, and what is not JSON ends the connection", "[feed]")
{
    auto kraken = talk({"BTC-USD"});
    for (const auto message : nobodys_messages) {
        INFO(message);
        CHECK(kraken.hears(message).unknown == 1);
    }
    CHECK(kraken.hears(R"({"channel":"ticker","data":{}})").unknown == 1);
    CHECK(kraken.hears(R"({"method":"subscribe","success":true})").unknown == 1);
    CHECK(is_silent(kraken.hears(R"({"channel":"heartbeat"})")));
    CHECK(is_silent(kraken.hears(R"({"method":"pong","req_id":1})")));
    REQUIRE(kraken.hears("Exceeded").failed);
    CHECK(kraken.news().failed->code == json_errc::not_json);
}

TEST_CASE("A recorded connection to Kraken gives its acknowledgement and its snapshot", "[feed]")
{
    auto kraken = talk({"ALGO-USD", "BTC-USD"});
    const auto& news = kraken.hears_lines(fixture("kraken.ws.v2.jsonl"));
    CHECK(indexes_of(news.accepted) == indexes{1});
    CHECK(texts_of(news.quotes) == texts{"0 0.1311 2026-10-03T20:58:33.795Z 0.13099/0.13108"});
    CHECK(news.refused.empty());
    CHECK(news.unknown == 0);
}
