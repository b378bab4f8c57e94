// The news as a client gets them.
#include "core/text.hpp"
#include "news/board.hpp"
#include "small_site.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

news::dated_item item_of(const std::string& title, const std::string& source, wall_time at)
{
    return {
        .of = {.id = {}, .link = "https://" + source + "/" + title, .title = title, .summary = {}},
        .source = source,
        .published = at,
        .is_dated = true,
        .search = lower_case(title)};
}

struct news_site : small_site {
    news_site()
    {
        auto all = site();
        all.news = &board;
        routes = make_router(all);
        auto first = item_of("Alpha", "a.test", now - 60s);
        first.of.summary = "\"Quoted\" </script>";
        first.search = "alpha\n\"quoted\" </script>";
        auto second = item_of("Beta", "b.test", now - 120s);
        second.is_dated = false;
        show(
            {item_of("Future", "a.test", now + 5min + 1ms), item_of("Soon", "b.test", now + 5min),
             first, second});
    }

    void show(std::vector<news::dated_item> items)
    {
        board.post(std::make_shared<news::snapshot>(news::snapshot{
            .items = std::make_shared<const std::vector<news::dated_item>>(std::move(items)),
            .feeds =
                {{.source = "a.test",
                  .title = "The A",
                  .answered = same_on_boot_clock(now),
                  .answered_at = now},
                 {.source = "b.test", .trouble = "the answer took too long"}},
            .received = same_on_boot_clock(now),
            .received_at = now,
            .stale_after = 30min}));
    }
    boost::json::object body(const std::string& query) const
    {
        const auto r = get("/api/news" + query);
        CHECK(r.status == 200);
        return boost::json::parse(r.body).as_object();
    }
    std::string titles(const std::string& query) const
    {
        const auto answer = body(query);
        std::string all;
        for (const auto& one : answer.at("items").as_array())
            all += (all.empty() ? "" : " ") + std::string{one.at("title").as_string()};
        return all;
    }

    news::board board{15min, [] {}};
};

}  // namespace

TEST_CASE("the news are text in JSON, with their feeds", "[web]")
{
    const news_site s;
    const auto r = s.get("/api/news?q=alpha");
    CHECK(r.content_type == "application/json");
    CHECK(header_of(r, "Cache-Control") == "no-cache");
    CHECK(
        r.body ==
        "{\"updated_at\":1712525480.000,\"age_seconds\":0.000,\"stale\":false,\"missing_feeds\":1,"
        "\"total\":1,\"feeds\":[{\"source\":\"a.test\",\"title\":\"The A\","
        "\"updated_at\":1712525480.000,\"missing\":false,\"why\":null},{\"source\":\"b.test\","
        "\"title\":null,\"updated_at\":null,\"missing\":true,"
        "\"why\":\"the answer took too long\"}],\"items\":[{\"title\":\"Alpha\","
        "\"link\":\"https://a.test/Alpha\",\"source\":\"a.test\",\"published_at\":1712525420.000,"
        "\"dated_by\":\"feed\",\"summary\":\"\\\"Quoted\\\" </script>\"}]}\n");
    CHECK(s.body("?q=beta").at("items").at(0).at("dated_by").as_string() == "first_seen");
    CHECK(s.body("?q=beta").at("items").at(0).at("summary").is_null());
}

TEST_CASE("news come newest first, and those of the future last", "[web]")
{
    news_site s;
    CHECK(s.titles("") == "Soon Alpha Beta Future");
    s.now += 1ms;
    CHECK(s.titles("") == "Future Soon Alpha Beta");
}

TEST_CASE("news are searched, and chosen by source", "[web]")
{
    const news_site s;
    CHECK(s.titles("?limit=2") == "Soon Alpha");
    CHECK(s.body("?limit=2").at("total").as_int64() == 4);
    CHECK(s.titles("?source=a.test") == "Alpha Future");
    CHECK(s.titles("?source=A.Test&limit=1") == "Alpha");
    CHECK(s.titles("?q=QUOTED") == "Alpha");
    CHECK(s.titles("?q=quoted&source=b.test").empty());
    CHECK(s.titles("?q=&source=") == "Soon Alpha Beta Future");
}

TEST_CASE("bad parameters of the news are refused by name", "[web]")
{
    const news_site s;
    const auto refusal = [&](const std::string& query) {
        const auto r = s.get("/api/news?" + query);
        CHECK(r.content_type == "application/problem+json");
        const auto told = boost::json::parse(r.body).as_object();
        CHECK_FALSE(told.at("accepted").as_string().empty());
        return std::to_string(r.status) + ' ' + std::string{told.at("parameter").as_string()};
    };
    CHECK(refusal("limit=0") == "400 limit");
    CHECK(refusal("limit=201") == "400 limit");
    CHECK(refusal("limit=ten") == "400 limit");
    CHECK(refusal("source=c.test") == "400 source");
    CHECK(refusal("q=" + std::string(65, 'a')) == "400 q");
    CHECK(refusal("q=a&q=b") == "400 q");
    CHECK(refusal("sources=a.test") == "400 sources");
    CHECK(refusal("page=2") == "400 page");
    CHECK(s.get("/api/news?limit=200&utm_source=x").status == 200);
}

TEST_CASE("before a feed has answered, and without feeds, the answer says so", "[web]")
{
    news_site s;
    s.board.post(nullptr);
    const auto r = s.get("/api/news");
    CHECK(r.status == 503);
    CHECK(header_of(r, "Retry-After") == "5");
    CHECK(r.body.find("no-news-yet") != std::string::npos);
    CHECK(s.get("/api/news?limit=0").status == 400);
    const small_site none;
    CHECK(none.get("/api/news").status == 404);
    CHECK(none.get("/api/news").body.find("NEWS_FEEDS") != std::string::npos);
}

TEST_CASE("old news are stale, with their age", "[web]")
{
    news_site s;
    s.now += 30min;
    CHECK_FALSE(s.body("").at("stale").as_bool());
    s.now += 1s;
    CHECK(s.body("").at("stale").as_bool());
    CHECK(s.body("").at("age_seconds").to_number<double>() == 1801);
}

TEST_CASE("the page has a tab for the news where there are any", "[web]")
{
    const news_site s;
    for (const auto* target : {"/", "/news"}) {
        CAPTURE(target);
        CHECK(s.get(target).status == 200);
        CHECK(s.get(target).content().find("data-tabs=\"news\"") != std::string_view::npos);
    }
    const small_site none;
    CHECK(none.get("/news").status == 200);
    CHECK(none.get("/news").content().find("data-tabs=\"\"") != std::string_view::npos);
}
