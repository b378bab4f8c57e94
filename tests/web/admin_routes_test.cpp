// What operators may do, without a server: who is one, what an order may be, and what is answered.
#include "small_site.hpp"
#include "support/catch.hpp"
#include "web/backfill_desk.hpp"
#include "web/operator_access.hpp"

#include <boost/json/parse.hpp>

#include <optional>
#include <string>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;

namespace {

struct some_desk final : backfill_desk {
    reply begin(const backfill_order& wanted) override
    {
        if (answer == reply::begun)
            report = {
                .state = backfill_report::condition::running,
                .order = wanted,
                .began = wall_time{std::chrono::milliseconds{1712525480500}}};
        return answer;
    }
    backfill_report now() const override { return report; }

    reply answer = reply::begun;
    backfill_report report{};
};

const std::string token = "0123456789abcdef";

struct admin_site : small_site {
    admin_site()
    {
        auto all = site();
        all.backfill = &desk;
        all.admin_token = token;
        all.has_market_prices = true;
        routes = make_router(all);
    }
    response post(std::string_view body, std::string_view as = "Bearer 0123456789abcdef")
    {
        auto r = asked("/api/admin/backfill");
        r.what = method::post;
        r.method_name = "POST";
        r.body = body;
        set_header(r, "Authorization", as);
        return answer_to(r);
    }
    std::string refused(std::string_view body)
    {
        const auto r = post(body);
        const auto said = boost::json::parse(r.body).as_object();
        return std::to_string(r.status) + " " + std::string{said.at("parameter").as_string()};
    }

    some_desk desk;
};

}  // namespace

TEST_CASE("secrets are compared as wholes", "[web]")
{
    CHECK(is_same_secret("abc", "abc"));
    CHECK_FALSE(is_same_secret("abc", "abd"));
    CHECK_FALSE(is_same_secret("abc", "abcd"));
    CHECK_FALSE(is_same_secret("abcd", "abc"));
    CHECK_FALSE(is_same_secret("", "abc"));
    CHECK_FALSE(is_same_secret("abcabc", "abc"));
}

TEST_CASE("only the token makes an operator", "[web]")
{
    admin_site s;
    const std::string order = R"({"from":"2024-04-01","to":"2024-04-06"})";
    CHECK(s.post(order, "bearer  0123456789abcdef").status == 202);
    const auto as =
        GENERATE("", "Bearer", "Bearer ", "Bearer 0123456789abcde", "Basic 0123456789abcdef");
    const auto r = s.post(order, as);
    CHECK(r.status == 401);
    CHECK(header_of(r, "WWW-Authenticate") == "Bearer");

    const small_site without;
    CHECK(without.get("/api/admin/backfill").status == 404);
    CHECK(without.get("/admin").status == 404);
}

TEST_CASE("an order is of days that are over", "[web]")
{
    admin_site s;  // it is 2024-04-07
    const auto accepted =
        s.post(R"({"from":"2024-04-01","to":"2024-04-06","symbols":["eth-usd"]})");
    CHECK(accepted.status == 202);
    CHECK(
        accepted.body ==
        R"({"state":"running","from":"2024-04-01","to":"2024-04-06","symbols":["ETH-USD"],)"
        R"("began_at":1712525480.500,"ended_at":null,"requests":0,"fetched":0,"refused":0,)"
        R"("problems":[]})"
        "\n");
    REQUIRE(s.desk.report.order);
    CHECK(s.desk.report.order->to == std::chrono::sys_days{std::chrono::year{2024} / 4 / 6});
    CHECK(s.refused(R"({"from":"2024-04-01","to":"2024-04-07"})") == "400 to");
    CHECK(s.refused(R"({"from":"2024-04-06","to":"2024-04-05"})") == "400 from");
    CHECK(s.refused(R"({"from":"2009-01-02","to":"2009-04-05"})") == "400 from");
    CHECK(s.refused(R"({"from":"2014-01-02","to":"2024-04-05"})") == "400 from");
    CHECK(s.refused(R"({"from":"2024-04-01"})") == "400 to");
    CHECK(s.refused(R"({"from":"2024-04-01T00:00:00Z","to":"2024-04-05"})") == "400 from");
    CHECK(s.refused(R"({"from":"2024-04-01","to":null})") == "400 to");
    CHECK(s.refused(R"({"from":"2024-04-01","to":"2024-04-05","symbols":["X"]})") == "404 symbols");
    CHECK(s.refused(R"({"from":"2024-04-01","to":"2024-04-05","symbols":[7]})") == "404 symbols");
    CHECK(s.refused(R"({"from":"2024-04-01","to":"2024-04-05","symbols":"*"})") == "400 symbols");
    CHECK(s.refused("no") == "400 body");
}

TEST_CASE("an order that cannot be taken is a 409 that says why", "[web]")
{
    admin_site s;
    s.desk.answer = GENERATE(backfill_desk::reply::busy, backfill_desk::reply::not_here);
    const auto r = s.post(R"({"from":"2024-04-01","to":"2024-04-06"})");
    CHECK(r.status == 409);
    const auto type = std::string{boost::json::parse(r.body).at("type").as_string()};
    CHECK(
        type == (s.desk.answer == backfill_desk::reply::busy
                     ? "urn:tickertape:problem:backfill-runs"
                     : "urn:tickertape:problem:not-the-writer"));
}
