#include "candles/candle_text.hpp"
#include "market.hpp"

using namespace tickertape;
using namespace tickertape::candles;
using namespace tickertape::testing;

TEST_CASE("the data of a candle event is the candle of the REST route and whose it is", "[candles]")
{
    auto c = made(0, 69420.25, 12);
    std::string text;
    append_event_data(text, "BTC-USD", interval::m1, c);
    CHECK(
        text ==
        "{\"symbol\":\"BTC-USD\",\"interval\":\"1m\",\"time\":1712525460,\"open\":69420.25,"
        "\"high\":69420.25,\"low\":69420.25,\"close\":69420.25,\"ticks\":12,\"complete\":true}");
    c.is_forming = c.value.overlaps_hole = true;
    c.source = "kraken";
    text.clear();
    append_members(text, c);
    CHECK(text.ends_with(
        "\"ticks\":12,\"complete\":false,\"forming\":true,\"gap\":true,\"source\":\"kraken\""));
}
