// When the source of currencies is asked, and what is shown when it fails.
#include "feed/currency_feed.hpp"

#include "core/timestamp.hpp"
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

// Of so many days ago.
std::string rates_text(const std::string& rates, int days_ago = 0)
{
    const auto day = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()) -
                     std::chrono::days{days_ago};
    const auto date =
        format_rfc3339(std::chrono::time_point_cast<std::chrono::milliseconds>(day)).substr(0, 10);
    return R"({"amount":1.0,"base":"USD","date":")" + date + R"(","rates":{)" + rates + "}}";
}

struct rates_asked {
    explicit rates_asked(
        fake_http_server::answer_function answers,
        market::cadence rhythm = {.watched = 50ms, .unwatched = 1h, .after_failure = 20ms})
        : server{h.io, std::nullopt, std::move(answers)}, strand{boost::asio::make_strand(h.io)}
    {
        gated_client::parts parts{
            .clients = {},
            .gate = gates.of(
                market::frankfurter, {.per_minute = 60'000, .burst = 1000}, {.open_first = 50ms},
                h.time.steady_now())};
        parts.clients.push_back(std::make_unique<net::http_client>(
            strand, *net::parse_base_url("http://127.0.0.1:" + server.port() + "/v1"), trust,
            net::http_limits{.response = 1s}));
        feed.emplace(
            currency_feed::parts{strand, h.time, h.log, h.counters}, rhythm,
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
    double euro()
    {
        const auto newest = feed->board().newest();
        const auto* rate = newest ? newest->rates.find("EUR") : nullptr;
        return rate == nullptr ? -1 : rate->value;
    }
    void read() { feed->board().read(h.time.boot_now()); }

    harness h;
    provider::gates gates;
    boost::asio::ssl::context trust{net::make_tls_context({})};
    fake_http_server server;
    feed_context::strand_type strand;
    std::optional<currency_feed> feed;
};

}  // namespace

TEST_CASE("rates of currencies are asked for once while nobody uses them", "[feed]")
{
    rates_asked m{[](const std::string&) { return json_reply(rates_text(R"("EUR":0.89)")); }};
    std::size_t before = 0;
    bool has_read = false;
    m.run_until([&] {
        if (!has_read && m.euro() == 0.89) {
            m.h.io.run_for(200ms);  // four times the interval
            before = m.server.requests().size();
            m.read();
            has_read = true;
        }
        return m.server.requests().size() >= 3;
    });
    CHECK(before == 1);
    CHECK(m.server.requests().front().starts_with("GET /v1/latest?base=USD "));
    CHECK(m.h.counted("tickertape_currency_failures_total") == 0);
}

TEST_CASE("rates that cannot be had leave those of before, and are asked for again", "[feed]")
{
    const auto failure = GENERATE(
        as<std::string>{}, "<html></html>", "{}", rates_text(""),
        // Those of a cache that is behind.
        rates_text(R"("EUR":0.5)", 3));
    CAPTURE(failure);
    int asked = 0;
    rates_asked m{[&](const std::string&) {
        ++asked;
        return json_reply(
            asked == 1  ? rates_text(R"("EUR":0.89)")
            : asked < 5 ? failure
                        : rates_text(R"("EUR":0.9)"));
    }};
    m.read();
    bool has_stayed = true;
    m.run_until([&] {
        has_stayed = has_stayed && (m.euro() == 0.89 || m.euro() == 0.9 || asked <= 1);
        return m.euro() == 0.9;
    });
    CHECK(has_stayed);
    CHECK(m.h.counted("tickertape_currency_failures_total") >= 2);
}

TEST_CASE("a rate that jumps is withheld and counted", "[feed]")
{
    int asked = 0;
    rates_asked m{[&](const std::string&) {
        ++asked;
        return json_reply(
            asked == 1 ? rates_text(R"("EUR":0.89,"TRY":41)", 1)
                       : rates_text(R"("EUR":0.9,"TRY":4.1)"));
    }};
    m.read();
    m.run_until([&] { return m.euro() == 0.9; });
    CHECK(m.feed->board().newest()->rates.find("TRY")->is_withheld);
    CHECK_FALSE(m.feed->board().newest()->rates.find("EUR")->is_withheld);
    CHECK(m.h.counted("tickertape_currency_withheld_total") >= 1);
}

TEST_CASE("a feed of currencies that is stopped while the source is silent ends", "[feed]")
{
    rates_asked m{[](const std::string&) { return reply{"", afterwards::hang}; }};
    m.run_until([&] { return !m.server.requests().empty(); });
    CHECK(m.euro() == -1);
}
