#include "relay/upstream.hpp"

#include "net/tls_trust.hpp"
#include "relay/recorded_history.hpp"
#include "relay/upstream_address.hpp"
#include "sse/event.hpp"
#include "support/catch.hpp"
#include "support/fake_http_server.hpp"
#include "support/stringify.hpp"
#include "telemetry/log.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#include <deque>
#include <string>
#include <vector>

using namespace tickertape;
using namespace tickertape::relay;
using namespace tickertape::testing;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using lines = std::vector<std::string>;

namespace {

const std::string stream_head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
const std::string not_found = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

std::string tick_at(std::uint64_t ms, const std::string& source = "pipe")
{
    std::string out;
    sse::append_tick(out, {ms, 0}, *price::from(static_cast<double>(ms)), "BTC-USD", source);
    return out;
}
std::string moving(std::chrono::milliseconds wait)
{
    std::string out;
    sse::append_moving(out, wait);
    return out;
}

// The wall clock stands at a time of the test's; the others go on.
struct set_clock final : clock {
    wall_time wall_now() const noexcept override { return now; }
    steady_time steady_now() const noexcept override { return std::chrono::steady_clock::now(); }

    wall_time now{1'000ms};
};

constexpr upstream_limits quick()
{
    upstream_limits limits;
    limits.again = {1ms, 2ms};
    limits.wrong_kind_wait = 1ms;
    limits.stream.silence_max = 100ms;
    return limits;
}

// A server that answers the questions for its stream one after another, the last one ever again.
struct rig {
    explicit rig(
        std::deque<reply> answers, const std::string& kind = "",
        const upstream_limits& limits = quick(), std::string cluster = not_found)
        : streams{std::move(answers)}, cluster_answer{std::move(cluster)},
          server{io, std::nullopt, [this](const std::string& request) { return answer(request); }},
          trust{net::make_tls_context("")},
          from{
              *parse_upstream("http://localhost:" + server.port() + "/a/prices/stream"), limits,
              upstream::parts{
                  asio::make_strand(io), trust, history, symbols, time, log, [] { return 0.5; },
                  [this] {
                      ++times_asked;
                      return has_room;
                  },
                  loopback},
              position{10, 0}, kind}
    {
    }
    ~rig()
    {
        stop.emit(asio::cancellation_type::terminal);
        server.stop();
        io.restart();
        io.run_for(2s);
    }
    static result<net::endpoints> loopback(std::string, std::string port)
    {
        return net::endpoints{
            {asio::ip::address_v4::loopback(), static_cast<asio::ip::port_type>(std::stoi(port))}};
    }
    reply answer(const std::string& request)
    {
        if (request.starts_with("GET /a/api/cluster "))
            return {cluster_answer, afterwards::close};
        requests.push_back(request);
        auto next = streams.front();
        if (streams.size() > 1)
            streams.pop_front();
        return next;
    }
    void start()
    {
        asio::co_spawn(
            io, from.run(), asio::bind_cancellation_slot(stop.slot(), [](std::exception_ptr e) {
                CHECK_FALSE(e);
            }));
    }
    // Runs until that holds.
    template <class Condition>
    void run_until(Condition holds)
    {
        if (!is_started) {
            start();
            is_started = true;
        }
        const auto until = std::chrono::steady_clock::now() + 30s;
        io.restart();
        while (!holds() && std::chrono::steady_clock::now() < until)
            io.run_one_for(1s);
        REQUIRE(holds());
    }
    // The ids that the streams were asked to go on after.
    lines asked_after() const
    {
        lines ids;
        for (const auto& request : requests) {
            const std::string name = "\r\nLast-Event-ID: ";
            const auto at = request.find(name) + name.size();
            ids.push_back(request.substr(at, request.find('\r', at) - at));
        }
        return ids;
    }

    asio::io_context io{1};
    std::deque<reply> streams;
    std::string cluster_answer;
    std::vector<std::string> requests;
    fake_http_server server;
    asio::ssl::context trust;
    const symbol_table symbols = [] {
        const std::vector<std::string> names{"BTC-USD"};
        return *symbol_table::from(names);
    }();
    recorded_history history{symbols};
    set_clock time;
    telemetry::logger log{telemetry::log_level::error, telemetry::log_format::text};
    upstream from;
    asio::cancellation_signal stop;
    bool is_started = false;
    bool has_room = true;
    int times_asked = 0;
};

}  // namespace

TEST_CASE("The address of an upstream ends in the path of its stream", "[relay]")
{
    const auto base = parse_upstream("https://prices.example:8443/eu/prices/stream");
    REQUIRE(base);
    CHECK(base->host_header == "prices.example:8443");
    CHECK(base->prefix == "/eu");
    CHECK(parse_upstream("http://h/prices/stream")->prefix.empty());
    CHECK(parse_upstream("https://h/").error() == relay_errc::address_path);
    CHECK(parse_upstream("https://h/prices/streams").error() == relay_errc::address_path);
    CHECK_FALSE(parse_upstream("https://h/prices/stream?symbols=*"));
    CHECK_FALSE(parse_upstream("https://user:secret@h/prices/stream"));
    CHECK_FALSE(parse_upstream("redis://h"));
}

TEST_CASE("An upstream is asked for every tick of all symbols after our own top", "[relay]")
{
    rig r{{{stream_head + "retry: 2000\n\n" + tick_at(11) + tick_at(12), afterwards::hang}}};

    r.run_until([&] { return r.history.lines.size() == 2; });

    CHECK(r.history.lines == lines{"11-0 BTC-USD 11 pipe", "12-0 BTC-USD 12 pipe"});
    CHECK(r.requests.at(0).starts_with("GET /a/prices/stream?symbols=* HTTP/1.1\r\n"));
    CHECK(r.requests.at(0).find("\r\nAccept: text/event-stream\r\n") != std::string::npos);
    CHECK(r.asked_after() == lines{"10-0"});
    const auto now = r.from.report();
    CHECK(now.is_connected);
    CHECK(now.top == position{12, 0});
}

TEST_CASE("A connection that breaks in the middle of an event loses and doubles nothing", "[relay]")
{
    const auto cut = tick_at(13).substr(0, 30);
    rig r{
        {{stream_head + tick_at(11) + tick_at(12) + cut, afterwards::close},
         {stream_head + tick_at(12) + tick_at(13), afterwards::close},
         {stream_head + tick_at(14), afterwards::hang}}};

    r.run_until([&] { return r.history.lines.size() == 4; });

    CHECK(
        r.history.lines == lines{
                               "11-0 BTC-USD 11 pipe", "12-0 BTC-USD 12 pipe",
                               "13-0 BTC-USD 13 pipe", "14-0 BTC-USD 14 pipe"});
    CHECK(r.asked_after() == lines{"10-0", "12-0", "13-0"});
    CHECK(r.from.connections() == 3);
    CHECK(r.from.failures() == 2);
}

TEST_CASE("A gap is passed on, and resumed behind", "[relay]")
{
    std::string gap;
    sse::append_gap(gap, {{10, 0}, {20, 0}, sse::gap_reason::restarted});
    rig r{{{stream_head + gap, afterwards::close}, {stream_head + tick_at(21), afterwards::hang}}};

    r.run_until([&] { return r.history.lines.size() == 2; });

    CHECK(r.history.lines == lines{"gap 10-0 20-0 restarted", "21-0 BTC-USD 21 pipe"});
    CHECK(r.asked_after() == lines{"10-0", "20-0"});
}

TEST_CASE("An upstream that moves is asked again when it says, which is no failure", "[relay]")
{
    auto limits = quick();
    limits.again = {1h, 1h};  // that of failures
    rig r{
        {{stream_head + tick_at(11) + moving(1ms), afterwards::hang},
         {stream_head + tick_at(12), afterwards::hang}},
        "",
        limits};

    r.run_until([&] { return r.history.lines.size() == 2; });

    CHECK(r.asked_after() == lines{"10-0", "11-0"});
    CHECK(r.from.failures() == 0);
}

TEST_CASE("An upstream that is busy, or refuses for a time, is asked again then", "[relay]")
{
    auto limits = quick();
    limits.again = {1ms, 1h};
    std::string busy;
    sse::append_busy(busy, 1ms);
    rig r{
        {{stream_head + busy, afterwards::close},
         {"HTTP/1.1 503 No\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n", afterwards::close},
         {stream_head + tick_at(11), afterwards::hang}},
        "",
        limits};

    r.run_until([&] { return r.history.lines.size() == 1; });

    CHECK(r.requests.size() == 3);
    CHECK(r.from.failures() == 2);
}

TEST_CASE("Nothing is read while the taker has no room", "[relay]")
{
    rig r{{{stream_head + tick_at(11), afterwards::hang}}};
    r.has_room = false;

    r.run_until([&] { return r.times_asked > 3; });
    CHECK(r.history.lines.empty());
    r.has_room = true;
    r.run_until([&] { return r.history.lines.size() == 1; });
}

TEST_CASE("A silent connection is given up after two heartbeats", "[relay]")
{
    auto limits = quick();
    limits.settled = 10ms;
    rig r{
        {{"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nHeartbeat-Ms: 20\r\n\r\n" +
              tick_at(11),
          afterwards::hang},
         {stream_head + tick_at(12), afterwards::hang}},
        "",
        limits};

    r.run_until([&] { return r.history.lines.size() == 2; });

    CHECK(r.asked_after() == lines{"10-0", "11-0"});
}

TEST_CASE("What is not an event stream is not read", "[relay]")
{
    rig r{
        {{"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + tick_at(11), afterwards::close},
         {"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n\r\n", afterwards::close},
         {"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\n\r\n",
          afterwards::close},
         {stream_head + std::string(200'000, 'x'), afterwards::close},
         {stream_head + "id: nonsense\ndata: {}\n\n" + tick_at(11), afterwards::close},
         {stream_head + tick_at(12), afterwards::hang}}};

    r.run_until([&] { return !r.history.lines.empty(); });

    CHECK(r.history.lines == lines{"12-0 BTC-USD 12 pipe"});
    CHECK(r.from.failures() == 5);
}

TEST_CASE(
    "A feed of another kind is not followed, neither by its answer nor by its ticks", "[relay]")
{
    const std::string body = R"({"role":"alone","feed":"simulator"})";
    const auto cluster = json_reply(body).bytes;
    rig said{{{stream_head + tick_at(11), afterwards::hang}}, "pipe", quick(), cluster};
    said.run_until([&] { return said.from.failures() >= 3; });
    CHECK(said.requests.empty());
    CHECK(said.from.report().kind == "simulator");

    rig shown{{{stream_head + tick_at(11, "simulator"), afterwards::hang}}, "pipe"};
    shown.run_until([&] { return shown.from.failures() >= 3; });
    CHECK(shown.history.lines.empty());

    rig either{{{stream_head + tick_at(11), afterwards::hang}}, "", quick(), cluster};
    either.run_until([&] { return !either.history.lines.empty(); });
    CHECK(either.from.report().kind == "simulator");
}

TEST_CASE(
    "An upstream that says how it stands is believed more than its stream, and than both clocks",
    "[relay]")
{
    auto limits = quick();
    limits.looks_each = 5ms;
    limits.standing.usual = 50ms;
    limits.stream.silence_max = 1h;
    const auto says = [](const std::string& newest, const std::string& lag) {
        return json_reply(
                   R"({"role":"edge","feed":"pipe","lag_ms":)" + lag + R"(,"newest":")" + newest +
                   R"("})")
            .bytes;
    };
    rig r{{{stream_head + tick_at(11), afterwards::hang}}, "", limits, says("11-0", "0")};
    r.time.now = wall_time{90'000ms};
    r.run_until([&] { return r.from.report().behind == 0ms; });
    // Its own upstream is gone.
    r.cluster_answer = says("11-0", "31000");
    r.run_until([&] { return r.from.report().behind == 31'000ms; });
    r.cluster_answer = says("11-0", "null");
    r.run_until([&] { return !r.from.report().behind; });
    // It has ticks that do not come here.
    r.cluster_answer = says("11-0", "0");
    r.run_until([&] { return r.from.report().behind == 0ms; });
    r.cluster_answer = says("12-0", "0");
    r.run_until([&] { return r.from.report().behind > 60ms; });
    CHECK(r.from.report().is_connected);
}

TEST_CASE(
    "How far behind we are of an upstream that cannot be asked is known from its stream", "[relay]")
{
    std::string heartbeat;
    sse::append_heartbeat(heartbeat, wall_time{70'000ms});
    auto limits = quick();
    limits.settled = 1h;
    limits.stream.silence_max = 1h;
    rig r{
        {{stream_head + tick_at(60'000), afterwards::close},
         {stream_head + heartbeat + tick_at(70'000), afterwards::close}},
        "",
        limits};
    r.time.now = wall_time{61'000ms};
    CHECK_FALSE(r.from.report().behind);  // nothing was heard of it

    r.run_until([&] { return r.history.lines.size() == 1; });
    CHECK(r.from.report().lag == 1'000ms);
    r.run_until([&] { return !r.from.report().is_connected; });
    // By our monotonic clock from then on: the wall clock may step.
    r.time.now = wall_time{175'000ms};
    const auto before = *r.from.report().behind;
    CHECK(before >= 1'000ms);
    CHECK(before < 100'000ms);
    r.time.now = wall_time{72'000ms};
    r.run_until([&] { return r.history.lines.size() == 2; });
    CHECK(r.from.report().lag == 2'000ms);
    CHECK(r.from.report().behind == 2'000ms);
}

TEST_CASE("A tick that is dated far in the future is not taken, nor a gap up to there", "[relay]")
{
    const std::uint64_t far = 2 * 24 * 3'600'000;
    std::string gap;
    sse::append_gap(gap, {{10, 0}, {far, 0}, sse::gap_reason::evicted});
    rig r{
        {{stream_head + tick_at(far), afterwards::close},
         {stream_head + gap, afterwards::close},
         {stream_head + tick_at(11), afterwards::hang}}};

    r.run_until([&] { return !r.history.lines.empty(); });

    CHECK(r.history.lines == lines{"11-0 BTC-USD 11 pipe"});
}

TEST_CASE("A server that is not there is tried again until it is", "[relay]")
{
    rig r{
        {{"", afterwards::close},
         {"", afterwards::close},
         {stream_head + tick_at(11), afterwards::hang}}};

    r.run_until([&] { return !r.history.lines.empty(); });

    CHECK(r.from.failures() == 2);
}
