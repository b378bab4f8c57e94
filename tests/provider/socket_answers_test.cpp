// What every stream makes of messages that are almost those it knows: none of them is silence, and
// none is a confirmation.
#include "provider/registry.hpp"
#include "provider/socket_talk.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"
#include "json/errors.hpp"

using namespace tickertape;
using namespace tickertape::json;
using namespace tickertape::provider;
using namespace tickertape::testing;

namespace {

struct message_of {
    std::string provider;
    std::string message;
};

stream_talk talk_to(const std::string& provider)
{
    return {find_provider(provider)->make_socket(), {"BTC-USD", "BTC-USDT"}};
}

}  // namespace

TEST_CASE("A price whose market has another key is counted as not known", "[feed]")
{
    const auto m = GENERATE(
        message_of{"coinbase", R"({"type":"ticker","product":"BTC-USD","price":"5"})"},
        message_of{"kraken", R"({"channel":"ticker","data":[{"pair":"BTC/USD","last":5}]})"},
        message_of{"bitstamp", R"({"event":"trade","pair":"btcusd","data":{"price_str":"5"}})"},
        message_of{"binance", R"({"stream":"x","data":{"e":"24hrTicker","sym":"BTCUSDT"}})"});
    CAPTURE(m.provider);
    auto talk = talk_to(m.provider);
    CHECK(talk.hears(m.message).unknown == 1);
    CHECK(talk.news().quotes.empty());
}

TEST_CASE("What is not a confirmation confirms nothing", "[feed]")
{
    const auto m = GENERATE(
        message_of{"coinbase", R"({"type":"subscriptions","channels":[]})"},
        message_of{"coinbase", R"({"type":"subscribed","product_ids":["BTC-USD"]})"},
        message_of{"kraken", R"({"method":"subscribe","success":true,"result":{}})"},
        message_of{"kraken", R"({"method":"subscribe","result":[]})"},
        message_of{"bitstamp", R"({"event":"bts:subscription_succeeded","data":{}})"},
        message_of{"binance", R"({"result":["btcusdt@ticker"],"id":1})"},
        message_of{"binance", R"({"result":{},"id":1})"}, message_of{"binance", R"({"id":1})"});
    CAPTURE(m.provider, m.message);
    auto talk = talk_to(m.provider);
    talk.hears(m.message);
    CHECK(talk.news().accepted.empty());
}

TEST_CASE("A price that cannot be read has a reason on every stream", "[feed]")
{
    const auto m = GENERATE(
        message_of{"coinbase", R"({"type":"ticker","product_id":"BTC-USD","last":"5"})"},
        message_of{"kraken", R"({"channel":"ticker","data":[{"symbol":"BTC/USD","price":5}]})"},
        message_of{
            "bitstamp", R"({"event":"trade","channel":"live_trades_btcusd","data":{"price":5}})"},
        message_of{"binance", R"({"stream":"x","data":{"e":"24hrTicker","s":"BTCUSDT"}})"});
    CAPTURE(m.provider);
    auto talk = talk_to(m.provider);
    REQUIRE(talk.hears(m.message).refused.size() == 1);
    CHECK(talk.news().refused.front().why.code == json_errc::missing_field);
}
