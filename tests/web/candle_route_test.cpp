#include "small_site.hpp"
#include "support/catch.hpp"
#include "support/fake_history.hpp"
#include "support/gunzip.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

// A minute opens then, and the site's clock is 20 seconds into it.
constexpr std::int64_t minute = 1712525460;

struct charted {
    fake_history past{};
    small_site s{{"BTC-USD", "ETH-USD"}, 8, static_files{}, &past};

    charted()
    {
        past.add(minute - 300, 10, 12, 9, 11);
        past.add(minute - 240, 11, 11.5, 10.25, 10.5);
        past.add(minute - 60, 10.5, 13, 10.5, 12);
        past.add(minute, 12, 12, 11, 11.25);
        past.kept.back().is_forming = true;
        past.closed_until = series::candle_time{std::chrono::seconds{minute}};
        s.publish((minute + 10) * 1000, 11.25);
    }

    response get(const std::string& query) const
    {
        target_ = "/api/prices/btc-usd/candles" + query;
        return s.get(target_);
    }
    // "-60 0*": when they open, counted from `minute`, and a star where one is not complete.
    std::string times(const std::string& query) const
    {
        std::string text;
        const auto body = boost::json::parse(get(query).body);
        for (const auto& c : body.at("candles").as_array())
            text += (text.empty() ? "" : " ") + std::to_string(c.at("time").as_int64() - minute) +
                    (c.at("complete").as_bool() ? "" : "*");
        return text;
    }
    std::string next(const std::string& query) const
    {
        const auto body = boost::json::parse(get(query).body);
        CHECK(body.at("has_more").as_bool() == !body.at("next").is_null());
        return body.at("next").is_null() ? "-" : std::string{body.at("next").as_string()};
    }
    std::string refusal(const std::string& query) const
    {
        const auto r = get(query);
        const auto body = boost::json::parse(r.body).as_object();
        const auto* name = body.if_contains("parameter");
        return std::to_string(r.status) +
               (name ? ' ' + std::string{name->as_string()} : std::string{});
    }
    std::string kept_for(const std::string& query) const
    {
        const auto r = get(query);
        CHECK(header_of(r, "ETag").starts_with("\""));
        return header_of(r, "Cache-Control");
    }

private:
    mutable std::string target_;
};

}  // namespace

TEST_CASE("candles are objects that a chart takes as they are", "[web]")
{
    charted c;
    c.past.on_another_thread = GENERATE(false, true);
    c.past.kept[1].source = "kraken";
    const auto r = c.get("?interval=1m");
    CHECK(r.status == 200);
    CHECK(r.content_type == "application/json");
    CHECK(
        r.body ==
        "{\"symbol\":\"BTC-USD\",\"interval\":\"1m\",\"candles\":["
        "{\"time\":1712525160,\"open\":10,\"high\":12,\"low\":9,\"close\":11,\"ticks\":4,"
        "\"complete\":true},"
        "{\"time\":1712525220,\"open\":11,\"high\":11.5,\"low\":10.25,\"close\":10.5,\"ticks\":4,"
        "\"complete\":true,\"source\":\"kraken\"},"
        "{\"time\":1712525400,\"open\":10.5,\"high\":13,\"low\":10.5,\"close\":12,\"ticks\":4,"
        "\"complete\":true},"
        "{\"time\":1712525460,\"open\":12,\"high\":12,\"low\":11,\"close\":11.25,\"ticks\":4,"
        "\"complete\":false,\"forming\":true}],"
        "\"gaps\":[],\"has_more\":false,\"next\":null}\n");
    CHECK(c.past.asked.symbol == symbol_id{0});
    CHECK(c.past.asked.of == series::interval::m1);
    CHECK(c.past.asked.candles_max == 500);
}

TEST_CASE("a candle that may lack ticks is not complete, and the gap is told", "[web]")
{
    charted c;
    c.past.kept[1].value.overlaps_hole = true;
    c.past.holes = {{position{(minute - 230) * 1000, 0}, position{(minute - 200) * 1000, 2}}};
    const auto body = c.get("?interval=1m&forming=false").body;
    CHECK(body.find("\"complete\":false,\"gap\":true}") != std::string::npos);
    CHECK(
        body.find("\"gaps\":[{\"from\":\"1712525230000-0\",\"to\":\"1712525260000-2\"}]") !=
        std::string::npos);
    CHECK(c.times("?interval=1m&forming=false") == "-300 -240* -60");
    // On the page with the newest candles it is not told.
    CHECK(c.get("?interval=1m&limit=1").body.find("\"gaps\":[]") != std::string::npos);
}

TEST_CASE("a page has the newest candles, or with a beginning the first ones from there", "[web]")
{
    const charted c;
    CHECK(c.times("?interval=60&limit=2") == "-60 0*");
    CHECK(
        c.next("?interval=1m&limit=2") ==
        "/api/prices/btc-usd/candles?interval=1m&until=1712525400&limit=2");
    CHECK(c.times("?interval=1m&limit=2&until=1712525400") == "-300 -240");
    CHECK(c.next("?interval=1m&limit=2&until=1712525400") == "-");
    CHECK(c.times("?interval=1m&limit=2&since=1712525000&until=1712525470.5") == "-300 -240");
    CHECK(
        c.next("?interval=1m&limit=2&since=1712525000&until=1712525470.5&forming=true") ==
        "/api/prices/btc-usd/candles?interval=1m&since=1712525280&until=1712525470.500&limit=2");
    CHECK(c.times("?interval=1m&limit=2&since=1712525280&until=1712525470.5") == "-60 0*");
    CHECK(
        c.next("?interval=1m&limit=2&since=1712525000&forming=false") ==
        "/api/prices/btc-usd/candles?interval=1m&since=1712525280&limit=2&forming=false");
    CHECK(c.times("?interval=1m&since=1712525460&until=1712525460").empty());
}

TEST_CASE("empty candles are filled with the close before them, as far as prices go", "[web]")
{
    charted c;
    CHECK(c.times("?interval=1m&fill=previous") == "-300 -240 -180 -120 -60 0*");
    CHECK(
        c.get("?interval=1m&fill=previous&since=1712525280&limit=1")
            .body.find("{\"time\":1712525280,\"open\":10.5,\"high\":10.5,\"low\":10.5,"
                       "\"close\":10.5,\"ticks\":0,\"complete\":true}") != std::string::npos);
    CHECK(c.times("?interval=1m&fill=previous&limit=3") == "-120 -60 0*");
    CHECK(
        c.next("?interval=1m&fill=previous&limit=3") ==
        "/api/prices/btc-usd/candles?interval=1m&until=1712525340&limit=3&fill=previous");
    CHECK(c.times("?interval=1m&fill=previous&limit=3&since=1712525000") == "-300 -240 -180");
    CHECK(
        c.next("?interval=1m&fill=previous&limit=3&since=1712525000") ==
        "/api/prices/btc-usd/candles?interval=1m&since=1712525340&limit=3&fill=previous");
    CHECK(c.times("?interval=1m&fill=previous&since=1712525340") == "-120 -60 0*");
    // Decades of empty minutes are no work.
    CHECK(c.times("?interval=1m&fill=previous&since=0&limit=2") == "-300 -240");

    // A minute that has passed without a price is not filled beyond the newest one.
    c.past.kept.pop_back();
    c.past.closed_until += 10min;
    CHECK(c.times("?interval=1m&fill=previous&since=1712525340") == "-120 -60 0");
}

TEST_CASE("what the archive has not closed yet is not taken for empty", "[web]")
{
    charted c;
    c.past.kept.resize(2, c.past.kept.front());
    c.past.closed_until = series::candle_time{std::chrono::seconds{minute - 120}};
    CHECK(c.times("?interval=1m&fill=previous") == "-300 -240 -180");
}

TEST_CASE("a closed range may be kept for ever where nothing can come into it", "[web]")
{
    charted c;
    const std::string full = "?interval=1m&since=1712525160&until=1712525280";
    const std::string with_empty = "?interval=1m&since=1712525160&until=1712525460";
    const std::string for_ever = "public, max-age=31536000, immutable";
    CHECK(c.kept_for(full) == for_ever);
    CHECK(c.kept_for(full + "&fill=previous") == for_ever);
    // Candles may yet be fetched or imported of empty minutes, and of the time before.
    CHECK(c.kept_for(with_empty) == "no-cache");
    CHECK(c.kept_for(with_empty + "&fill=previous") == "no-cache");
    CHECK(c.kept_for("?interval=1m&since=1712525000&until=1712525280") == "no-cache");
    CHECK(c.kept_for("?interval=1m&until=1712525460") == "no-cache");
    CHECK(c.kept_for("?interval=1m&since=1712525160") == "no-cache");
    CHECK(c.kept_for("?interval=1m&since=1712525400&until=1712525461") == "no-cache");
    // The bucket that it ends in is closed later.
    CHECK(c.kept_for("?interval=1h&since=1712500000&until=1712525430") == "no-cache");
    CHECK(c.kept_for("?interval=1m&since=-1h&until=1712525460") == "no-cache");
    CHECK(c.kept_for("?interval=1m&since=1712525000&until=1712525100") == "no-cache");
    // The newest of a closed range, and its first page.
    CHECK(c.kept_for("?interval=1m&until=1712525460&limit=1") == for_ever);
    CHECK(c.kept_for(with_empty + "&limit=2") == for_ever);
    c.past.holes = {{position{(minute - 290) * 1000, 0}, position{(minute - 280) * 1000, 2}}};
    CHECK(c.kept_for(full) == "no-cache");
}

TEST_CASE("candles that were fetched are asked about again: ours may take their place", "[web]")
{
    charted c;
    const std::string full = "?interval=1m&since=1712525160&until=1712525280";
    c.past.kept.front().source = "coinbase";
    c.past.kept.front().value.ticks = 0;
    CHECK(c.kept_for(full) == "no-cache");
    // It costs no more than a question: the tag says that nothing has changed.
    CHECK_FALSE(header_of(c.get(full), "ETag").empty());
}

TEST_CASE("a client that has the candles is told so, and may have them compressed", "[web]")
{
    const charted c;
    constexpr auto target = "/api/prices/btc-usd/candles?interval=1m&fill=previous";
    const auto whole = c.s.get(target);
    const auto tag = header_of(whole, "ETag");
    auto again = c.s.asked(target);
    set_header(again, "If-None-Match", tag);
    const auto r = c.s.answer_to(again);
    CHECK(r.status == 304);
    CHECK(r.body.empty());
    auto smaller = c.s.asked(target);
    set_header(smaller, "Accept-Encoding", "gzip");
    const auto packed = c.s.answer_to(smaller);
    CHECK(header_of(packed, "Content-Encoding") == "gzip");
    CHECK(header_of(packed, "Vary") == "Accept-Encoding");
    CHECK(header_of(packed, "ETag") != tag);
    CHECK(gunzip(packed.body) == whole.body);
    CHECK(header_of(whole, "Content-Security-Policy") == "(none)");
}

TEST_CASE("what is wrong with a question about candles is named", "[web]")
{
    charted c;
    CHECK(c.refusal("?interval=2m") == "400 interval");
    CHECK(c.refusal("?interval=1M") == "400 interval");
    CHECK(c.refusal("?limit=0") == "400 limit");
    CHECK(c.refusal("?limit=5001") == "400 limit");
    CHECK(c.refusal("?limit=x") == "400 limit");
    CHECK(c.refusal("?fill=next") == "400 fill");
    CHECK(c.refusal("?forming=1") == "400 forming");
    CHECK(c.refusal("?since=soon") == "400 since");
    CHECK(c.refusal("?since=1712525460&until=1712525459") == "400 until");
    CHECK(c.refusal("?Interval=1m") == "400 Interval");
    CHECK(c.refusal("?window=24h") == "400 window");
    CHECK(
        c.get("?interval=x")
            .body.find("\"accepted\":\"1m, 5m, 15m, 30m, 1h, 4h, 6h, 1d, 1w, or one of them in "
                       "seconds\"") != std::string::npos);
    CHECK(c.s.get("/api/prices/doge-usd/candles").status == 404);

    c.past.failure = make_error_code(boost::system::errc::device_or_resource_busy);
    const auto busy = c.get("");
    CHECK(busy.status == 503);
    CHECK(header_of(busy, "Retry-After") == "5");
    c.past.failure = make_error_code(boost::system::errc::io_error);
    CHECK(c.get("").status == 500);
}

TEST_CASE("a lane is free while the archive searches, and a late answer reaches nobody", "[web]")
{
    charted c;
    c.past.is_late = true;
    auto r = c.s.asked("/api/prices/btc-usd/candles?interval=1m");
    auto found = c.s.routes.find(r);
    r.captured = std::move(found.captured);
    const bool client_leaves = GENERATE(false, true);
    boost::asio::io_context lane;
    boost::asio::cancellation_signal left;
    std::optional<std::exception_ptr> ended;
    http::answer made;
    boost::asio::co_spawn(
        lane, std::get<waiting_handler>(found.at->handle)(r),
        boost::asio::bind_cancellation_slot(
            left.slot(), [&](std::exception_ptr why, http::answer given) {
                ended = why;
                made = std::move(given);
            }));
    lane.poll();
    CHECK_FALSE(ended);
    REQUIRE(c.past.waiting.size() == 1);
    if (client_leaves) {
        left.emit(boost::asio::cancellation_type::terminal);
        lane.poll();
        REQUIRE(ended);
        CHECK(*ended != nullptr);
    }
    c.past.waiting.front()();
    lane.restart();
    lane.poll();
    REQUIRE(ended);
    CHECK((std::get<response>(made).status == 200 && *ended == nullptr) == !client_leaves);
}

TEST_CASE("without an archive there are no candles, and the answer says why", "[web]")
{
    const small_site s;
    for (const auto* target : {"/api/prices/btc-usd/candles", "/api/prices/btc-usd/stats"}) {
        const auto r = s.get(target);
        CHECK(r.status == 404);
        CHECK(
            r.body == "{\"type\":\"urn:tickertape:problem:no-archive\",\"title\":\"Not Found\","
                      "\"status\":404,\"detail\":\"this server keeps no candles: it runs with "
                      "ARCHIVE=none\"}\n");
    }
    CHECK(s.get("/api/prices/btc-usd/candles?interval=x").status == 400);

    small_site with_ticks;
    with_ticks.archive.state = archive_report::condition::ok;
    CHECK(
        with_ticks.get("/api/prices/btc-usd/candles").body.find("its archive has ticks alone") !=
        std::string::npos);
}
