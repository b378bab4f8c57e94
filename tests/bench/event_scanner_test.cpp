#include "support/catch.hpp"
#include "tickertape-bench/event_scanner.hpp"

#include <vector>

using namespace tickertape::bench;

namespace {

struct event {
    event_name name;
    std::uint64_t us_of_day;
    friend bool operator==(const event&, const event&) = default;
};

constexpr std::uint64_t no_time = stamp::unreadable >> stamp::counter_bits;

std::vector<event>
events_in(std::string_view stream, std::size_t step, stamp_kind by = stamp_kind::price)
{
    event_scanner scanner;
    std::vector<event> all;
    for (; !stream.empty(); stream.remove_prefix(std::min(step, stream.size())))
        REQUIRE(scanner.feed(
            stream.substr(0, step), by, [&](event_name name, stamp s, std::string_view) {
                all.push_back({name, s.us_of_day()});
            }));
    return all;
}

constexpr std::string_view stream = R"(retry: 1234

id: 1712525476123-0
data: {"timestamp":1712525476,"price":43200.25,"symbol":"BTC-USD","source":"pipe"}

: a comment

event: gap
data: {"from":"1-0","to":"2-0","reason":"lapped"}

event: heartbeat
data: {"timestamp":1}

id: 1712525476123-1
data:{"price":"0.000001"}

event: of somebody else
data: {"price":1}

event: nothing is told

)";

}  // namespace

TEST_CASE("The events of a stream are found, however it is cut", "[bench]")
{
    const std::vector<event> expected{
        {event_name::tick, 43'200'250'000},
        {event_name::gap, no_time},
        {event_name::heartbeat, no_time},
        {event_name::tick, 1},
        {event_name::other, no_time}};
    std::string with_cr;
    for (const char c : stream)
        with_cr += c == '\n' ? std::string{"\r\n"} : std::string{c};
    for (std::size_t step = 1; step <= with_cr.size(); ++step) {
        CAPTURE(step);
        CHECK(events_in(stream, step) == expected);
        CHECK(events_in(with_cr, step) == expected);
    }
}

TEST_CASE("An id tells when a tick was published, and ticks of one millisecond apart", "[bench]")
{
    constexpr std::uint64_t ms = 1712525476123;
    event_scanner scanner;
    std::vector<std::uint64_t> keys;
    scanner.feed(stream, stamp_kind::id, [&](event_name name, stamp s, std::string_view) {
        if (name == event_name::tick)
            keys.push_back(s.key);
    });

    const auto expected = ms % 86'400'000 * 1'000 << stamp::counter_bits;
    CHECK(keys == std::vector<std::uint64_t>{expected, expected + 1});
}

TEST_CASE("A price that is no time of day is unreadable", "[bench]")
{
    CHECK(us_of_price("86399.999999}") == 86'399'999'999);
    CHECK(us_of_price("12,") == 12'000'000);
    CHECK(us_of_price("0.1234567") == 123'456);
    CHECK(us_of_price("123456.5") == stamp::unreadable);
    CHECK(us_of_price("") == stamp::unreadable);
    CHECK(us_of_price("null") == stamp::unreadable);
    CHECK(us_of_price("-1") == stamp::unreadable);
}

TEST_CASE("The data of a tick that arrives whole is shown", "[bench]")
{
    event_scanner scanner;
    std::string shown;
    const auto take = [&](event_name, stamp, std::string_view data) { shown = data; };

    scanner.feed("data: {\"price\":1}\n\n", stamp_kind::price, take);
    CHECK(shown == "{\"price\":1}");
    scanner.feed("data: {\"price\":", stamp_kind::price, take);
    scanner.feed("2}\n\n", stamp_kind::price, take);
    CHECK(shown.empty());
}

TEST_CASE("A line without end is given up", "[bench]")
{
    event_scanner scanner;
    const auto take = [](event_name, stamp, std::string_view) {};
    const std::string piece(event_scanner::line_bytes_max, 'x');

    CHECK(scanner.feed(piece, stamp_kind::price, take));
    CHECK_FALSE(scanner.feed("x", stamp_kind::price, take));
}
