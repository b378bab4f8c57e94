// Routes that wait for another thread, as their clients see them.
#include "plain_server.hpp"

#include "asio/no_throw.hpp"

#include <atomic>
#include <latch>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

std::string asking(std::string_view target, std::string_view method = "GET")
{
    return std::string{method} + " " + std::string{target} +
           " HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: t\r\n\r\n";
}

response text_response(std::string body)
{
    response r;
    r.content_type = "text/plain";
    r.body = std::move(body);
    return r;
}

std::string body_of(const std::string& answer)
{
    const auto end = answer.find("\r\n\r\n");
    return end == std::string::npos ? std::string{} : answer.substr(end + 4);
}

// What a route waits for: open() lets all that wait go on.
class gate {
public:
    void open()
    {
        if (!is_open_.test_and_set())
            opened_.count_down();
    }
    void pass() { opened_.wait(); }

private:
    std::atomic_flag is_open_;
    std::latch opened_{1};
};

// A server whose /slow is answered by another thread, when its gate is open, and /fast at once.
struct slow_server {
    explicit slow_server(const server_limits& limits = {}) : limits_{limits} {}
    ~slow_server() { released.open(); }

    static asio::awaitable<answer>
    slow(plain_server& on, gate& until, std::atomic<int>& cancelled, const request& r)
    {
        struct watch {
            std::atomic<int>& cancelled;
            bool is_done = false;
            ~watch() { cancelled += is_done ? 0 : 1; }
        } watching{cancelled};
        auto work = [&until] {
            until.pass();
            return std::string{"from another thread"};
        };
        const auto got = co_await on.jobs().run(std::move(work));
        watching.is_done = true;
        if (!got)
            co_return turned_away(refusal::max_waiting, 1s);
        co_return text_response(*got + " for " + std::string{r.target});
    }

    gate released;
    std::atomic<int> cancelled{0};
    const server_limits limits_;
    plain_server server{
        [this](router& to, plain_server& on) {
            to.add(route{.pattern = "/slow", .handle = [this, &on](const request& r) {
                             return slow(on, released, cancelled, r);
                         }});
            to.add("/fast", [](const request&) { return text_response("at once"); });
        },
        limits_};
};

}  // namespace

TEST_CASE("a route waits for another thread, and its lane serves others meanwhile", "[http]")
{
    slow_server s;
    peer waits{s.server};
    waits.send(asking("/slow?x=1"));
    CHECK(comes_true([&] { return s.server.waiting() == 1; }));
    peer other{s.server};
    CHECK(body_of(other.ask(asking("/fast"))) == "at once");
    s.released.open();
    CHECK(body_of(waits.read_answer()) == "from another thread for /slow?x=1");
    // The connection stays.
    CHECK(body_of(waits.ask(asking("/fast"))) == "at once");
    CHECK(s.server.waiting() == 0);
    CHECK(s.server.waits("answered") == 1);
    CHECK(s.cancelled == 0);
}

TEST_CASE("HEAD of a route that waits is the head of its answer", "[http]")
{
    slow_server s;
    s.released.open();
    peer p{s.server};
    p.send(asking("/slow", "HEAD"));
    const auto head = p.read_answer(true);
    CHECK(head.find("Content-Length: 29\r\n") != std::string::npos);
    CHECK(body_of(head).empty());
    CHECK(body_of(p.ask(asking("/fast"))) == "at once");
}

TEST_CASE("a handler that is not done in time is a 504, and its connection stays", "[http]")
{
    slow_server s{{.wait = 20ms}};
    peer p{s.server};
    const auto told = p.ask(asking("/slow"));
    CHECK(status_of(told) == 504);
    CHECK(
        body_of(told) ==
        "{\"type\":\"urn:tickertape:problem:slow-answer\",\"title\":\"Gateway Timeout\","
        "\"status\":504,\"detail\":\"the answer took longer than it may\"}\n");
    CHECK(s.cancelled == 1);
    CHECK(s.server.refused("slow_handler") == 1);
    CHECK(s.server.waits("late") == 1);
    CHECK(body_of(p.ask(asking("/fast"))) == "at once");
}

TEST_CASE("a route may have a time of its own", "[http]")
{
    std::atomic<int> cancelled{0};
    gate never;
    plain_server s{[&](router& to, plain_server& on) {
        to.add(route{
            .pattern = "/brief",
            .handle = [&](const request& r) { return slow_server::slow(on, never, cancelled, r); },
            .wait_max = 10ms});
    }};
    peer p{s};
    CHECK(status_of(p.ask(asking("/brief"))) == 504);
    never.open();
}

TEST_CASE("no more requests wait than may", "[http]")
{
    slow_server s{{.busy = 4'000ms, .requests_waiting = 2}};
    peer first{s.server};
    peer second{s.server};
    first.send(asking("/slow"));
    second.send(asking("/slow"));
    CHECK(comes_true([&] { return s.server.waiting() == 2; }));
    peer third{s.server};
    const auto told = third.ask(asking("/slow"));
    CHECK(status_of(told) == 503);
    CHECK(told.find("Retry-After: ") != std::string::npos);
    CHECK(told.find("as many requests wait for their answers here as may") != std::string::npos);
    CHECK(s.server.refused("max_waiting") == 1);
    CHECK(body_of(third.ask(asking("/fast"))) == "at once");
    s.released.open();
    CHECK(status_of(first.read_answer()) == 200);
    CHECK(status_of(second.read_answer()) == 200);
    CHECK(status_of(third.ask(asking("/slow"))) == 200);
}

TEST_CASE("a job of a client that is gone counts until it has run", "[http]")
{
    slow_server s{{.wait = 5ms}};
    peer p{s.server};
    for (std::size_t i = 0; i < plain_server::jobs_max; ++i)
        CHECK(status_of(p.ask(asking("/slow"))) == 504);
    CHECK(s.server.jobs().jobs() == plain_server::jobs_max);
    CHECK(status_of(p.ask(asking("/slow"))) == 503);
    CHECK(s.server.jobs().refused() == 1);
    CHECK(s.server.figure("tickertape_jobs_waiting{queue=\"test\"}") == plain_server::jobs_max);
    CHECK(s.server.figure("tickertape_jobs_refused_total{queue=\"test\"}") == 1);
    s.released.open();
    CHECK(comes_true([&] { return s.server.jobs().jobs() == 0; }));
}

TEST_CASE("a client that leaves ends the wait of its handler", "[http]")
{
    slow_server s;
    {
        peer p{s.server};
        p.send(asking("/slow"));
        CHECK(comes_true([&] { return s.server.waiting() == 1; }));
    }
    CHECK(comes_true([&] { return s.cancelled == 1; }));
    CHECK(comes_true([&] { return s.server.connections().connections == 0; }));
    CHECK(s.server.waits("left") == 1);
    CHECK(s.server.waiting() == 0);
    CHECK(s.server.requests("/slow", "499") == 1);
}

TEST_CASE("requests behind one that waits are answered after it, in order", "[http]")
{
    slow_server s;
    peer p{s.server};
    p.send(asking("/slow?1"));
    CHECK(comes_true([&] { return s.server.waiting() == 1; }));
    p.send(asking("/fast") + asking("/slow?2") + asking("/fast").substr(0, 20));
    p.send(asking("/fast").substr(20));
    s.released.open();
    CHECK(body_of(p.read_answer()) == "from another thread for /slow?1");
    CHECK(body_of(p.read_answer()) == "at once");
    CHECK(body_of(p.read_answer()) == "from another thread for /slow?2");
    CHECK(body_of(p.read_answer()) == "at once");
}

TEST_CASE("many requests that wait at once each get their own answer", "[http]")
{
    plain_server s{[](router& to, plain_server& on) {
        to.add(route{
            .pattern = "/echo/{}", .handle = [&on](const request& r) -> asio::awaitable<answer> {
                auto work = [name = r.captured[0]] { return name + name; };
                const auto got = co_await on.jobs().run(std::move(work));
                co_return got ? text_response(*got) : turned_away(refusal::max_waiting, 1s);
            }});
    }};
    std::vector<std::thread> crowd;
    std::atomic<int> wrong{0};
    for (int n = 0; n < 4; ++n)
        crowd.emplace_back([&s, &wrong, n] {
            peer p{s.port()};
            for (int i = 0; i < 50; ++i) {
                const auto name = "n" + std::to_string(100 * n + i);
                const auto told = p.ask(asking("/echo/" + name));
                wrong += status_of(told) == 200 && body_of(told) == name + name ? 0 : 1;
            }
        });
    for (auto& t : crowd)
        t.join();
    CHECK(wrong == 0);
}

TEST_CASE("what a handler throws while it waits is a 500", "[http]")
{
    plain_server s{[](router& to, plain_server& on) {
        to.add(
            route{.pattern = "/throws", .handle = [&on](const request&) -> asio::awaitable<answer> {
                      auto work = []() -> int { throw std::bad_alloc{}; };
                      const auto got = co_await on.jobs().run(std::move(work));
                      co_return text_response(std::to_string(*got));
                  }});
    }};
    peer p{s};
    CHECK(status_of(p.ask(asking("/throws"))) == 500);
    CHECK(p.read_to_end().empty());
    CHECK(s.waits("failed") == 1);
}

TEST_CASE("what a waiting handler throws before it waits is a 500", "[http]")
{
    plain_server s{[](router& to, plain_server&) {
        to.add(route{.pattern = "/throws", .handle = [](const request&) -> asio::awaitable<answer> {
                         throw std::bad_alloc{};
                     }});
    }};
    peer p{s};
    CHECK(status_of(p.ask(asking("/throws"))) == 500);
    CHECK(p.read_to_end().empty());
    CHECK(s.waits("failed") == 1);
    CHECK(s.waiting() == 0);
}

TEST_CASE("a server that stops lets a handler finish within its grace", "[http]")
{
    slow_server s;
    peer p{s.server};
    p.send(asking("/slow"));
    CHECK(comes_true([&] { return s.server.waiting() == 1; }));
    s.server.begin_stop();
    s.released.open();
    const auto told = p.read_answer();
    CHECK(status_of(told) == 200);
    CHECK(told.find("Connection: close\r\n") != std::string::npos);
    CHECK(s.server.stop());
}

TEST_CASE("a server that stops ends a handler that takes longer, with a 503", "[http]")
{
    slow_server s{{.wait_at_stop = 10ms}};
    peer p{s.server};
    p.send(asking("/slow"));
    CHECK(comes_true([&] { return s.server.waiting() == 1; }));
    s.server.begin_stop();
    const auto told = p.read_answer();
    CHECK(status_of(told) == 503);
    CHECK(told.find("Retry-After: 1\r\n") != std::string::npos);
    CHECK(told.find("urn:tickertape:problem:draining") != std::string::npos);
    CHECK(s.server.refused("draining") == 1);
    CHECK(s.cancelled == 1);
    CHECK(s.server.stop());
}

TEST_CASE("a server that is abandoned ends all waits at once", "[http]")
{
    slow_server s;
    peer reads_ahead{s.server};
    reads_ahead.send(asking("/slow"));
    peer has_sent_more{s.server};
    has_sent_more.send(asking("/slow") + asking("/fast"));
    CHECK(comes_true([&] { return s.server.waiting() == 2; }));
    s.server.begin_stop();
    s.server.front().abandon();
    CHECK(s.server.stop());
    CHECK(s.cancelled == 2);
}

TEST_CASE("a route that has waited may take the connection over", "[http]")
{
    plain_server s{[](router& to, plain_server& on) {
        to.add(route{
            .pattern = "/upgrade", .handle = [&on](const request& r) -> asio::awaitable<answer> {
                auto work = [name = std::string{r.target}] { return name; };
                const auto got = co_await on.jobs().run(std::move(work));
                takeover granted;
                granted.head.content_type = "text/plain";
                granted.to = [text = *got](taken_connection c) {
                    const auto [fd, writer] = c.socket.release();
                    const auto said = c.head + text + " on lane " + std::to_string(c.lane);
                    // As a lane does: in one go, because the kernel has room for it.
                    [[maybe_unused]] const auto sent =
                        ::send(fd, said.data(), said.size(), MSG_NOSIGNAL);
                    ::close(fd);
                };
                co_return granted;
            }});
    }};
    peer p{s};
    p.send("GET /upgrade HTTP/1.1\r\nHost: a\r\nX-Request-Id: t\r\nConnection: close\r\n\r\n");
    CHECK(
        p.read_to_end() == answered(
                               "200 OK",
                               "Content-Type: text/plain\r\nAccess-Control-Allow-Origin: *\r\n"
                               "Access-Control-Expose-Headers: X-Request-Id, Retry-After\r\n",
                               "close", "/upgrade on lane 0"));
    CHECK(comes_true([&] { return s.connections().connections == 0; }));
}
