#include "provider/answers.hpp"
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
using namespace std::chrono_literals;

namespace {

stream_talk talk(const std::vector<std::string>& symbols)
{
    return {make_binance_socket(), symbols};
}

std::string ticker(std::string_view price, std::int64_t at = 1'745'666'522'004)
{
    return R"({"stream":"btcusdt@ticker","data":{"e":"24hrTicker","s":"BTCUSDT","b":"1.5","a":"2.5","E":)" +
           std::to_string(at) + R"(,"c":)" + std::string{price} + "}}";
}

std::vector<std::string> many(std::size_t count)
{
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i)
        names.push_back('A' + std::to_string(i) + "-USDT");
    return names;
}

}  // namespace

TEST_CASE("Binance has no dollars, and a stablecoin is not taken for one", "[feed]")
{
    const auto binance = make_binance_socket();
    CHECK_FALSE(binance->spelling("BTC", "USD"));
    CHECK(binance->spelling("BTC", "USDT")->name == "BTCUSDT");
    CHECK(binance->spelling("ETH", "USDC")->name == "ETHUSDC");
}

TEST_CASE("Binance is asked for tickers by names in lower case, a hundred at a time", "[feed]")
{
    const auto opened = talk({"BTC-USDT", "ETH-USDC"});
    CHECK(
        opened.news().to_send ==
        texts{R"({"method":"SUBSCRIBE","params":["btcusdt@ticker","ethusdc@ticker"],"id":1})"});
    const auto large = talk(many(101));
    REQUIRE(large.news().to_send.size() == 2);
    CHECK(
        large.news().to_send.back() ==
        R"({"method":"SUBSCRIBE","params":["a100usdt@ticker"],"id":2})");
    CHECK(make_binance_socket()->target({}) == "/stream");
}

TEST_CASE(
    "What Binance demands is kept: four messages a second, and a new connection a day", "[feed]")
{
    const auto rules = make_binance_socket()->rules();
    CHECK(rules.lifetime == 24h);
    CHECK(rules.messages_per_second <= 4);
    CHECK(rules.silence_max >= 50s);
    CHECK(rules.keep_alive.empty());
}

TEST_CASE("More streams than Binance takes are refused here, the others are not", "[feed]")
{
    const auto large = talk(many(1026));
    CHECK(large.news().to_send.size() == 11);
    REQUIRE(large.news().refused.size() == 2);
    CHECK(
        texts_of(large.news().refused).front() ==
        "1024: the provider refuses the subscription (one connection has at most 1024 markets)");
}

TEST_CASE("Two symbols priced by one market share its stream", "[feed]")
{
    const auto api = make_binance_socket();
    const market_name btc{"BTCUSDT"};
    const std::vector<market> markets{{symbol_id{4}, btc}, {symbol_id{9}, btc}};
    socket_news news;
    api->opened(markets, news);
    CHECK(news.to_send == texts{R"({"method":"SUBSCRIBE","params":["btcusdt@ticker"],"id":1})"});
    api->read(R"({"result":null,"id":1})", news);
    api->read(ticker("\"2\""), news);
    CHECK(indexes_of(news.accepted) == indexes{4, 9});
    CHECK(
        texts_of(news.quotes) ==
        texts{"4 2 2025-04-26T11:22:02.004Z 1.5/2.5", "9 2 2025-04-26T11:22:02.004Z 1.5/2.5"});
}

TEST_CASE("Binance's answers are about the request whose id they have", "[feed]")
{
    auto binance = talk(many(250));
    CHECK(binance.hears(R"({"result":null,"id":2})").accepted.size() == 100);
    CHECK(index_of(binance.news().accepted.front()) == 100);
    CHECK(is_silent(binance.hears(R"({"result":null,"id":2})")));
    CHECK(
        binance.hears(R"({"error":{"code":2,"msg":"Invalid request: stream"},"id":3})")
            .refused.size() == 50);
    CHECK(
        texts_of(binance.news().refused).front() ==
        "200: the provider refuses the subscription (Invalid request: stream)");
    // Without an id it is about the oldest request without an answer.
    CHECK(binance.hears(R"({"code":3,"msg":"Invalid JSON"})").refused.size() == 100);
    CHECK(index_of(binance.news().refused.front().symbol) == 0);
    CHECK(binance.hears(R"({"code":3,"msg":"Invalid JSON"})").notice == "Invalid JSON");
    for (const auto* id : {"0", "4", "-1", "9223372036854775807", "null", "1.0"}) {
        INFO(id);
        const auto answer = R"({"result":null,"id":)" + std::string{id} + '}';
        CHECK(binance.hears(answer).unknown == 1);
    }
}

TEST_CASE("Too many messages to Binance end the connection", "[feed]")
{
    for (const auto* message :
         {R"({"error":{"code":-1003,"msg":"Way off"},"id":1})",
          R"({"code":2,"msg":"Too many requests"})"}) {
        auto binance = talk({"BTC-USDT"});
        REQUIRE(binance.hears(message).failed);
        CHECK(binance.news().failed->code == provider_errc::rate_limited);
    }
}

TEST_CASE("A shutdown that Binance announces asks for a new connection", "[feed]")
{
    for (const auto* message :
         {R"({"e":"serverShutdown","E":1770123456789})",
          R"({"event":{"e":"serverShutdown","E":1770123456789}})",
          R"({"stream":"x","data":{"e":"serverShutdown"}})"}) {
        auto binance = talk({"BTC-USDT"});
        CHECK(binance.hears(message).reconnect);
        CHECK(binance.news().notice == "the server is about to shut down");
    }
}

TEST_CASE("A price of Binance that is none becomes a refusal, never a quote", "[feed]")
{
    for (const auto price : poison) {
        auto binance = talk({"BTC-USDT"});
        const auto& news = binance.hears(ticker(price));
        INFO(price);
        CHECK(news.quotes.empty());
        CHECK(news.refused.size() == 1);
    }
    auto binance = talk({"BTC-USDT"});
    CHECK(
        texts_of(
            binance
                .hears(
                    R"({"e":"24hrTicker","s":"BTCUSDT","c":"0.0000","b":"0.0000","a":"0.0000","E":1745666522004})")
                .refused) == texts{"0: nobody trades in this market ()"});
}

TEST_CASE(
    "A time of Binance is a number of milliseconds between 1970 and 2500, or refused", "[feed]")
{
    for (const auto* at :
         {"0", "-5", "1745666522004000000", "9223372036854775807", "1e3", "[]", "\"x\""}) {
        auto binance = talk({"BTC-USDT"});
        const auto message =
            R"({"e":"24hrTicker","s":"BTCUSDT","c":"1","E":)" + std::string{at} + '}';
        INFO(at);
        CHECK(binance.hears(message).quotes.empty());
        CHECK(binance.news().refused.size() == 1);
    }
}

TEST_CASE("A market of Binance's that nobody traded in for a day is dead on its stream", "[feed]")
{
    auto binance = talk({"BTC-USDT"});
    const auto with = [&](std::string_view volume) {
        return texts_of(
            binance
                .hears(
                    R"({"e":"24hrTicker","s":"BTCUSDT","c":"1","E":1745666522004,"v":)" +
                    std::string{volume} + '}')
                .refused);
    };
    CHECK(with(R"("0.00000000")") == texts{"0: nobody trades in this market (no trade in 24h)"});
    CHECK(with(R"("0.00000001")").empty());
}

TEST_CASE("A ticker of Binance that comes after a newer one is dropped", "[feed]")
{
    auto binance = talk({"BTC-USDT"});
    CHECK(binance.hears(ticker("\"5\"", 2000)).quotes.size() == 1);
    CHECK(is_silent(binance.hears(ticker("\"4\"", 1000))));
    CHECK(binance.hears(ticker("\"6\"", 3000)).quotes.size() == 1);
}

TEST_CASE(
    "What is not Binance's protocol is counted, and what is not JSON ends the connection", "[feed]")
{
    auto binance = talk({"BTC-USDT"});
    for (const auto message : nobodys_messages) {
        INFO(message);
        CHECK(binance.hears(message).unknown == 1);
    }
    REQUIRE(binance.hears("").failed);
    CHECK(binance.news().failed->code == json_errc::not_json);
}

TEST_CASE(
    "Recorded tickers of Binance are read, wrapped or not, and its other streams are not", "[feed]")
{
    auto binance = talk({"BTC-USDT", "DOGE-BNB"});
    const auto wrapped = fixture("binance.ws.combined.ticker.testnet.json");
    const texts expected{"0 94160 2025-04-26T11:22:02.004Z 94160/94160.02"};
    CHECK(texts_of(binance.hears(wrapped).quotes) == expected);
    const auto inner = wrapped.substr(wrapped.find("\"data\": ") + 8);
    CHECK(texts_of(binance.hears(inner.substr(0, inner.rfind('}'))).quotes) == expected);

    for (const auto* other :
         {"binance.ws.combined.trade.json", "binance.ws.combined.miniTicker.json",
          "binance.ws.combined.bookTicker.testnet.json"}) {
        INFO(other);
        CHECK(binance.hears(fixture(other)).unknown == 1);
        CHECK(binance.news().quotes.empty());
    }
    const auto& old = binance.hears_lines(fixture("binance.ws.combined.old.jsonl"));
    CHECK(
        texts_of(old.quotes) ==
        texts{"1 0.0001436 2019-09-30T01:00:59.092Z 0.00014365/0.00014498"});
    CHECK(old.unknown == 3);
    // 22 messages of depth and 4 of bookTicker, counted with grep.
    CHECK(binance.hears_lines(fixture("binance.ws.combined.capture.jsonl")).unknown == 26);
}
