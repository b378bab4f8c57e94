#include "small_site.hpp"
#include "support/catch.hpp"
#include "support/fake_history.hpp"
#include "web/candle_stream_request.hpp"

#include <boost/json/parse.hpp>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

// A minute opens then, and the site's clock is 20 seconds into it.
constexpr std::int64_t minute = 1712525460;

const std::string address = "/prices/candles/stream";

struct streaming {
    fake_history past{};
    bool has_archive = true;
    small_site s;
    hub::subscription got{};

    explicit streaming(bool archive = true)
        : has_archive{archive}, s{{"BTC-USD", "ETH-USD"},
                                  8,
                                  static_files{},
                                  archive ? &past : nullptr}
    {
        past.add(minute - 120, 10, 12, 9, 11);
        past.add(minute - 60, 11, 13, 10.5, 12);
        past.add(minute, 12, 12, 11, 11.25);
        past.kept.back().is_forming = true;
        past.closed_until = series::candle_time{std::chrono::seconds{minute}};
        s.publish((minute + 10) * 1'000, 11.25);
        s.subscribe = [this](std::size_t, hub::subscription wanted) { got = std::move(wanted); };
    }

    // What the stream begins with, without framing.
    std::string beginning(const std::string& query, const std::string& last_id = {})
    {
        const auto target = address + query;
        auto r = s.asked(target);
        if (!last_id.empty())
            set_header(r, "Last-Event-ID", last_id);
        const auto outcome = s.outcome(r);
        REQUIRE(std::holds_alternative<takeover>(outcome.what));
        const auto& granted = std::get<takeover>(outcome.what);
        CHECK(granted.head.content_type == "text/event-stream");
        granted.to(
            {.lane = 0, .socket = {}, .permit = {}, .how = body_end::connection_end, .head = {}});
        return got.beginning;
    }
    // "-120 -60": when the closed ones open, counted from `minute`; "gap" between them.
    std::string times(const std::string& query, const std::string& last_id = {})
    {
        std::string text;
        const auto all = beginning(query, last_id);
        for (std::size_t at = 0; (at = all.find("data: ", at)) != std::string::npos; ++at) {
            const auto data = boost::json::parse(all.substr(at + 6, all.find('\n', at) - at - 6));
            const auto* time = data.as_object().if_contains("time");
            text += (text.empty() ? "" : " ") + (time ? std::to_string(time->as_int64() - minute)
                                                      : std::string{data.at("reason").as_string()});
        }
        return text;
    }
    std::string refusal(const std::string& query)
    {
        const auto target = address + query;
        const auto r = s.get(target);
        const auto body = boost::json::parse(r.body).as_object();
        const auto* name = body.if_contains("parameter");
        return std::to_string(r.status) + (name ? ' ' + std::string{name->as_string()} : "");
    }
};

}  // namespace

TEST_CASE(
    "a stream of candles begins with those that have closed, as the REST route has them", "[web]")
{
    streaming c;
    c.past.on_another_thread = GENERATE(false, true);
    CHECK(
        c.beginning("?interval=1m") ==
        "id: 1712525399999-1047552\nevent: closed\ndata: {\"symbol\":\"BTC-USD\","
        "\"interval\":\"1m\",\"time\":1712525340,\"open\":10,\"high\":12,\"low\":9,\"close\":11,"
        "\"ticks\":4,\"complete\":true}\n\n"
        "id: 1712525459999-1047552\nevent: closed\ndata: {\"symbol\":\"BTC-USD\","
        "\"interval\":\"1m\",\"time\":1712525400,\"open\":11,\"high\":13,\"low\":10.5,\"close\":12,"
        "\"ticks\":4,\"complete\":true}\n\n");
    CHECK(c.got.terms.candles == series::interval::m1);
    CHECK(c.got.terms.newest_only);
    CHECK(c.got.terms.interval == 1s);
    CHECK(c.got.cursor.at == position::at(wall_time{std::chrono::seconds{minute}}).previous());
    REQUIRE(c.got.starts.size() == 1);
    CHECK(c.past.asked.candles_max == candle_stream_candles_usual);
    CHECK(c.past.asked.with_forming);
}

TEST_CASE("a stream of candles begins since a time, or after the last event", "[web]")
{
    streaming c;
    CHECK(c.times("?interval=1m&since=1712525400") == "-60");
    CHECK(c.times("?interval=1m&last_event_id=1712525399999-1047552") == "-60");
    CHECK(c.times("?interval=1m", "1712525345000-0") == "-120 -60");
    CHECK(c.times("?interval=1m&last_event_id=1712525345000-0", "1712525459999-1047552").empty());
    CHECK(c.times("?interval=1m&since=-1m&last_event_id=1712525345000-0") == "-120 -60");
    // As many symbols share the candles of one beginning.
    CHECK(c.times("?symbols=*&interval=1m&since=1712525400") == "-60 -60");
    CHECK(c.past.asked.candles_max == candle_stream_candles_max / 2);
}

TEST_CASE("an id of elsewhere begins anew, and is told", "[web]")
{
    streaming c;
    CHECK(c.times("?interval=1m", "nonsense") == "restarted -120 -60");
    CHECK(c.times("?interval=1m", "99999999999999-0") == "restarted -120 -60");
}

TEST_CASE("what the archive lacks is told before the candles after it", "[web]")
{
    streaming c;
    c.past.holes = {{position{(minute - 50) * 1'000ULL, 0}, position{(minute - 40) * 1'000ULL, 0}}};
    c.past.kept[1].value.overlaps_hole = true;
    CHECK(c.times("?interval=1m") == "-120 evicted -60");
    CHECK(c.got.beginning.find("\"complete\":false,\"gap\":true}") != std::string::npos);
    CHECK(
        c.got.beginning.find(
            "\n\nevent: gap\ndata: {\"from\":\"1712525410000-0\",\"to\":\"1712525420000-0\","
            "\"reason\":\"evicted\",\"symbols\":[\"BTC-USD\"]}\n\n") != std::string::npos);
}

TEST_CASE("who comes back is told which candles were changed meanwhile", "[web]")
{
    streaming c;
    const auto at = [](std::int64_t second) {
        return series::candle_time{std::chrono::seconds{second}};
    };
    c.past.changes = {{at(minute - 600), at(minute - 300), position{(minute - 30) * 1'000ULL, 0}}};
    c.past.revision = 7;
    CHECK(c.times("?interval=1m", "1712525399999-1047552") == "changed -60");
    CHECK(c.got.beginning.starts_with("event: gap\ndata: {\"from\":\"1712524859999-1048575\","
                                      "\"to\":\"1712525159999-1048575\",\"reason\":\"changed\","
                                      "\"symbols\":[\"BTC-USD\"]}\n\n"));
    // The lane adds what is changed until it has the stream.
    CHECK(c.got.changes_known == 7);
    CHECK(c.times("?interval=1m") == "-120 -60");
}

TEST_CASE(
    "without an archive candles are made of what is held, and what lies before is told", "[web]")
{
    streaming c{false};
    c.s.publish((minute + 60) * 1'000, 12);
    c.s.now = wall_time{std::chrono::seconds{minute + 61}};
    CHECK(c.times("?interval=1m") == "restarted 0");
    CHECK(c.got.beginning.find("\"open\":11.25,\"high\":11.25") != std::string::npos);
}

TEST_CASE("a stream of candles refuses what it cannot give, and says what it takes", "[web]")
{
    streaming c;
    CHECK(c.refusal("?interval=7m") == "400 interval");
    CHECK(c.refusal("?since=abc") == "400 since");
    // A browser repeats the address, and comes back with the id alone in mind.
    CHECK(c.times("?interval=1m&since=abc&last_event_id=1712525345000-0") == "-120 -60");
    CHECK(c.refusal("?limit=7") == "400 limit");
    CHECK(c.refusal("?mode=latest") == "400 mode");
    CHECK(c.refusal("?symbols=nope-usd").starts_with("404"));
    std::vector<std::string> many;
    for (std::size_t i = 0; i <= candle_stream_symbols_max; ++i)
        many.push_back("A" + std::to_string(i) + "-USD");
    const small_site wide{many};
    const auto r = wide.get(address + "?symbols=*");
    CHECK(r.status == 400);
    CHECK(r.body.find("\"accepted\":\"1 to 32 symbols; ") != std::string::npos);
}

TEST_CASE("an archive that cannot answer now makes a stream busy, not refused for ever", "[web]")
{
    streaming c;
    SECTION("because too many ask")
    {
        c.past.failure =
            boost::system::errc::make_error_code(boost::system::errc::device_or_resource_busy);
    }
    SECTION("because it is behind, and the tapes do not reach back to it")
    {
        for (int i = 0; i < 20; ++i)
            c.s.publish((minute + 11) * 1'000 + i, 11.5);
    }
    auto r = c.s.asked(address);
    CHECK(c.s.answer_to(r).status == 503);
    set_header(r, "Accept", "text/event-stream");
    const auto told = c.s.answer_to(r);
    CHECK(told.status == 200);
    CHECK(told.body.starts_with("event: busy\n"));
}
