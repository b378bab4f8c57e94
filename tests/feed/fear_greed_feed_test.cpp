// When the source of the Fear and Greed Index is asked, and what is shown when it fails.
#include "feed/fear_greed_feed.hpp"

#include "feed/harness.hpp"
#include "net/http_client.hpp"
#include "net/tls_trust.hpp"
#include "net/url.hpp"
#include "provider/gates.hpp"
#include "support/catch.hpp"
#include "support/fake_http_server.hpp"

#include <memory>
#include <optional>

using namespace tickertape;
using namespace tickertape::feed;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

std::string index_text(int value, int days_ago = 0)
{
    const auto now = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()) -
                     std::chrono::days{days_ago};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
    return R"({"data":[{"value":")" + std::to_string(value) +
           R"(","value_classification":"Fear","timestamp":")" + std::to_string(seconds.count()) +
           R"("}],"metadata":{"error":null}})";
}

struct mood_asked {
    explicit mood_asked(
        fake_http_server::answer_function answers,
        market::cadence rhythm = {.watched = 50ms, .unwatched = 1h, .after_failure = 20ms})
        : server{h.io, std::nullopt, std::move(answers)}, strand{boost::asio::make_strand(h.io)}
    {
        gated_client::parts parts{
            .clients = {},
            .gate = gates.of(
                market::alternative_me, {.per_minute = 60'000, .burst = 1000}, {.open_first = 50ms},
                h.time.steady_now())};
        parts.clients.push_back(std::make_unique<net::http_client>(
            strand, *net::parse_base_url("http://127.0.0.1:" + server.port()), trust,
            net::http_limits{.response = 1s}));
        feed.emplace(
            fear_greed_feed::parts{strand, h.time, h.log, h.counters}, rhythm,
            std::make_unique<gated_client>(
                strand, h.time, std::move(parts),
                gated_client::limits{
                    .attempts_max = 2, .retry = {2ms, 4ms}, .wait_max = 1s, .pause_max = 0ms},
                [] { return 0.5; }));
    }

    // Runs until it is so, and then to the end.
    template <class Condition>
    void run_until(Condition is_so)
    {
        feed->start();
        for (int i = 0; i < 2'000 && !is_so(); ++i)
            h.io.run_for(5ms);
        CHECK(is_so());
        feed->stop();
        server.stop();
        CHECK(h.run_to_the_end());
    }

    // -1: there is none.
    double shown()
    {
        const auto newest = feed->board().newest();
        return newest ? newest->index.value : -1;
    }
    void read() { feed->board().read(h.time.boot_now()); }

    harness h;
    provider::gates gates;
    boost::asio::ssl::context trust{net::make_tls_context({})};
    fake_http_server server;
    feed_context::strand_type strand;
    std::optional<fear_greed_feed> feed;
};

}  // namespace

TEST_CASE("the index of fear and greed is asked for once while nobody reads it", "[feed]")
{
    mood_asked m{[](const std::string&) { return json_reply(index_text(41)); }};
    std::size_t before = 0;
    bool has_read = false;
    m.run_until([&] {
        if (!has_read && m.shown() == 41) {
            m.h.io.run_for(200ms);  // four times the interval
            before = m.server.requests().size();
            m.read();
            has_read = true;
        }
        return m.server.requests().size() >= 3;
    });
    CHECK(before == 1);
    CHECK(m.server.requests().front().starts_with("GET /fng/?limit=2 "));
    CHECK(m.feed->board().newest()->index.word == "Fear");
    CHECK(m.h.counted("tickertape_fear_greed_failures_total") == 0);
}

TEST_CASE("an index that cannot be had leaves the one before, and is asked for again", "[feed]")
{
    const auto failure = GENERATE(
        as<std::string>{}, "<html></html>", "{}", R"({"data":[]})", R"({"data":[{"value":"1"}]})",
        R"({"data":[],"metadata":{"error":"down"}})", index_text(7, 1));
    CAPTURE(failure);
    int asked = 0;
    mood_asked m{[&](const std::string&) {
        ++asked;
        return json_reply(asked == 1 ? index_text(41) : asked < 5 ? failure : index_text(42));
    }};
    m.read();
    bool has_stayed = true;
    m.run_until([&] {
        has_stayed = has_stayed && (m.shown() != -1 || asked <= 1);
        return m.shown() == 42;
    });
    CHECK(has_stayed);
    CHECK(m.h.counted("tickertape_fear_greed_failures_total") >= 2);
}

TEST_CASE("a source of the index that asks for a pause gets it", "[feed]")
{
    mood_asked m{[](const std::string&) {
        return reply{"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3600\r\nContent-Length: "
                     "2\r\n\r\n{}"};
    }};
    m.read();
    m.run_until([&] { return m.h.counted("tickertape_fear_greed_failures_total") >= 3; });
    CHECK(m.server.requests().size() == 1);
    CHECK(m.shown() == -1);
}

TEST_CASE("a feed of the index that is stopped while the source is silent ends", "[feed]")
{
    mood_asked m{[](const std::string&) { return reply{"", afterwards::hang}; }};
    m.run_until([&] { return !m.server.requests().empty(); });
    CHECK(m.shown() == -1);
}
