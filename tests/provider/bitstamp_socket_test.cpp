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
using namespace std::chrono_literals;

namespace {

stream_talk talk(const std::vector<std::string>& symbols)
{
    return {make_bitstamp_socket(), symbols};
}

std::string trade(std::string_view fields)
{
    return R"({"event":"trade","channel":"live_trades_btcusd","data":{)" + std::string{fields} +
           "}}";
}

std::string succeeded(std::string_view pair)
{
    return R"({"event":"bts:subscription_succeeded","channel":"live_trades_)" + std::string{pair} +
           R"(","data":{}})";
}

constexpr std::string_view bad_subscription =
    R"({"event":"bts:error","channel":"","data":{"code":null,"message":"Bad subscription string."}})";

}  // namespace

TEST_CASE("Bitstamp is asked for the trades of each pair alone", "[feed]")
{
    const auto opened = talk({"BTC-USD", "ETH-EUR"});
    CHECK(
        opened.news().to_send ==
        texts{
            R"({"event":"bts:subscribe","data":{"channel":"live_trades_btcusd"}})",
            R"({"event":"bts:subscribe","data":{"channel":"live_trades_etheur"}})"});
}

TEST_CASE(
    "What Bitstamp demands is kept: our heartbeats, and a new connection in 90 days", "[feed]")
{
    const auto rules = make_bitstamp_socket()->rules();
    CHECK(rules.keep_alive == R"({"event":"bts:heartbeat"})");
    CHECK(rules.keep_alive_every == 15s);
    CHECK(rules.silence_max > 2 * rules.keep_alive_every);
    CHECK(rules.lifetime == 24h * 90);
}

TEST_CASE(
    "A refusal of Bitstamp that names no channel waits until it is clear whose it is", "[feed]")
{
    auto bitstamp = talk({"BTC-USD", "NOPE-USD", "ETH-USD"});
    CHECK(is_silent(bitstamp.hears(bad_subscription)));
    CHECK(indexes_of(bitstamp.hears(succeeded("btcusd")).accepted) == indexes{0});
    CHECK(bitstamp.news().refused.empty());
    CHECK(indexes_of(bitstamp.hears(succeeded("ethusd")).accepted) == indexes{2});
    CHECK(
        texts_of(bitstamp.news().refused) ==
        texts{"1: the provider refuses the subscription (Bad subscription string.)"});
    // Nothing is unanswered any more: what comes now is about something else.
    CHECK(bitstamp.hears(bad_subscription).notice == "Bad subscription string.");
    CHECK(bitstamp.news().refused.empty());
}

TEST_CASE("A refusal of Bitstamp that names its channel refuses that one", "[feed]")
{
    auto bitstamp = talk({"BTC-USD", "ETH-USD"});
    const auto& news = bitstamp.hears(
        R"({"event":"bts:error","channel":"live_trades_ethusd","data":{"message":"No."}})");
    CHECK(texts_of(news.refused) == texts{"1: the provider refuses the subscription (No.)"});
    // And without any words, where it is clear whose it is.
    CHECK(bitstamp.hears(R"({"event":"bts:error"})").refused.size() == 1);
}

TEST_CASE("Bitstamp asking for a new connection is passed on", "[feed]")
{
    auto bitstamp = talk({"BTC-USD"});
    const auto& news =
        bitstamp.hears(R"({"event":"bts:request_reconnect","channel":"","data":null})");
    CHECK(news.reconnect);
    CHECK(news.notice == "the server asks for a new connection");
}

TEST_CASE("A price of Bitstamp is the text it sends, never the number beside it", "[feed]")
{
    auto bitstamp = talk({"BTC-EUR", "BTC-USD"});
    const auto& news = bitstamp.hears_lines(fixture("bitstamp.ws.trades.jsonl"));
    CHECK(
        texts_of(news.quotes) ==
        texts{"0 3651.3 2019-04-01T00:00:03.244Z -", "1 8304.47 2019-10-01T00:00:00.558Z -"});
    CHECK(
        texts_of(
            bitstamp.hears(trade(R"("price":5.5,"microtimestamp":"1641343721243000")")).refused) ==
        texts{"1: a field is missing (price_str)"});
}

TEST_CASE("A price of Bitstamp that is none becomes a refusal, never a quote", "[feed]")
{
    for (const auto price : poison) {
        auto bitstamp = talk({"BTC-USD"});
        const auto& news = bitstamp.hears(
            trade(R"("microtimestamp":"1641343721243000","price_str":)" + std::string{price}));
        INFO(price);
        CHECK(news.quotes.empty());
        CHECK(news.refused.size() == 1);
    }
}

TEST_CASE("A time of Bitstamp is a number of microseconds, as text or not, or refused", "[feed]")
{
    auto bitstamp = talk({"BTC-USD"});
    const auto at = [&](std::string_view time) {
        const auto& news =
            bitstamp.hears(trade(R"("price_str":"5","microtimestamp":)" + std::string{time}));
        return news.quotes.empty() ? texts_of(news.refused) : texts_of(news.quotes);
    };
    const texts bad{"0: not a time (microtimestamp)"};
    CHECK(at("\"\"") == bad);
    CHECK(at("\"12:30\"") == bad);
    CHECK(at("\"-1641343721243000\"") == bad);
    CHECK(at("\"99999999999999999999\"") == bad);
    CHECK(at("16725225600000000") == bad);  // the year 2500
    CHECK(at("1641343721243000.5") == bad);
    CHECK(at("0") == bad);  // 1970 is never
    CHECK(at("[]") == texts{"0: a field has the wrong type (microtimestamp)"});
    CHECK(at("1641343721243001") == texts{"0 5 2022-01-05T00:48:41.244Z -"});
    CHECK(at("\"1641343721244000\"") == texts{"0 5 2022-01-05T00:48:41.244Z -"});
    CHECK(at("null") == texts{"0 5 - -"});
}

TEST_CASE(
    "A trade of Bitstamp from before the last one is dropped, one of its microsecond is not",
    "[feed]")
{
    auto bitstamp = talk({"BTC-USD"});
    const auto at = [&](std::string_view time) {
        return bitstamp
            .hears(trade(R"("price_str":"5","microtimestamp":")" + std::string{time} + '"'))
            .quotes.size();
    };
    CHECK(at("1641343721243500") == 1);
    CHECK(at("1641343721243499") == 0);
    CHECK(at("1641343721243500") == 1);
    CHECK(at("1641343721243501") == 1);
}

TEST_CASE(
    "What is not Bitstamp's protocol is counted, and what is not JSON ends the connection",
    "[feed]")
{
    auto bitstamp = talk({"BTC-USD"});
    for (const auto message : nobodys_messages) {
        INFO(message);
        CHECK(bitstamp.hears(message).unknown == 1);
    }
    CHECK(
        bitstamp.hears(R"({"event":"trade","channel":"live_trades_btcusd","data":[]})").unknown ==
        1);
    CHECK(is_silent(
        bitstamp.hears(R"({"event":"bts:heartbeat","channel":"","data":{"status":"success"}})")));
    CHECK(is_silent(bitstamp.hears(
        R"({"event":"trade","channel":"order_book_btcusd","data":{"price_str":"5"}})")));
    REQUIRE(bitstamp.hears("{\"event\":").failed);
    CHECK(bitstamp.news().failed->code == json_errc::not_json);
}

TEST_CASE("A recorded connection to Bitstamp gives the trades that are in it", "[feed]")
{
    auto bitstamp = talk({"ETH-USD", "XRP-EUR", "BTC-USD"});
    const auto& news = bitstamp.hears_lines(fixture("bitstamp.ws.capture.jsonl"));
    // Counted with grep: ten trades, all of them ETH/USD.
    CHECK(news.quotes.size() == 10);
    CHECK(text_of(news.quotes.front()) == "0 3805.44 2022-01-05T00:48:19.596Z -");
    CHECK(text_of(news.quotes.back()) == "0 3800.8 2022-01-05T00:48:41.269Z -");
    CHECK(indexes_of(news.accepted) == indexes{0, 1});
    CHECK(news.refused.empty());
    CHECK(news.unknown == 0);
}
