#include "small_site.hpp"
#include "support/catch.hpp"
#include "support/fake_history.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <array>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

struct described {
    fake_history past{};
    small_site s{{"BTC-USD"}, 8, static_files{}, &past};

    response get(const std::string& query) const
    {
        target_ = "/api/prices/btc-usd/stats" + query;
        return s.get(target_);
    }
    boost::json::object body(const std::string& query) const
    {
        return boost::json::parse(get(query).body).as_object();
    }
    std::string refusal(const std::string& query) const
    {
        const auto r = get(query);
        const auto told = boost::json::parse(r.body).as_object();
        const auto* name = told.if_contains("parameter");
        return std::to_string(r.status) +
               (name ? ' ' + std::string{name->as_string()} : std::string{});
    }
    void describe_four()
    {
        const auto at = [](int second) { return wall_time{std::chrono::seconds{second}}; };
        const auto p = [](double value) { return price::from(value).value(); };
        const std::array points{
            series::point{at(1712520000), p(10)}, series::point{at(1712521000), p(12.5)},
            series::point{at(1712522000), p(10)}, series::point{at(1712523000), p(11)}};
        past.figures.figures = series::describe(points).value();
        past.figures.prices = series::histogram_of(points).value();
    }

private:
    mutable std::string target_;
};

}  // namespace

TEST_CASE("the statistics of a range are one object", "[web]")
{
    described d;
    d.describe_four();
    using series::interval;
    d.past.figures.closes_of = GENERATE(
        std::optional<interval>{}, std::optional{interval::m1}, std::optional{interval::d1});
    d.past.figures.holes = {{position{1712520500000, 0}, position{1712520600000, 0}}};
    const auto body = d.body("?since=1712520000&until=1712524000.5");
    CHECK(body.at("symbol") == "BTC-USD");
    CHECK(body.at("from").as_double() == 1712520000.0);
    CHECK(body.at("until").as_double() == 1712524000.5);
    const auto& closes_of = d.past.figures.closes_of;
    CHECK(body.at("of").as_string() == (closes_of ? series::text(*closes_of) : "ticks"));
    CHECK(body.at("count") == 4);
    CHECK(body.at("first") == 10);
    CHECK(body.at("last") == 11);
    CHECK(body.at("min") == 10);
    const auto number = [&body](const char* name) { return body.at(name).to_number<double>(); };
    CHECK(number("max") == 12.5);
    CHECK(number("mean") == 10.875);
    CHECK(number("median") == 10.5);
    CHECK(number("change") == 1);
    CHECK(number("change_percent") == 10);
    CHECK(number("standard_deviation") > 1);
    CHECK(number("volatility_percent") > 0);
    const auto& fall = body.at("largest_drawdown").as_object();
    CHECK(fall.at("percent").to_number<double>() == 20);
    CHECK(fall.at("from").as_double() == 1712521000.0);
    CHECK(fall.at("to").as_double() == 1712522000.0);
    const auto& trend = body.at("trend").as_object();
    CHECK(trend.at("direction") == "flat");
    CHECK(trend.contains("slope_per_day"));
    CHECK(trend.contains("r2"));
    CHECK(body.at("gaps").as_array().size() == 1);
    CHECK_FALSE(body.contains("histogram"));
    CHECK_FALSE(body.contains("interval"));
    CHECK(d.past.asked_figures.from == wall_time{1712520000s});
    CHECK(d.past.asked_figures.until == wall_time{1712524000500ms});
    CHECK_FALSE(d.past.asked_figures.with_histogram);
}

TEST_CASE("a range without a price has a count of 0, and nothing else", "[web]")
{
    const described d;
    CHECK(
        d.get("?since=1712520000&until=1712524000&histogram=true").body ==
        "{\"symbol\":\"BTC-USD\",\"from\":1712520000.000,\"until\":1712524000.000,\"of\":\"ticks\","
        "\"count\":0,\"first\":null,\"last\":null,\"min\":null,\"max\":null,\"mean\":null,"
        "\"median\":null,\"standard_deviation\":null,\"change\":null,\"change_percent\":null,"
        "\"volatility_percent\":null,\"largest_drawdown\":null,\"trend\":null,\"gaps\":[],"
        "\"histogram\":null}\n");
}

TEST_CASE("a window ends now, or where the range does; without one it is a day", "[web]")
{
    const described d;
    const auto span = [&d](const std::string& query) {
        CHECK(d.get(query).status == 200);
        return d.past.asked_figures.until - d.past.asked_figures.from;
    };
    CHECK(span("") == 24h);
    CHECK(d.past.asked_figures.until == d.s.now + 1ms);
    CHECK(span("?window=90") == 90s);
    CHECK(span("?window=30m") == 30min);
    CHECK(span("?window=7d&until=1712520000") == 24h * 7);
    CHECK(d.past.asked_figures.until == wall_time{1712520000s});
    CHECK(span("?since=-2h") == 2h + 1ms);
}

TEST_CASE("a histogram is told where it is asked for", "[web]")
{
    described d;
    d.describe_four();
    const auto body = d.body("?histogram=true");
    CHECK(d.past.asked_figures.with_histogram);
    const auto& h = body.at("histogram").as_object();
    CHECK(h.at("edges").as_array().size() == h.at("counts").as_array().size() + 1);
    CHECK(h.at("edges").as_array().front() == 10);
    std::int64_t all = 0;
    for (const auto& n : h.at("counts").as_array())
        all += n.as_int64();
    CHECK(all == 4);
}

TEST_CASE("averages are taken over the closes of candles, also of those before the range", "[web]")
{
    described d;
    for (int i = 0; i < 6; ++i)
        d.past.add(1712520000 + 3'600 * (i - 5), 10, 10 + i, 10, 10 + i);
    d.past.kept.back().is_forming = true;
    const auto r = d.get("?since=1712509200&until=1712520000&interval=1h&sma=2&ema=1&band=2");
    REQUIRE(r.status == 200);
    const auto has = [&r](std::string_view text) { return r.body.find(text) != std::string::npos; };
    CHECK(has("\"interval\":\"1h\""));
    CHECK(has("\"ema\":{\"1\":[{\"time\":1712509200,\"value\":12},"
              "{\"time\":1712512800,\"value\":13},{\"time\":1712516400,\"value\":14}]}"));
    CHECK(has("\"sma\":{\"2\":[{\"time\":1712509200,\"value\":11.5},"
              "{\"time\":1712512800,\"value\":12.5},{\"time\":1712516400,\"value\":13.5}]}"));
    CHECK(has("\"band\":{\"2\":[{\"time\":1712509200,\"lower\":10.5,\"middle\":11.5,"
              "\"upper\":12.5},"));
    CHECK_FALSE(d.past.asked.with_forming);
    CHECK(d.past.asked.first == series::end::newest);
    CHECK(d.past.asked.candles_max == 3 + 4 * 2);
}

TEST_CASE("what is wrong with a question about statistics is named", "[web]")
{
    described d;
    CHECK(d.refusal("?window=x") == "400 window");
    CHECK(d.refusal("?window=0") == "400 window");
    CHECK(d.refusal("?window=1h&since=-1h") == "400 window");
    CHECK(d.refusal("?since=1712525460&until=1712525459") == "400 until");
    CHECK(d.refusal("?histogram=yes") == "400 histogram");
    CHECK(d.refusal("?interval=1h") == "400 interval");
    CHECK(d.refusal("?interval=2h&sma=20") == "400 interval");
    CHECK(d.refusal("?sma=0") == "400 sma");
    CHECK(d.refusal("?sma=20,") == "400 sma");
    CHECK(d.refusal("?ema=201") == "400 ema");
    CHECK(d.refusal("?sma=1,2,3&ema=4,5") == "400 ema");
    CHECK(d.refusal("?limit=5") == "400 limit");
    CHECK(d.refusal("?window=7d&interval=1m&sma=20") == "400 interval");
    CHECK(
        d.get("?window=7d&interval=1m&sma=20")
            .body.find("\"accepted\":\"15m or longer, or a shorter range\"") != std::string::npos);
    d.past.failure = make_error_code(boost::system::errc::device_or_resource_busy);
    CHECK(d.get("").status == 503);
}
