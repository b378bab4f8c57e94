#include "small_site.hpp"
#include "support/catch.hpp"
#include "support/fake_history.hpp"

#include <boost/json/parse.hpp>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;

namespace {

// Its clock says 2024-04-07T21:31:20Z. The history has the same candles for each symbol.
struct compared_site {
    fake_history past{};
    small_site s{{"BTC-USD", "ETH-USD"}, 8, static_files{}, &past};

    response get(const std::string& query) const
    {
        target_ = "/api/compare" + query;
        return s.get(target_);
    }
    std::string refusal(const std::string& query) const
    {
        const auto r = get(query);
        const auto told = boost::json::parse(r.body).as_object();
        const auto* name = told.if_contains("parameter");
        return std::to_string(r.status) +
               (name ? ' ' + std::string{name->as_string()} : std::string{});
    }
    void add_day(std::int64_t opens, double close) { past.add(opens, close, close, close, close); }

private:
    mutable std::string target_;
};

constexpr std::string_view nothing_of_btc =
    "{\"symbol\":\"BTC-USD\",\"start\":null,\"last\":null,\"last_day\":null,"
    "\"change_percent\":null,\"best_day\":null,\"worst_day\":null,\"largest_drawdown\":null,"
    "\"days\":0,\"missing_days\":null,\"days_with_gap\":null,\"changes\":[]}";

}  // namespace

TEST_CASE("symbols are compared from the first day on that all have", "[web]")
{
    compared_site c;
    c.add_day(1712188800, 100);
    c.add_day(1712275200, 125);
    c.add_day(1712361600, 100);
    c.past.kept[1].value.overlaps_hole = true;
    c.add_day(1712448000, 999);  // the running day
    const auto r = c.get("?symbols=btc-usd,eth-usd&range=30d");
    CHECK(r.status == 200);
    CHECK(r.content_type == "application/json");
    CHECK(header_of(r, "Cache-Control") == "no-cache");
    const std::string figures =
        "\"start\":100,\"last\":100,\"last_day\":1712361600.000,\"change_percent\":0,"
        "\"best_day\":{\"day\":1712275200.000,\"percent\":25},"
        "\"worst_day\":{\"day\":1712361600.000,\"percent\":-20},"
        "\"largest_drawdown\":{\"percent\":20,\"from\":1712275200.000,\"to\":1712361600.000},"
        "\"days\":3,\"missing_days\":0,\"days_with_gap\":1,"
        "\"changes\":[[1712188800,0],[1712275200,25],[1712361600,0]]}";
    CHECK(
        r.body ==
        "{\"range\":\"30d\",\"interval\":\"1d\",\"market_prices\":false,\"from\":1709856000.000,"
        "\"until\":1712448000.000,"
        "\"start\":1712188800.000,\"symbols\":["
        "{\"symbol\":\"BTC-USD\"," +
            figures + ",{\"symbol\":\"ETH-USD\"," + figures +
            "],\"pairs\":[{\"first\":\"BTC-USD\",\"second\":\"ETH-USD\",\"correlation\":null,"
            "\"returns\":2,\"from\":1712275200.000,\"to\":1712361600.000}]}\n");
    c.past.kept.insert(c.past.kept.begin(), c.past.kept.front());
    c.past.kept.front().value.opens -= std::chrono::days{1};
    const auto body = boost::json::parse(c.get("?symbols=*").body);
    CHECK(body.at("pairs").at(0).at("returns").as_int64() == 3);
    CHECK(body.at("pairs").at(0).at("correlation").to_number<double>() == Approx(1));
}

TEST_CASE("the range is of whole days that are over", "[web]")
{
    const compared_site c;
    const auto asked_for = [&](const std::string& query) {
        CHECK(c.get(query).status == 200);
        CHECK(c.past.asked.of == series::interval::d1);
        CHECK_FALSE(c.past.asked.with_forming);
        CHECK(c.past.asked.until == wall_time{std::chrono::seconds{1712448000}});
        return (c.past.asked.until - c.past.asked.from) / std::chrono::days{1};
    };
    CHECK(asked_for("") == 30);
    CHECK(asked_for("?range=2d") == 2);
    CHECK(asked_for("?range=90d") == 90);
    CHECK(asked_for("?range=12mo") == 365);
    CHECK(asked_for("?range=10y") == 3'653);
    CHECK(asked_for("?range=3653d") == 3'653);
    const auto range =
        GENERATE("", "1d", "0d", "-2d", "3654d", "d", "30", "30h", "2.5d", "99999999999999999999d");
    CAPTURE(range);
    CHECK(c.refusal(std::string{"?range="} + range) == "400 range");
}

TEST_CASE("a symbol without a day is said, and is not compared", "[web]")
{
    const compared_site c;
    CHECK(
        c.get("?symbols=btc-usd").body ==
        "{\"range\":\"30d\",\"interval\":\"1d\",\"market_prices\":false,\"from\":1709856000.000,"
        "\"until\":1712448000.000,\"start\":null,"
        "\"symbols\":[" +
            std::string{nothing_of_btc} + "],\"pairs\":[]}\n");
}

TEST_CASE("what cannot be compared is refused", "[web]")
{
    compared_site c;
    CHECK(c.refusal("?symbols=doge-usd") == "404 symbols");
    CHECK(c.refusal("?symbols=btc-usd&since=-1h") == "400 since");
    CHECK(c.refusal("?symbols=btc-usd&ranges=30d") == "400 ranges");
    c.past.failure = make_error_code(boost::system::errc::device_or_resource_busy);
    CHECK(c.get("").status == 503);

    const small_site without;
    CHECK(without.get("/api/compare").status == 404);

    fake_history past;
    std::vector<std::string> names;
    for (const char letter : std::string_view{"ABCDEFGHI"})
        names.push_back(std::string{letter} + "-USD");
    const small_site many{names, 8, static_files{}, &past};
    CHECK(many.get("/api/compare?symbols=*").status == 400);
    CHECK(
        many.get("/api/compare?symbols=a-usd,b-usd,c-usd,d-usd,e-usd,f-usd,g-usd,h-usd").status ==
        200);
}

TEST_CASE("the page has a tab for the comparison where there is an archive", "[web]")
{
    const compared_site c;
    for (const auto* target : {"/", "/compare"}) {
        CAPTURE(target);
        CHECK(c.s.get(target).status == 200);
        CHECK(c.s.get(target).content().find("data-tabs=\"compare\"") != std::string_view::npos);
    }
    const small_site without;
    CHECK(without.get("/compare").content().find("data-tabs=\"\"") != std::string_view::npos);
}
