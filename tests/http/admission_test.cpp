#include "http/admission.hpp"

#include "support/catch.hpp"

#include <thread>
#include <vector>

using namespace tickertape;
using namespace tickertape::http;
using namespace std::chrono_literals;

namespace {

constexpr client_key anna{.bits = 1, .is_v4 = true};
constexpr client_key bert{.bits = 2, .is_v4 = true};
constexpr steady_time start{1h};

}  // namespace

TEST_CASE("there is a permit for as many connections as there may be", "[http]")
{
    admission doors{{.connections = 2}};
    auto first = doors.enter(anna);
    auto second = doors.enter(std::nullopt);
    CHECK((first.permit && second.permit));
    auto third = doors.enter(bert);
    CHECK_FALSE(third.permit);
    CHECK(third.refused == refusal::max_connections);
    CHECK(doors.now().connections == 2);

    first.permit.reset();
    CHECK(doors.now().connections == 1);
    CHECK(doors.enter(bert).permit);
    CHECK(doors.now().connections == 1);
}

TEST_CASE("the reserve is bounded, and takes no permit of the others", "[http]")
{
    admission doors{{.connections = 1, .reserve = 2}};
    const auto inside = doors.enter(anna);
    auto first = doors.enter_reserve();
    const auto second = doors.enter_reserve();
    CHECK((first && second));
    CHECK_FALSE(doors.enter_reserve());
    CHECK(doors.now().reserve == 2);
    CHECK(doors.now().connections == 1);
    first.reset();
    CHECK(doors.enter_reserve());
}

TEST_CASE("a client has its share of connections and no more", "[http]")
{
    admission doors{{.connections_per_client = 2}};
    auto first = doors.enter(anna);
    const auto second = doors.enter(anna);
    CHECK(doors.enter(anna).refused == refusal::max_connections_per_ip);
    CHECK(doors.enter(bert).permit);
    first.permit.reset();
    CHECK(doors.enter(anna).permit);
}

TEST_CASE("without a limit for each, one client may have every connection", "[http]")
{
    admission doors{{.connections = 100}};
    std::vector<lease> held;
    for (int i = 0; i < 100; ++i)
        held.push_back(doors.enter(anna).permit);
    CHECK(held.back());
    CHECK(doors.now().connections == 100);
    CHECK(doors.now().clients == 0);
}

TEST_CASE("a permit changes hands without being given back", "[http]")
{
    admission doors{{.connections_per_client = 1}};
    auto permit = doors.enter(std::nullopt).permit;
    CHECK(doors.assign(permit, anna));
    CHECK(doors.assign(permit, anna));
    CHECK(doors.enter(anna).refused == refusal::max_connections_per_ip);

    CHECK(doors.assign(permit, bert));
    CHECK(doors.enter(anna).permit);
    CHECK(doors.enter(bert).refused == refusal::max_connections_per_ip);

    CHECK(doors.assign(permit, std::nullopt));
    CHECK(doors.now().clients == 0);
    CHECK(doors.now().connections == 1);
    permit.reset();
    CHECK(doors.now().connections == 0);
}

TEST_CASE("a permit stays whose it was where the other client has its share", "[http]")
{
    admission doors{{.connections_per_client = 1}};
    auto of_anna = doors.enter(anna).permit;
    const auto of_bert = doors.enter(bert).permit;
    CHECK_FALSE(doors.assign(of_anna, bert));
    CHECK(doors.enter(anna).refused == refusal::max_connections_per_ip);
    of_anna.reset();
    CHECK(doors.enter(anna).permit);
}

TEST_CASE("a client may ask two seconds' worth at once, and then at its rate", "[http]")
{
    admission doors{{.requests_per_second_per_client = 10}};
    for (int i = 0; i < 20; ++i)
        CHECK(doors.ask(anna, start) == 0ns);
    CHECK(doors.ask(anna, start) == 100ms);
    CHECK(doors.ask(anna, start + 99ms) == 1ms);
    CHECK(doors.ask(anna, start + 100ms) == 0ns);
    CHECK(doors.ask(anna, start + 100ms) == 100ms);
    CHECK(doors.ask(bert, start) == 0ns);
}

TEST_CASE("however it is asked, nobody gets more than the burst and the rate", "[http]")
{
    admission doors{{.requests_per_second_per_client = 7}};
    int answered = 0;
    for (auto at = start; at < start + 60s; at += 3ms)
        answered += doors.ask(anna, at) == 0ns ? 1 : 0;
    CHECK(answered <= 14 + 7 * 60);
    CHECK(answered >= 14 + 7 * 60 - 1);
}

TEST_CASE("less than one request in two seconds is one at a time", "[http]")
{
    admission doors{{.requests_per_second_per_client = 0.1}};
    CHECK(doors.ask(anna, start) == 0ns);
    CHECK(doors.ask(anna, start) == 10s);
    CHECK(doors.ask(anna, start + 10s) == 0ns);
}

TEST_CASE("a client is remembered while it is connected or its bucket fills", "[http]")
{
    admission doors{{.connections_per_client = 5, .requests_per_second_per_client = 1}};
    auto permit = doors.enter(anna).permit;
    CHECK(doors.now().clients == 1);
    doors.ask(anna, start);
    permit.reset();
    CHECK(doors.now().clients == 1);
    // Its bucket is full by now, and the next who asks finds that out.
    doors.ask(bert, start + 1s);
    CHECK(doors.now().clients == 1);
    doors.ask(anna, start + 2s);
    CHECK(doors.now().clients == 1);
}

TEST_CASE("a bucket that is full goes, and its client's connections stay", "[http]")
{
    admission doors{{.connections_per_client = 1, .requests_per_second_per_client = 1}};
    const auto permit = doors.enter(anna).permit;
    doors.ask(anna, start);
    doors.ask(bert, start + 5s);
    CHECK(doors.now().clients == 2);
    CHECK(doors.enter(anna).refused == refusal::max_connections_per_ip);
}

TEST_CASE("more clients than can be remembered are forgotten, the least busy first", "[http]")
{
    admission doors{{.requests_per_second_per_client = 1, .remembered = 3}};
    CHECK(doors.ask(anna, start) == 0ns);
    CHECK(doors.ask(anna, start) == 0ns);
    CHECK(doors.ask(anna, start) > 0ns);
    for (std::uint64_t i = 0; i < 1'000; ++i)
        CHECK(doors.ask({.bits = i, .is_v4 = false}, start) == 0ns);
    CHECK(doors.now().clients == 3);
    CHECK(doors.now().forgotten == 998);
    CHECK(doors.ask(anna, start) > 0ns);
}

TEST_CASE("permits are counted right on many threads at once", "[http]")
{
    admission doors{
        {.connections = 50, .connections_per_client = 20, .requests_per_second_per_client = 1e6}};
    std::vector<std::thread> crowd;
    for (std::uint64_t n = 0; n < 4; ++n)
        crowd.emplace_back([&doors, n] {
            const client_key mine{.bits = n % 2, .is_v4 = true};
            const client_key other{.bits = 7, .is_v4 = true};
            std::vector<lease> held;
            for (int i = 0; i < 2'000; ++i) {
                if (auto got = doors.enter(mine); got.permit)
                    held.push_back(std::move(got.permit));
                if (!held.empty() && i % 3 == 0)
                    doors.assign(held.back(), other);
                doors.ask(mine, start + std::chrono::microseconds{i});
                if (held.size() > 10)
                    held.clear();
            }
        });
    for (auto& t : crowd)
        t.join();
    CHECK(doors.now().connections == 0);
    doors.ask(anna, start + 1h);
    CHECK(doors.now().clients == 1);
}

TEST_CASE(
    "without a number there are as many permits as descriptors, less what else needs them",
    "[http]")
{
    const auto permits = [](std::size_t descriptors, std::size_t wanted = 0) {
        admission_limits l;
        set_connections(l, descriptors, 128, wanted);
        return std::pair{l.connections, l.reserve};
    };
    CHECK(permits(20'000) == std::pair<std::size_t, std::size_t>{19'251, 601});
    CHECK(permits(1'024) == std::pair<std::size_t, std::size_t>{832, 64});
    CHECK(permits(1'048'576) == std::pair<std::size_t, std::size_t>{100'000, 2'048});
    CHECK(permits(64) == std::pair<std::size_t, std::size_t>{64, 64});
    CHECK(permits(20'000, 5) == std::pair<std::size_t, std::size_t>{5, 64});
    CHECK(permits(20'000, 500'000) == std::pair<std::size_t, std::size_t>{500'000, 2'048});
}
