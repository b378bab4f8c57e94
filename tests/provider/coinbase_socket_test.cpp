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
    return {make_coinbase_socket(), symbols};
}

std::string ticker(std::string_view product, std::int64_t sequence, std::string_view price)
{
    return R"({"type":"ticker","sequence":)" + std::to_string(sequence) + R"(,"product_id":")" +
           std::string{product} + R"(","price":)" + std::string{price} +
           R"(,"best_bid":"1.5","best_ask":"2.5","time":"2024-04-07T21:31:16.123Z"})";
}

std::string error(std::string_view reason)
{
    return R"({"type":"error","message":"Failed to subscribe","reason":")" + std::string{reason} +
           R"("})";
}

std::string acknowledged(std::string_view products)
{
    return R"({"type":"subscriptions","channels":[{"name":"ticker","product_ids":[)" +
           std::string{products} + R"(]},{"name":"heartbeat","product_ids":[)" +
           std::string{products} + "]}]}";
}

}  // namespace

TEST_CASE("Coinbase is asked for all its products with one subscribe", "[feed]")
{
    const auto opened = talk({"BTC-USD", "ETH-EUR"});
    CHECK(
        opened.news().to_send ==
        texts{
            R"({"type":"subscribe","product_ids":["BTC-USD","ETH-EUR"],"channels":["ticker","heartbeat"]})"});

    std::vector<std::string> many;
    for (int i = 0; i < 1024; ++i)
        many.push_back("ABCDEFGHIJKL" + std::to_string(1000 + i) + "-ABCDEFGHIJKLMNOP");
    const auto large = talk(many);
    REQUIRE(large.news().to_send.size() == 1);
    CHECK(large.news().to_send.front().size() < 48 * 1024);
}

TEST_CASE("Coinbase refusing a product by name costs the others nothing but a second try", "[feed]")
{
    auto coinbase = talk({"BTC-USD", "NOPE-USD", "ETH-USD"});
    const auto& refused = coinbase.hears(error("NOPE-USD is not a valid product"));
    CHECK(
        texts_of(refused.refused) ==
        texts{"1: unknown symbol (Failed to subscribe: NOPE-USD is not a valid product)"});
    CHECK(
        refused.to_send ==
        texts{
            R"({"type":"subscribe","product_ids":["BTC-USD","ETH-USD"],"channels":["ticker","heartbeat"]})"});
    const auto& accepted = coinbase.hears(acknowledged(R"("BTC-USD","ETH-USD")"));
    CHECK(indexes_of(accepted.accepted) == indexes{0, 2});
    CHECK(accepted.to_send.empty());
    CHECK(accepted.refused.empty());
}

TEST_CASE("A product whose name is part of the refused one's is not refused", "[feed]")
{
    auto coinbase = talk({"BTC-USD", "BTC-USDX"});
    CHECK(
        texts_of(coinbase.hears(error("BTC-USDX is delisted")).refused) ==
        texts{"1: the provider refuses the subscription (Failed to subscribe: BTC-USDX is "
              "delisted)"});
}

TEST_CASE(
    "A second error about the same subscribe is not taken for the answer to the next", "[feed]")
{
    auto coinbase = talk({"A-USD", "B-USD", "C-USD"});
    coinbase.hears(error("A-USD is not a valid product"));
    CHECK(coinbase.hears(error("B-USD is not a valid product")).to_send.size() == 1);
    // The answer to the second subscribe, which still had B-USD.
    CHECK(is_silent(coinbase.hears(error("B-USD is not a valid product"))));
    CHECK(indexes_of(coinbase.hears(acknowledged(R"("C-USD")")).accepted) == indexes{2});
}

TEST_CASE("Where Coinbase names no product, each is asked for alone, one after the other", "[feed]")
{
    const auto one = [](std::string_view product) {
        return texts{
            R"({"type":"subscribe","product_ids":[")" + std::string{product} +
            R"("],"channels":["ticker","heartbeat"]})"};
    };
    auto coinbase = talk({"BTC-USD", "NOPE-USD", "ETH-USD"});
    const auto unnamed = fixture("coinbase.ws.error.jsonl");
    const auto first_line = unnamed.substr(0, unnamed.find('\n'));

    CHECK(coinbase.hears(first_line).refused.empty());
    CHECK(coinbase.news().to_send == one("BTC-USD"));
    CHECK(indexes_of(coinbase.hears(acknowledged(R"("BTC-USD")")).accepted) == indexes{0});
    CHECK(coinbase.news().to_send == one("NOPE-USD"));
    CHECK(
        texts_of(coinbase.hears(first_line).refused) ==
        texts{"1: unknown symbol (Failed to subscribe: is not a valid product)"});
    CHECK(coinbase.news().to_send == one("ETH-USD"));
    // The acknowledgement lists all there is; what is known already is not told again.
    CHECK(
        indexes_of(coinbase.hears(acknowledged(R"("BTC-USD","ETH-USD")")).accepted) == indexes{2});
    CHECK(coinbase.news().to_send.empty());
}

TEST_CASE("A single product is not asked for twice when Coinbase refuses it", "[feed]")
{
    auto coinbase = talk({"NOPE-USD"});
    CHECK(coinbase.hears(error(" is not a valid product")).refused.size() == 1);
    CHECK(coinbase.news().to_send.empty());
}

TEST_CASE("A product that the acknowledgement leaves out is refused", "[feed]")
{
    auto coinbase = talk({"BTC-USD", "ETH-USD"});
    const auto& news = coinbase.hears(acknowledged(R"("ETH-USD","SOL-USD")"));
    CHECK(indexes_of(news.accepted) == indexes{1});
    CHECK(
        texts_of(news.refused) ==
        texts{"0: the provider refuses the subscription (not in the acknowledgement)"});
    CHECK(is_silent(coinbase.hears(R"({"type":"subscriptions","channels":[]})")));
}

TEST_CASE(
    "An error of Coinbase after the subscriptions is shown, and its rate limit ends them", "[feed]")
{
    auto coinbase = talk({"BTC-USD"});
    coinbase.hears(acknowledged(R"("BTC-USD")"));
    CHECK(coinbase.hears(error("ErrSlowConsume")).notice == "Failed to subscribe: ErrSlowConsume");
    CHECK_FALSE(coinbase.news().failed);
    const auto& limited = coinbase.hears(R"({"type":"error","message":"Rate limit exceeded"})");
    REQUIRE(limited.failed);
    CHECK(limited.failed->code == provider_errc::rate_limited);
}

TEST_CASE("A price of Coinbase that is none becomes a refusal, never a quote", "[feed]")
{
    for (const auto price : poison) {
        auto coinbase = talk({"BTC-USD"});
        const auto& news = coinbase.hears(ticker("BTC-USD", 1, price));
        INFO(price);
        CHECK(news.quotes.empty());
        REQUIRE(news.refused.size() == 1);
        CHECK(news.refused.front().why.detail == "price");
    }
}

TEST_CASE("A field of Coinbase that is missing or of another type is never guessed", "[feed]")
{
    auto coinbase = talk({"BTC-USD"});
    const auto refusal = [&](std::string_view message) {
        const auto& news = coinbase.hears(message);
        CHECK(news.quotes.empty());
        return texts_of(news.refused);
    };
    CHECK(
        refusal(R"({"type":"ticker","product_id":"BTC-USD","price":null})") ==
        texts{"0: a field is missing (price)"});
    CHECK(
        refusal(R"({"type":"ticker","product_id":"BTC-USD","price":"1","time":7})") ==
        texts{"0: a field has the wrong type (time)"});
    CHECK(
        refusal(R"({"type":"ticker","product_id":"BTC-USD","price":"1","time":"yesterday"})") ==
        texts{"0: not a time (time)"});
    CHECK(
        refusal(
            R"({"type":"ticker","product_id":"BTC-USD","price":"1","best_bid":"nan","best_ask":"1"})") ==
        texts{"0: not a price (bid)"});
    CHECK(
        refusal(
            R"({"type":"ticker","product_id":"BTC-USD","price":"1","best_bid":1,"best_ask":[]})") ==
        texts{"0: a field has the wrong type (ask)"});
    CHECK(
        texts_of(
            coinbase.hears(R"({"type":"ticker","product_id":"BTC-USD","price":"1"})").quotes) ==
        texts{"0 1 - -"});
}

TEST_CASE(
    "What is not Coinbase's protocol is counted, and what is not JSON ends the connection",
    "[feed]")
{
    auto coinbase = talk({"BTC-USD"});
    for (const auto message : nobodys_messages) {
        INFO(message);
        CHECK(coinbase.hears(message).unknown == 1);
        CHECK_FALSE(coinbase.news().failed);
    }
    REQUIRE(coinbase.hears("<html>\x01 bad gateway").failed);
    CHECK(coinbase.news().failed->code == json_errc::not_json);
    CHECK(coinbase.news().failed->detail == "<html>? bad gateway");
}

TEST_CASE("A side of Coinbase's book that is null or empty is one nobody is on", "[feed]")
{
    auto coinbase = talk({"BTC-USD"});
    const auto book = [&](std::string_view sides) {
        const auto& news = coinbase.hears(
            R"({"type":"ticker","product_id":"BTC-USD","price":"1")" + std::string{sides} + '}');
        REQUIRE(news.quotes.size() == 1);
        return news.quotes.front().book;
    };
    CHECK(book(R"(,"best_bid":null,"best_ask":"2")")->bid == 0);
    CHECK(book(R"(,"best_bid":"1","best_ask":"")")->ask == 0);
    CHECK_FALSE(book(R"(,"best_bid":"1")"));
}

TEST_CASE("A product of Coinbase's that nobody traded for a day is dead on its stream", "[feed]")
{
    auto coinbase = talk({"BTC-USD"});
    const auto& news = coinbase.hears(
        R"({"type":"ticker","product_id":"BTC-USD","price":"1","volume_24h":"0.00000000"})");
    CHECK(news.quotes.empty());
    CHECK(texts_of(news.refused) == texts{"0: nobody trades in this market (no trade in 24h)"});
}

TEST_CASE("A product that was not asked for is no news, and neither is a heartbeat", "[feed]")
{
    auto coinbase = talk({"BTC-USD"});
    CHECK(is_silent(coinbase.hears(ticker("ETH-USD", 1, "\"5\""))));
    CHECK(is_silent(coinbase.hears(ticker("btc-usd", 1, "\"5\""))));
    CHECK(is_silent(coinbase.hears(
        R"({"type":"heartbeat","sequence":90,"last_trade_id":20,"product_id":"BTC-USD"})")));
}

TEST_CASE("A price that comes after a newer one of its product is dropped", "[feed]")
{
    auto coinbase = talk({"BTC-USD", "ETH-USD"});
    CHECK(coinbase.hears(ticker("BTC-USD", 11, "\"5\"")).quotes.size() == 1);
    CHECK(is_silent(coinbase.hears(ticker("BTC-USD", 10, "\"4\""))));
    CHECK(coinbase.hears(ticker("ETH-USD", 10, "\"4\"")).quotes.size() == 1);
    CHECK(coinbase.hears(ticker("BTC-USD", 12, "\"6\"")).quotes.size() == 1);
}

TEST_CASE("One absurd sequence number does not silence a product for good", "[feed]")
{
    auto coinbase = talk({"BTC-USD"});
    coinbase.hears(ticker("BTC-USD", 9'000'000'000'000'000'000, "\"5\""));
    int dropped = 0;
    while (coinbase.hears(ticker("BTC-USD", 20 + dropped, "\"6\"")).quotes.empty())
        REQUIRE(++dropped < 10);
    CHECK(dropped == 7);
    CHECK(coinbase.hears(ticker("BTC-USD", 30, "\"7\"")).quotes.size() == 1);
}

TEST_CASE("Coinbase tickers of three ages are read alike", "[feed]")
{
    auto coinbase = talk({"BTC-USD"});
    const auto& news = coinbase.hears_lines(fixture("coinbase.ws.ticker.BTC-USD.jsonl"));
    CHECK(
        texts_of(news.quotes) == texts{
                                     "0 4095 2019-04-01T00:00:04.540Z 4094.99/4095",
                                     "0 58800.01 2021-04-01T00:00:01.619Z 58800/58800.01",
                                     "0 17165.16 2022-12-01T00:00:00.123Z 17165.15/17167.76"});
    CHECK(news.unknown == 1);  // a "match"
}

TEST_CASE("A recorded connection to Coinbase gives the quotes that are in it", "[feed]")
{
    auto coinbase = talk({"SKL-USD", "NMR-EUR", "BTC-USD", "SKL-BTC"});
    const auto& news = coinbase.hears_lines(fixture("coinbase.ws.capture.jsonl"));
    // Counted with grep: 3, 2 and 3 tickers, 17 messages of the channel "matches".
    CHECK(news.quotes.size() == 8);
    CHECK(news.unknown == 17);
    CHECK(indexes_of(news.accepted) == indexes{0, 1, 3});
    REQUIRE(news.refused.size() == 1);
    CHECK(index_of(news.refused.front().symbol) == 2);
    CHECK(
        text_of(news.quotes.back()) == "3 1.306e-05 2021-04-17T16:43:37.309Z 1.304e-05/1.306e-05");
}
