// The daily closes of Bitcoin as a client gets them.
#include "small_site.hpp"
#include "support/catch.hpp"
#include "support/fake_history.hpp"

#include <boost/json/parse.hpp>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

// Of 2024-04-07; the site's clock says 21:31:20 of that day.
constexpr std::int64_t midnight = 1712448000;
constexpr std::int64_t day = 86'400;

struct closes {
    fake_history past{};
    small_site s{{"ETH-USD", "BTC-USD"}, 8, static_files{}, &past};

    response get(const std::string& query = {}) const
    {
        target_ = "/api/bitcoin/history" + query;
        return s.get(target_);
    }
    // The first day that the archive is asked for.
    std::chrono::sys_days first(const std::string& query)
    {
        CHECK(get(query).status == 200);
        CHECK(past.asked.until == wall_time{std::chrono::seconds{midnight + day}});
        return std::chrono::floor<std::chrono::days>(past.asked.from);
    }

private:
    mutable std::string target_;
};

std::chrono::sys_days date(int year, unsigned month, unsigned of_month)
{
    return std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{of_month};
}

}  // namespace

TEST_CASE("Bitcoin's history has the close of each day that has one, and the running day", "[web]")
{
    closes c;
    c.past.add(midnight - 4 * day, 66000, 68000, 65000, 67000.5);
    c.past.kept.back().source = "coinbase";
    // There is nothing of the day before yesterday but one.
    c.past.add(midnight - 2 * day, 67000, 68000, 65000, 68000);
    c.past.kept.back().source = "coinbase";
    c.past.add(midnight - day, 68000, 69500, 68000, 69000);
    c.past.add(midnight, 69000, 69500, 68000, 69420.25);
    c.past.kept.back().is_forming = true;
    const auto r = c.get();
    CHECK(r.status == 200);
    CHECK(
        r.body ==
        "{\"symbol\":\"BTC-USD\",\"range\":\"30d\",\"market_prices\":false,\"closes\":["
        "{\"day\":\"2024-04-03\",\"close\":67000.5},{\"day\":\"2024-04-05\",\"close\":68000},"
        "{\"day\":\"2024-04-06\",\"close\":69000},"
        "{\"day\":\"2024-04-07\",\"close\":69420.25,\"running\":true}],"
        "\"sources\":[{\"from\":\"2024-04-03\",\"source\":\"coinbase\"},"
        "{\"from\":\"2024-04-06\",\"source\":\"archive\"}]}\n");
    CHECK(c.past.asked.symbol == c.s.symbols.find("BTC-USD"));
    CHECK(c.past.asked.of == series::interval::d1);
    CHECK(c.past.asked.with_forming);
    CHECK(header_of(r, "ETag") != "(none)");
}

TEST_CASE("a range of Bitcoin's history begins at a date", "[web]")
{
    closes c;
    CHECK(c.first("") == date(2024, 3, 8));
    CHECK(c.first("?range=30d") == date(2024, 3, 8));
    CHECK(c.first("?range=90d") == date(2024, 1, 8));
    CHECK(c.first("?range=12mo") == date(2023, 4, 7));
    CHECK(c.first("?range=10y") == date(2014, 4, 7));
    CHECK(c.past.asked.candles_max == 3'654);  // three leap days, and the running day
    CHECK(c.past.asked.candles_max <= series::answer_candles_max);
}

TEST_CASE("a year before a leap day begins with the last day of February", "[web]")
{
    closes c;
    c.s.now = wall_time{date(2024, 2, 29)} + 12h;
    CHECK(c.get("?range=12mo").status == 200);
    CHECK(c.past.asked.from == wall_time{date(2023, 2, 28)});
}

TEST_CASE(
    "a day of Bitcoin's history without its end is not there, but the running one is", "[web]")
{
    closes c;
    c.past.add(midnight - day, 68000, 69500, 68000, 69000);
    c.past.kept.back().value.overlaps_hole = true;
    c.past.add(midnight, 69000, 69500, 68000, 69420.25);
    c.past.kept.back().value.overlaps_hole = true;
    c.past.kept.back().is_forming = true;
    c.past.holes = {
        {position::at(wall_time{std::chrono::seconds{midnight - 60}}),
         position::at(wall_time{std::chrono::seconds{midnight + 60}})}};
    const auto body = boost::json::parse(c.get().body).as_object();
    const auto& days = body.at("closes").as_array();
    REQUIRE(days.size() == 1);
    CHECK(days[0].at("day").as_string() == "2024-04-07");
    CHECK(days[0].at("running").as_bool());
}

TEST_CASE("what is wrong with a question about Bitcoin's history is named", "[web]")
{
    closes c;
    const auto r = c.get("?range=1y");
    CHECK(r.status == 400);
    const auto told = boost::json::parse(r.body).as_object();
    CHECK(told.at("parameter").as_string() == "range");
    CHECK(told.at("accepted").as_string() == "30d, 90d, 12mo, 10y");
    CHECK(c.get("?range=").status == 400);
    CHECK(c.get("?since=0").status == 400);
    c.past.failure = make_error_code(boost::system::errc::device_or_resource_busy);
    CHECK(c.get().status == 503);
    c.past.failure = make_error_code(boost::system::errc::io_error);
    CHECK(c.get().status == 500);
    const small_site without;
    const auto none = without.get("/api/bitcoin/history");
    CHECK(none.status == 404);
    CHECK(none.body.find("no-archive") != std::string::npos);
    fake_history past;
    const small_site others{{"ETH-USD"}, 8, static_files{}, &past};
    const auto unknown = others.get("/api/bitcoin/history");
    CHECK(unknown.status == 404);
    CHECK(unknown.body.find("BTC-USD") != std::string::npos);
}

TEST_CASE("an archive without a day of Bitcoin has an empty history", "[web]")
{
    const closes c;
    CHECK(
        c.get("?range=10y").body ==
        "{\"symbol\":\"BTC-USD\",\"range\":\"10y\",\"market_prices\":false,\"closes\":[],"
        "\"sources\":[]}\n");
}
