// What the routes say while the clock is set, and of an era of positions that is over.
#include "small_site.hpp"
#include "support/catch.hpp"
#include "web/stream_request.hpp"

#include <boost/json/parse.hpp>

#include <atomic>
#include <thread>

using namespace tickertape;
using namespace tickertape::hub;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t hour = 3'600'000;
constexpr std::int64_t began = 1712525000000;  // when a small_site starts

wall_time at_ms(std::int64_t ms)
{
    return wall_time{std::chrono::milliseconds{ms}};
}

// A clock that was ahead for a tick, and set right: the tick is dated anew.
tick tick_of_an_era_before(small_site& s, std::int64_t ahead)
{
    const auto given = s.publish(began + ahead, 2);
    auto again = given;
    again.at = position::at(at_ms(began + 2'000));
    s.prices.restart_at(at_ms(began + 2'000), {&again, 1});
    return given;
}

stream_cursor cursor_of(const small_site& s, const request& r)
{
    return std::get<stream_grant>(read_stream_request(r, s.prices)).cursor;
}

}  // namespace

TEST_CASE("an id of an era before is unknown, also when real time has passed it", "[web]")
{
    small_site s;
    const auto id = tick_of_an_era_before(s, 2 * hour).at.text();
    s.publish(began + hour, 3);
    const auto known = s.publish(began + hour + 60'000, 4).at;
    s.publish(began + 3 * hour, 5);
    s.now = at_ms(began + 3 * hour);

    auto r = s.asked("/prices/stream");
    set_header(r, "Last-Event-ID", id);
    CHECK(cursor_of(s, r) == stream_cursor::unknown(s.prices.epoch()));
    const auto history = s.get("/api/prices/btc-usd/history?after=" + id).body;
    CHECK(history.find("\"price\":3,") != std::string::npos);
    CHECK(history.find("\"reason\":\"restarted\"") != std::string::npos);
    // One of this era is known at the same time.
    const auto ours = known.text();
    set_header(r, "Last-Event-ID", ours);
    CHECK(cursor_of(s, r) == stream_cursor::after(known));
}

TEST_CASE("the time of a tick of an era before is accepted, and everything is new to it", "[web]")
{
    small_site s;
    const auto given = tick_of_an_era_before(s, 24 * hour);
    s.now = at_ms(began + 3'000);
    const auto since = std::to_string(given.at.ms() / 1'000);
    CHECK(cursor_of(s, s.asked("/prices/stream?since=" + since)).at < s.prices.epoch());
    for (const auto* bound : {"since", "until"}) {
        const auto r = s.get("/api/prices/btc-usd/history?" + std::string{bound} + "=" + since);
        CHECK(r.status == 200);
        CHECK(r.body.find("\"price\":2,") != std::string::npos);
    }
    // What nobody has given out is as far in the future as before.
    const auto beyond = std::to_string(given.at.ms() / 1'000 + 1);
    CHECK(s.get("/prices/stream?since=" + beyond).status == 400);
}

TEST_CASE("a wrong reading of the clock makes no id or time known that is not", "[web]")
{
    small_site s;
    s.publish(began + 1'000, 1);
    s.prices.note_time(at_ms(began + 2'000));
    s.now = at_ms(began + 2'000 + hour);
    auto r = s.asked("/prices/stream");
    const auto id = position{began + 62'000, 0}.text();
    set_header(r, "Last-Event-ID", id);
    CHECK(cursor_of(s, r) == stream_cursor::unknown(s.prices.epoch()));
    CHECK(s.get("/prices/stream?since=" + std::to_string((began + hour) / 1'000)).status == 400);
}

TEST_CASE("there is a price while an era begins, and readiness", "[web]")
{
    std::vector<std::string> names;
    for (int i = 0; i < 200; ++i)
        names.push_back("S" + std::to_string(i) + "-USD");
    small_site s{names};
    s.now = at_ms(began + 2'000);
    std::vector<tick> newest;
    for (const auto id : s.symbols.all())
        newest.push_back(s.publish(began + 1'000, 7, s.symbols.name(id)));
    std::atomic<bool> over{false};
    std::atomic<int> missing{0};
    std::thread reader{[&] {
        while (!over) {
            for (const auto* path : {"/api/prices/s0-usd", "/crypto-price", "/readyz"})
                if (s.get(path).status != 200)
                    ++missing;
            if (s.get("/api/prices").body.find("null") != std::string::npos)
                ++missing;
        }
    }};
    for (int i = 0; i < 300; ++i) {
        for (auto& t : newest)
            t.at = t.at.next();
        s.prices.restart(newest.back().at, newest);
        std::this_thread::yield();
    }
    over = true;
    reader.join();
    CHECK(missing == 0);
}

TEST_CASE("no price is told younger than it is while the next one comes", "[web]")
{
    small_site s;
    const auto btc = s.symbols.find("BTC-USD").value();
    const auto source = s.sources.intern("coingecko").value();
    // The price is the number of milliseconds at which it was observed.
    s.publish(began, static_cast<double>(began));
    std::atomic<bool> over{false};
    std::atomic<int> young{0};
    std::atomic<int> asked{0};
    std::thread reader{[&] {
        auto r = s.asked("/api/prices/btc-usd");
        constexpr std::int64_t now = began + 100'000'000;
        r.boot_now = boot_time{std::chrono::milliseconds{now}};
        while (!over) {
            const auto told = boost::json::parse(s.answer_to(r).body).as_object();
            const auto observed = now - told.at("age_seconds").to_number<double>() * 1'000;
            if (observed > told.at("price").to_number<double>() + 0.5)
                ++young;
            ++asked;
        }
    }};
    for (std::int64_t ms = began + 1; asked < 2'000; ++ms)
        s.prices.publish({btc, *price::from(static_cast<double>(ms)), source}, at_ms(ms));
    over = true;
    reader.join();
    CHECK(young == 0);
}
