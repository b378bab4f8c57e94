#include "core/timestamp.hpp"
#include "feed/fetch_loop.hpp"
#include "feed/harness.hpp"
#include "feed/no_throw.hpp"
#include "feed/stringify.hpp"
#include "support/catch.hpp"
#include "support/fake_http_server.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

using namespace tickertape;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

// A provider that does what its script says.
class scripted final : public provider {
public:
    using script = std::function<fetched<quote>(symbol_id)>;

    scripted(std::string name, script say, std::chrono::milliseconds after = 0ms)
        : name_{std::move(name)}, say_{std::move(say)}, after_{after}
    {
    }
    std::string_view name() const noexcept override { return name_; }
    boost::asio::awaitable<void> fetch(std::span<const symbol_id> wanted, answers& into) override
    {
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            if (after_ > 0ms) {
                boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, after_};
                const auto [ec] = co_await timer.async_wait(no_throw);
                if (ec)
                    co_return;
            }
            into[i] = say_(wanted[i]);
        }
    }

private:
    std::string name_;
    script say_;
    std::chrono::milliseconds after_;
};

scripted::script priced(double value)
{
    return [value](symbol_id s) { return quote{s, *price::from(value)}; };
}

scripted::script failing(feed_errc why)
{
    return [why](symbol_id) { return fetch_error{why, "as scripted"}; };
}

template <class... P>
std::unique_ptr<feed> loop_of(harness& h, const fetch_settings& settings, std::unique_ptr<P>... p)
{
    std::vector<std::unique_ptr<provider>> providers;
    (providers.push_back(std::move(p)), ...);
    return make_fetch_loop(h.context(), settings, nullptr, std::move(providers));
}

void stop_after(harness& h, feed& f, std::size_t observations)
{
    h.sink.on_publish = [&h, &f, observations] {
        if (h.sink.seen.size() >= observations)
            f.stop();
    };
}

std::string source(const harness& h, std::size_t i)
{
    return std::string{h.sources.name(h.sink.seen.at(i).source)};
}

const fetch_settings quick{.interval = 20ms, .deadline_min = 100ms, .deadline_max = 1000ms};

}  // namespace

TEST_CASE("A failing provider costs its failure, and the next one is used", "[feed]")
{
    harness h;
    const auto f = loop_of(
        h, quick, std::make_unique<scripted>("first", failing(feed_errc::connect_failed)),
        std::make_unique<scripted>("second", priced(5)));
    stop_after(h, *f, 1);

    f->start();
    REQUIRE(h.run_to_the_end());

    CHECK(source(h, 0) == "second");
    CHECK(h.counted(R"(tickertape_fetches_total{outcome="error",provider="first"})") == 1);
    CHECK(h.counted(R"(tickertape_fetches_total{outcome="ok",provider="second"})") == 1);
}

TEST_CASE("A provider that hangs is cut off in time for the next one", "[feed]")
{
    harness h;
    const auto f = loop_of(
        h, quick, std::make_unique<scripted>("hanging", priced(4), 1h),
        std::make_unique<scripted>("second", priced(5)));
    stop_after(h, *f, 1);

    const auto began = std::chrono::steady_clock::now();
    f->start();
    REQUIRE(h.run_to_the_end());

    CHECK(source(h, 0) == "second");
    CHECK(std::chrono::steady_clock::now() - began < 500ms);
    CHECK(h.counted(R"(tickertape_fetches_total{outcome="deadline",provider="hanging"})") == 1);
}

TEST_CASE("Each symbol comes from the first provider that has it", "[feed]")
{
    harness h{{"BTC-USD", "ETH-USD"}};
    const auto f = loop_of(
        h, quick,
        std::make_unique<scripted>(
            "first",
            [](symbol_id s) -> fetched<quote> {
                if (index_of(s) == 1)
                    return fetch_error{feed_errc::unknown_symbol};
                return quote{s, *price::from(1)};
            }),
        std::make_unique<scripted>("second", priced(2)));
    stop_after(h, *f, 2);

    f->start();
    REQUIRE(h.run_to_the_end());

    CHECK(source(h, 0) == "first");
    CHECK(index_of(h.sink.seen.at(0).symbol) == 0);
    CHECK(source(h, 1) == "second");
    CHECK(index_of(h.sink.seen.at(1).symbol) == 1);
}

TEST_CASE("What was answered before the deadline is used", "[feed]")
{
    harness h{{"BTC-USD", "ETH-USD"}};
    int asked = 0;
    const auto f = loop_of(
        h, {.interval = 50ms, .deadline_min = 150ms, .deadline_max = 150ms},
        std::make_unique<scripted>(
            "slow",
            [&](symbol_id s) {
                ++asked;
                return quote{s, *price::from(1)};
            },
            100ms));
    stop_after(h, *f, 1);

    f->start();
    REQUIRE(h.run_to_the_end());

    CHECK(asked == 1);
    CHECK(h.sink.seen.size() == 1);
    CHECK(h.counted(R"(tickertape_fetches_total{outcome="deadline",provider="slow"})") >= 0);
}

TEST_CASE("A quote too old or from the future is refused, whoever sends it", "[feed]")
{
    harness h;
    const auto now = h.time.wall_now();
    const auto f = loop_of(
        h, quick,
        std::make_unique<scripted>(
            "old",
            [&](symbol_id s) {
                return quote{s, *price::from(1), now - 121s};
            }),
        std::make_unique<scripted>(
            "ahead",
            [&](symbol_id s) {
                return quote{s, *price::from(2), now + 10min};
            }),
        std::make_unique<scripted>("good", [&](symbol_id s) {
            return quote{s, *price::from(3), now - 60s};
        }));
    stop_after(h, *f, 1);

    f->start();
    REQUIRE(h.run_to_the_end());

    CHECK(source(h, 0) == "good");
    CHECK(h.counted(R"(tickertape_fetches_total{outcome="refused",provider="old"})") == 1);
    CHECK(h.counted(R"(tickertape_fetches_total{outcome="refused",provider="ahead"})") == 1);
}

TEST_CASE("Rounds that fail do not stop the loop, and those that overrun are skipped", "[feed]")
{
    harness h;
    int rounds = 0;
    std::unique_ptr<feed> f;
    f = loop_of(
        h, {.interval = 10ms, .deadline_min = 500ms, .deadline_max = 500ms},
        std::make_unique<scripted>(
            "slow",
            [&](symbol_id) {
                if (++rounds == 3)
                    f->stop();
                return fetch_error{feed_errc::connection_lost};
            },
            35ms));

    f->start();
    REQUIRE(h.run_to_the_end());

    CHECK(rounds == 3);
    CHECK(h.sink.seen.empty());
    CHECK(h.counted("tickertape_fetches_skipped_total") >= 4);
}

TEST_CASE("A loop is stopped before its start, between fetches, and within one", "[feed]")
{
    harness h;
    {
        const auto f = loop_of(h, quick, std::make_unique<scripted>("a", priced(1)));
        f->stop();
        f->start();
        REQUIRE(h.run_to_the_end(1s));
        CHECK(h.sink.seen.empty());
    }
    {
        const auto f = loop_of(h, {.interval = 1h}, std::make_unique<scripted>("a", priced(1)));
        stop_after(h, *f, 1);
        f->start();
        REQUIRE(h.run_to_the_end(1s));
        CHECK(h.sink.seen.size() == 1);
    }
    {
        const auto f = loop_of(h, {.interval = 1h}, std::make_unique<scripted>("a", priced(1), 1h));
        f->start();
        boost::asio::steady_timer soon{h.io, 50ms};
        soon.async_wait([&](auto) { f->stop(); });
        REQUIRE(h.run_to_the_end(1s));
    }
}

TEST_CASE("Real providers are asked over TLS, in order, over connections they keep", "[feed]")
{
    harness h{{"BTC-USD", "ETH-USD", "DOGE-USD"}};
    const tls_authority authority;
    const auto identity = authority.issue("localhost", 24h);
    const auto now_text = format_rfc3339(h.time.wall_now());
    fake_http_server coinbase{h.io, identity, [&](const std::string& request) {
                                  if (request.starts_with("GET /products/BTC-USD/ticker "))
                                      return json_reply(
                                          R"({"price":"69420.25","time":")" + now_text + R"("})");
                                  return json_reply(R"({"message":"NotFound"})", 404);
                              }};
    fake_http_server coingecko{
        h.io, identity, [&](const std::string&) {
            const auto seconds = std::to_string(std::chrono::duration_cast<std::chrono::seconds>(
                                                    h.time.wall_now().time_since_epoch())
                                                    .count());
            return json_reply(
                R"({"ethereum":{"usd":3500.5,"last_updated_at":)" + seconds +
                R"(},"dogecoin":{"usd":0.15,"last_updated_at":)" + seconds + "}}");
        }};
    feed_settings settings;
    settings.providers = {
        {.name = "coinbase", .url = "https://localhost:" + coinbase.port()},
        {.name = "coingecko",
         .url = "https://localhost:" + coingecko.port() + "/api/v3",
         .api_key = "k3y"}};
    settings.ca_file = authority.ca_file();
    settings.fetch.interval = 30ms;
    const auto f = make_feed(settings, h.context());
    h.sink.on_publish = [&] {
        if (h.sink.seen.size() == 6) {
            f->stop();
            coinbase.stop();
            coingecko.stop();
        }
    };

    f->start();
    REQUIRE(h.run_to_the_end());

    REQUIRE(h.sink.seen.size() == 6);
    CHECK(source(h, 0) == "coinbase");
    CHECK(h.sink.seen[0].value.text() == "69420.25");
    CHECK(source(h, 1) == "coingecko");
    CHECK(h.sink.seen[1].value.text() == "3500.5");
    CHECK(h.sink.seen[2].value.text() == "0.15");
    CHECK(coinbase.connections() == 1);
    CHECK(coingecko.connections() == 1);
    CHECK(coingecko.requests().at(0).starts_with(
        "GET /api/v3/simple/price?ids=dogecoin,ethereum&vs_currencies=usd&"));
    CHECK(coingecko.requests().at(0).find("\r\nx-cg-demo-api-key: k3y\r\n") != std::string::npos);
    CHECK(
        h.counted(R"(tickertape_fetches_total{outcome="unknown_symbol",provider="coinbase"})") ==
        4);
}
