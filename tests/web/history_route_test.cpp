// Pages of ticks that go from memory into an archive, and from an archive into memory.
#include "support/catch.hpp"
#include "support/fake_history.hpp"
#include "web/small_site.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

using namespace tickertape;
using namespace tickertape::testing;

namespace {

constexpr std::int64_t began = 1712525000000;  // as of small_site

// Memory has the last three ticks, the archive all: one a second, from 1 on.
struct archived {
    explicit archived(int ticks)
    {
        past.ticks_from = position::at(small_site::started);
        for (int i = 1; i <= ticks; ++i)
            add(i);
    }

    void add(int number)
    {
        const auto t = s.publish(began + number * 1'000, number);
        past.kept_ticks.push_back({t.at, t.value, "coingecko", 0});
        past.ticks_to = t.at;
    }
    void lose(int after, int to, gap_cause why = gap_cause::missing)
    {
        past.ticks_hole = {at(after), at(to)};
        past.ticks_hole_why = why;
    }
    static position at(int number)
    {
        return {static_cast<std::uint64_t>(began + number * 1'000), 0};
    }

    boost::json::object get(const std::string& query)
    {
        const auto target = "/api/prices/btc-usd/history" + query;
        const auto answer = s.get(target);
        REQUIRE(answer.status == 200);
        return boost::json::parse(answer.body).as_object();
    }
    // "1 2 3 missing(3,5) more": its ticks by their prices, its gap by their numbers.
    static std::string text(const boost::json::object& page)
    {
        std::string all;
        const auto number = [](const boost::json::value& id) {
            const auto p = position::parse(std::string{id.as_string()});
            return std::to_string((static_cast<std::int64_t>(p->ms()) - began) / 1'000);
        };
        if (const auto* gap = page.if_contains("gap"))
            all += std::string{gap->at("reason").as_string()} + '(' + number(gap->at("from")) +
                   ',' + number(gap->at("to")) + ") ";
        for (const auto& t : page.at("ticks").as_array())
            all += std::to_string(t.at("price").to_number<int>()) + ' ';
        return all + (page.at("more").as_bool() ? "more" : "end");
    }
    std::string page(const std::string& query) { return text(get(query)); }
    // All pages, from the oldest tick on or from the newest back, with " | " between.
    std::string pages(bool is_forwards, int limit)
    {
        std::string all;
        const auto size = "&limit=" + std::to_string(limit);
        auto query = is_forwards ? "?after=0-0" + size : "?before=" + at(1'000).text() + size;
        for (int i = 0; i < 100; ++i) {
            const auto one = get(query);
            all += (all.empty() ? "" : " | ") + text(one);
            if (!one.at("more").as_bool())
                return all;
            const auto* const name = is_forwards ? "after" : "before";
            query = std::string{"?"} + name + '=' +
                    std::string{one.at("next").at(name).as_string()} + size;
        }
        return all + " | for ever";
    }

    fake_history past{};
    small_site s{{"BTC-USD"}, 3, web::static_files{}, &past};
};

}  // namespace

TEST_CASE("a history reads on in the archive where memory ends, from either end", "[web]")
{
    archived a{8};
    a.past.on_another_thread = GENERATE(false, true);
    CHECK(a.pages(true, 3) == "restarted(-1712525000,0) 1 2 3 more | 4 5 6 more | 7 8 end");
    CHECK(a.pages(true, 1'000) == "restarted(-1712525000,0) 1 2 3 4 5 6 7 8 end");
    CHECK(a.pages(true, 5) == "restarted(-1712525000,0) 1 2 3 4 5 more | 6 7 8 end");
    CHECK(a.pages(false, 3) == "6 7 8 more | 3 4 5 more | 1 2 end");
    CHECK(a.pages(false, 4) == "5 6 7 8 more | 1 2 3 4 end");
    CHECK(a.pages(false, 1'000) == "1 2 3 4 5 6 7 8 end");
    CHECK(a.page("?limit=4") == "5 6 7 8 more");
    CHECK(a.page("?since=1712525002&until=1712525004") == "2 3 4 end");
    CHECK(a.page("?until=1712525004&limit=2") == "3 4 more");
    // It looks as what comes from memory does.
    const auto both = a.get("?since=1712525005&limit=2").at("ticks").as_array();
    REQUIRE(both.size() == 2);
    CHECK(
        boost::json::serialize(both[0]) ==
        R"({"id":"1712525005000-0","timestamp":1712525005,"price":5,"source":"coingecko"})");
    CHECK(both[0].as_object().size() == both[1].as_object().size());
}

TEST_CASE("the archive is asked only for what memory does not hold", "[web]")
{
    archived a{8};
    CHECK(a.page("?limit=2") == "7 8 more");
    CHECK(a.page("?after=" + archived::at(5).text()) == "6 7 8 end");
    CHECK(a.page("?since=1712525006") == "6 7 8 end");
    CHECK_FALSE(a.past.asked_ticks);
    CHECK(a.page("?since=1712525005") == "5 6 7 8 end");
    REQUIRE(a.past.asked_ticks);
    CHECK(a.past.asked_ticks->until == archived::at(5));
}

TEST_CASE("a page of the archive ends at a hole, and the next one tells what it is", "[web]")
{
    archived a{10};
    a.lose(3, 5);
    CHECK(
        a.pages(true, 1'000) ==
        "restarted(-1712525000,0) 1 2 3 more | missing(3,5) 6 7 8 9 10 end");
    CHECK(a.pages(false, 1'000) == "6 7 8 9 10 more | missing(3,5) 1 2 3 end");
    CHECK(a.page("?before=" + archived::at(5).text()) == "missing(3,4) 1 2 3 end");
    // One that leads to the ticks of memory.
    a.lose(5, 7, gap_cause::damaged);
    CHECK(
        a.pages(true, 4) ==
        "restarted(-1712525000,0) 1 2 3 4 more | 5 more | damaged(5,7) 8 9 10 end");
    CHECK(a.pages(false, 4) == "8 9 10 more | damaged(5,7) 2 3 4 5 more | 1 end");
}

TEST_CASE("what the archive does not have yet is missing, as without an archive", "[web]")
{
    archived a{8};
    a.past.ticks_to = archived::at(3);
    CHECK(a.pages(true, 1'000) == "restarted(-1712525000,0) 1 2 3 more | evicted(3,5) 6 7 8 end");
    CHECK(a.pages(false, 1'000) == "6 7 8 more | evicted(3,5) 1 2 3 end");
}

TEST_CASE("an archive that is busy or fails says so, and memory goes on", "[web]")
{
    archived a{8};
    using boost::system::errc::make_error_code;
    a.past.failure = make_error_code(boost::system::errc::device_or_resource_busy);
    CHECK(a.s.get("/api/prices/btc-usd/history?after=0-0").status == 503);
    a.past.failure = make_error_code(boost::system::errc::io_error);
    CHECK(a.s.get("/api/prices/btc-usd/history?after=0-0").status == 500);
    CHECK(a.s.get("/api/prices/btc-usd/history?until=1712525003").status == 500);
    CHECK(a.page("") == "6 7 8 more");
    CHECK(a.page("?limit=3&since=1712525006") == "6 7 8 end");
}

TEST_CASE("an id that this server did not give begins with what memory holds", "[web]")
{
    archived a{8};
    const auto future = archived::at(999'000).text();
    CHECK(a.page("?after=" + future) == "restarted(0,5) 6 7 8 end");
    CHECK_FALSE(a.past.asked_ticks);
}

TEST_CASE("after a restart with an archive an unknown id is told so too", "[web]")
{
    fake_history past;
    small_site s{{"BTC-USD"}, 3, web::static_files{}, &past};
    const auto source = s.sources.intern("coingecko").value();
    const std::array ticks{
        tick{archived::at(5), symbol_id{0}, price::from(5).value(), source},
        tick{archived::at(6), symbol_id{0}, price::from(6).value(), source}};
    REQUIRE(s.prices.restore({ticks, archived::at(4), position{}}, {s.now, {}}));
    const auto target = "/api/prices/btc-usd/history?after=" + archived::at(999'000).text();
    const auto page = boost::json::parse(s.get(target).body).as_object();
    CHECK(archived::text(page) == "restarted(-1712525000,4) 5 6 end");
}
