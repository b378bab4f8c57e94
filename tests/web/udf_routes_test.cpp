#include "small_site.hpp"
#include "support/catch.hpp"
#include "support/fake_history.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;

namespace {

struct charts {
    fake_history past{};
    small_site s{{"BTC-USD", "ETH-USD", "WBTC-USD"}, 8, static_files{}, &past};

    charts()
    {
        past.add(1712516400, 10, 12, 9, 11);
        past.add(1712520000, 11, 11.5, 10.25, 10.5);
        past.add(1712523600, 10.5, 13, 10.5, 12);
        past.kept.back().is_forming = true;
    }
    std::string history(const std::string& query) const
    {
        target_ = "/udf/history?symbol=BTC-USD&resolution=60&" + query;
        return s.get(target_).body;
    }
    // "BTC-USD WBTC-USD "
    std::string found(const std::string& query) const
    {
        target_ = "/udf/search?" + query;
        std::string names;
        const auto body = boost::json::parse(s.get(target_).body);
        for (const auto& one : body.as_array())
            names += std::string{one.at("ticker").as_string()} + ' ';
        return names;
    }

private:
    mutable std::string target_;
};

}  // namespace

TEST_CASE("a chart learns what the data feed offers", "[web]")
{
    const charts c;
    const auto body = boost::json::parse(c.s.get("/udf/config").body).as_object();
    CHECK(body.at("supports_search").as_bool());
    CHECK_FALSE(body.at("supports_group_request").as_bool());
    CHECK(body.at("supports_time").as_bool());
    CHECK(
        boost::json::serialize(body.at("supported_resolutions")) ==
        R"(["1","5","15","30","60","240","360","1D","1W"])");
    CHECK(c.s.get("/udf/time").body == "1712525480");
    CHECK(c.s.get("/udf/time").content_type == "text/plain; charset=utf-8");
}

TEST_CASE("a chart resolves a symbol in any case, and with the exchange before it", "[web]")
{
    charts c;
    for (const auto* target :
         {"/udf/symbols?symbol=btc-usd", "/udf/symbols?symbol=Tickertape%3ABTC-USD"}) {
        const auto body = boost::json::parse(c.s.get(target).body).as_object();
        CHECK(body.at("name") == "BTC-USD");
        CHECK(body.at("session") == "24x7");
        CHECK(body.at("timezone") == "Etc/UTC");
        CHECK(body.at("pricescale") == 100);
        CHECK(body.at("has_intraday").as_bool());
        CHECK_FALSE(body.contains("s"));
    }
    c.s.publish(1712525476123, 0.00001234);
    CHECK(
        boost::json::parse(c.s.get("/udf/symbols?symbol=BTC-USD").body).at("pricescale") ==
        10'000'000'000);
    const auto unknown = c.s.get("/udf/symbols?symbol=DOGE-USD");
    CHECK(unknown.status == 404);
    CHECK(unknown.body == "{\"s\":\"error\",\"errmsg\":\"unknown_symbol\"}\n");
}

TEST_CASE("a chart finds symbols by a part of their names", "[web]")
{
    const charts c;
    CHECK(c.found("query=btc&type=&exchange=&limit=30") == "BTC-USD WBTC-USD ");
    CHECK(c.found("query=eth/usd") == "ETH-USD ");
    CHECK(c.found("query=") == "BTC-USD ETH-USD WBTC-USD ");
    CHECK(c.found("query=&limit=1") == "BTC-USD ");
    CHECK(c.found("query=btc&type=stock").empty());
    CHECK(c.found("query=btc&type=crypto&exchange=Tickertape") == "BTC-USD WBTC-USD ");
    CHECK(c.s.get("/udf/search?limit=0").status == 400);
}

TEST_CASE("a chart gets its bars in columns", "[web]")
{
    const charts c;
    CHECK(
        c.history("from=1712516400&to=1712523600") ==
        "{\"s\":\"ok\",\"t\":[1712516400,1712520000],\"o\":[10,11],\"h\":[12,11.5],"
        "\"l\":[9,10.25],\"c\":[11,10.5]}\n");
    CHECK(c.past.asked.of == series::interval::h1);
    CHECK(c.past.asked.with_forming);
}

TEST_CASE("the count of bars wins over where they begin", "[web]")
{
    const charts c;
    const auto newest_two = c.history("from=1712523600&to=1712530000&countback=2");
    CHECK(newest_two.find("\"t\":[1712520000,1712523600]") != std::string::npos);
    CHECK(c.past.asked.from == wall_time{});
    const auto all = c.history("from=0&to=1712530000&countback=0");
    CHECK(all.find("\"t\":[1712516400,") != std::string::npos);
    c.history("to=1712530000&countback=999999");
    CHECK(c.past.asked.candles_max == 5'000);
}

TEST_CASE("a chart that asks where there are no bars is told where the nearest are", "[web]")
{
    const charts c;
    CHECK(
        c.history("from=1712523601&to=1712530000") ==
        "{\"s\":\"no_data\",\"nextTime\":1712523600}\n");
    CHECK(c.history("from=-100&to=1000") == "{\"s\":\"no_data\"}\n");
    CHECK(c.history("from=-100&to=1000&countback=300") == "{\"s\":\"no_data\"}\n");
}

TEST_CASE("a refusal to a chart has the form it understands", "[web]")
{
    charts c;
    const auto refused = [](const small_site& s, const char* target) {
        const auto r = s.get(target);
        CHECK(boost::json::parse(r.body).at("s") == "error");
        return r.status;
    };
    CHECK(refused(c.s, "/udf/history?symbol=X&resolution=60&from=0&to=1") == 404);
    CHECK(refused(c.s, "/udf/history?symbol=BTC-USD&resolution=2&from=0&to=1") == 400);
    CHECK(refused(c.s, "/udf/history?symbol=BTC-USD&resolution=60&from=0") == 400);
    CHECK(refused(c.s, "/udf/history?symbol=BTC-USD&resolution=60&to=1") == 400);
    CHECK(refused(c.s, "/udf/history?symbol=BTC-USD&resolution=60&to=1&countback=-1") == 400);
    c.past.failure = make_error_code(boost::system::errc::device_or_resource_busy);
    CHECK(refused(c.s, "/udf/history?symbol=BTC-USD&resolution=1D&from=0&to=1") == 503);
    const small_site without;
    CHECK(refused(without, "/udf/history?symbol=BTC-USD&resolution=D&from=0&to=1") == 404);
}
