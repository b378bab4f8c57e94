// The server as its peers see it over HTTPS.
#include "http/offload.hpp"
#include "running_server.hpp"
#include "support/tls_client.hpp"
#include "support/tls_files.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <future>
#include <thread>

using namespace tickertape;
using namespace tickertape::tls;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

struct https_server {
    explicit https_server(
        const server_limits& limits = {}, unsigned lanes = 1,
        const std::function<void(router&)>& change_routes = {})
        : running{limits,       lanes, {}, {}, std::make_shared<tls_context>(files.issue()),
                  change_routes}
    {
    }

    double handshakes(const std::string& kind) const
    {
        return running.figure("tickertape_tls_handshakes_total{kind=\"" + kind + "\"}");
    }
    double failures(const std::string& reason) const
    {
        return running.figure("tickertape_tls_handshake_failures_total{reason=\"" + reason + "\"}");
    }

    tls_files files;
    running_server running;
};

// A client that trusts the server's authority alone.
struct https_client : tls_client {
    explicit https_client(const https_server& to, tls_client::wishes w = {})
        : tls_client{peer{to.running}.release(), trusting(to, w)}
    {
    }

    static tls_client::wishes trusting(const https_server& to, tls_client::wishes w)
    {
        w.ca_file = to.files.authority.ca_file();
        return w;
    }

    std::string ask(std::string_view request)
    {
        send(request);
        return read_until("}\n");
    }
};

std::string asking(std::string_view target, std::string_view more = {})
{
    return "GET " + std::string{target} + " HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: t\r\n" +
           std::string{more} + "\r\n";
}

bool is_healthy(const https_server& s)
{
    https_client c{s};
    return c.connect() && status_of(c.ask(asking("/healthz"))) == 200;
}

}  // namespace

TEST_CASE("answers over HTTPS are those over HTTP", "[web]")
{
    const running_server plain;
    const https_server s;
    const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    https_client c{s, {.version_max = version}};
    REQUIRE(c.connect());
    peer p{plain};
    for (const auto* target : {"/healthz", "/prices/latest", "/nowhere"})
        CHECK(c.ask(asking(target)) == p.ask(asking(target)));
    // Two at once, of which one is larger than a packet.
    const auto large = asking("/static/vendor/lightweight-charts.js", "Connection: close\r\n");
    c.send(asking("/healthz") + large);
    p.send(asking("/healthz") + large);
    const auto answers = c.read_to_end();
    CHECK((answers == p.read_to_end()));
    CHECK(answers.size() > 100'000);
    CHECK(c.was_told_goodbye());
}

TEST_CASE("an answer larger than all buffers arrives whole, over HTTP and over HTTPS", "[web]")
{
    running_server plain{{.send_buffer_bytes = 4 << 10}};
    https_server s{{.send_buffer_bytes = 4 << 10}};
    for (auto* const one : {&plain, &s.running})
        for (int i = 0; i < 1'000; ++i)
            one->site.publish(1712525476123 + i, 69420.25);
    const auto wanted = asking("/api/prices/btc-usd/history", "Connection: close\r\n");
    peer p{plain, {.receive_buffer_bytes = 4 << 10}};
    p.send(wanted);
    const auto answer = p.read_to_end();
    CHECK(answer.ends_with(plain.site.get("/api/prices/btc-usd/history").body));
    CHECK(answer.size() > 80'000);
    https_client c{s};
    REQUIRE(c.connect());
    c.send(wanted);
    CHECK(c.read_to_end() == answer);
    CHECK(c.was_told_goodbye());
}

TEST_CASE("a stream over HTTPS has the bytes of one over HTTP", "[web]")
{
    https_server s;
    running_server plain;
    const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    https_client c{s, {.version_max = version}};
    REQUIRE(c.connect());
    peer p{plain};
    c.send(asking("/prices/stream"));
    p.send(asking("/prices/stream"));
    const auto begin = p.read_until("retry: 0\n\n\r\n");
    CHECK(c.read_until("retry: 0\n\n\r\n") == begin);
    for (int i = 1; i < 4; ++i) {
        s.running.publish(1712525476123 + i, 100 + i);
        plain.publish(1712525476123 + i, 100 + i);
        CHECK(c.read_until("\n\n\r\n") == p.read_until("\n\n\r\n"));
    }
    std::thread stopping{[&] { s.running.stop(); }};
    const auto farewell = c.read_to_end();
    CHECK(farewell.find("event: moving\n") != std::string::npos);
    CHECK(farewell.ends_with("\r\n0\r\n\r\n"));
    CHECK(c.was_told_goodbye());
    stopping.join();
}

TEST_CASE("who speaks HTTP to the port of HTTPS is told so", "[web]")
{
    const https_server s;
    peer p{s.running};
    p.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto answer = p.read_to_end();
    CHECK(status_of(answer) == 400);
    CHECK(answer.ends_with(
        "{\"type\":\"urn:tickertape:problem:https-only\",\"title\":\"Bad Request\","
        "\"status\":400,\"detail\":\"this port speaks HTTPS only\"}\n"));
    CHECK(s.failures("http") == 1);
    CHECK(is_healthy(s));
}

TEST_CASE("what is neither TLS nor HTTP is shut out", "[web]")
{
    const https_server s;
    const auto sent = GENERATE(
        std::string(300, 'x'), std::string(300, '\0'), std::string{"\x16\x03\x01\xff\xff"},
        "\x16\x03\x01\x00\x05" + std::string(5, 'x'));
    peer p{s.running};
    p.send(sent);
    CHECK(p.read_to_end().find("HTTP") == std::string::npos);
    CHECK(is_healthy(s));
}

TEST_CASE("half a handshake has as much time as a request", "[web]")
{
    const https_server s{{.request = 100ms}};
    const auto sent = GENERATE(std::string{}, std::string{"\x16"}, std::string{"\x16\x03\x01\x02"});
    peer p{s.running};
    p.send(sent);
    CHECK(p.read_to_end().empty());
    CHECK(s.failures("slow") == 1);
    CHECK(is_healthy(s));
}

TEST_CASE("a request after the handshake has its own time", "[web]")
{
    const https_server s{{.request = 100ms}};
    https_client c{s};
    REQUIRE(c.connect());
    CHECK(c.read_to_end().empty());
    https_client half{s};
    REQUIRE(half.connect());
    half.send("GET /healthz HT");
    CHECK(status_of(half.read_to_end()) == 408);
}

TEST_CASE("a peer that leaves in the middle of its handshake is counted", "[web]")
{
    const https_server s;
    peer p{s.running};
    p.send({"\x16\x03\x01\x02\x00\x01", 6});
    p.finish();
    p.read_to_end();
    CHECK(s.failures("closed") == 1);
}

TEST_CASE("who offers other protocols only is told so", "[web]")
{
    const https_server s;
    https_client c{s, {.protocols = "\x02h2"}};
    CHECK_FALSE(c.connect());
    CHECK(c.failure() == "tlsv1 alert no application protocol");
    CHECK(is_healthy(s));
    CHECK(s.failures("protocol") == 1);
}

TEST_CASE("a client that comes back is recognized, on any lane", "[web]")
{
    const https_server s{{}, 2};
    const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    https_client first{s, {.version_max = version}};
    REQUIRE(first.connect());
    CHECK(status_of(first.ask(asking("/healthz"))) == 200);
    REQUIRE(first.session() != nullptr);
    for (int i = 0; i < 8; ++i) {
        https_client again{s, {.version_max = version, .resumes = first.session()}};
        REQUIRE(again.connect());
        CHECK(again.is_resumed());
        CHECK(status_of(again.ask(asking("/healthz"))) == 200);
    }
    CHECK(s.handshakes("full") == 1);
    CHECK(s.handshakes("resumed") == 8);
}

TEST_CASE("a new certificate is for those who come; who is here stays", "[web]")
{
    https_server s;
    https_client open{s};
    REQUIRE(open.connect());
    https_client stream{s};
    REQUIRE(stream.connect());
    stream.send(asking("/prices/stream"));
    stream.read_until("retry: 0\n\n\r\n");

    const auto serial = [](tls_client& c) {
        X509* const theirs = SSL_get1_peer_certificate(c.native());
        const auto number = ASN1_INTEGER_get(X509_get0_serialNumber(theirs));
        X509_free(theirs);
        return number;
    };
    s.running.front().use(std::make_shared<tls_context>(s.files.issue()));
    // The lane takes it up in its own time, but before what it is asked after that.
    CHECK(status_of(open.ask(asking("/healthz"))) == 200);
    https_client next{s};
    REQUIRE(next.connect());
    CHECK(serial(next) != serial(open));
    s.running.publish(1712525476999, 7);
    CHECK(stream.read_until("\n\n\r\n").find("\"price\":7,") != std::string::npos);
}

TEST_CASE("more clients than may wait at once are all served in the end", "[web]")
{
    https_server s{{.handshakes_waiting = 4}};
    std::vector<std::unique_ptr<https_client>> crowd;
    std::promise<void> all_are_here;
    boost::asio::post(
        s.running.streams().lanes()[0]->context(), [&] { all_are_here.get_future().wait(); });
    for (int i = 0; i < 200; ++i) {
        crowd.push_back(std::make_unique<https_client>(s));
        crowd.back()->step();  // its hello is on its way
    }
    all_are_here.set_value();
    for (auto& c : crowd) {
        REQUIRE(c->connect());
        CHECK(status_of(c->ask(asking("/healthz"))) == 200);
    }
    CHECK(s.handshakes("full") == 200);
    CHECK(s.running.figure("tickertape_tls_accept_pauses_total") > 0);
    CHECK(s.running.figure("tickertape_tls_handshakes_waiting{lane=\"0\"}") == 0);
}

TEST_CASE("a server that stops does not wait for handshakes that go nowhere", "[web]")
{
    https_server s;
    const peer silent{s.running};
    peer half{s.running};
    half.send({"\x16\x03\x01\x02\x00\x01", 6});
    CHECK(is_healthy(s));
    CHECK(s.running.stop());
}

TEST_CASE(
    "a request that waits over HTTPS reads ahead what follows it, and sees its client leave",
    "[web]")
{
    std::promise<void> open;
    const auto opened = open.get_future().share();
    boost::asio::thread_pool workers{2};
    const auto executor = workers.get_executor();
    {
        const https_server s{
            {}, 1, [&](router& to) {
                to.add(route{
                    .pattern = "/later",
                    .handle = [opened, executor](const request&) -> boost::asio::awaitable<answer> {
                        auto work = [opened] {
                            opened.wait();
                            return std::string{"{\"status\":\"late\"}"};
                        };
                        auto text = co_await offload(executor, std::move(work));
                        co_return json_response(std::move(text));
                    }});
            }};
        const auto waiting = [&s](double wanted) {
            while (s.running.figure("tickertape_requests_waiting{lane=\"0\"}") != wanted)
                std::this_thread::sleep_for(1ms);
        };
        https_client c{s};
        REQUIRE(c.connect());
        c.send(asking("/later"));
        waiting(1);
        c.send(asking("/healthz") + asking("/later"));
        {
            https_client leaves{s};
            REQUIRE(leaves.connect());
            leaves.send(asking("/later"));
            waiting(2);
        }
        waiting(1);
        open.set_value();
        CHECK(c.read_until("}\n").ends_with("{\"status\":\"late\"}\n"));
        CHECK(c.read_until("}\n").ends_with("{\"status\":\"ok\"}\n"));
        CHECK(c.read_until("}\n").ends_with("{\"status\":\"late\"}\n"));
        // Workers end before lanes.
        workers.join();
    }
}
