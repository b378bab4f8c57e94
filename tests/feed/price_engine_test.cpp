#include "feed/price_engine.hpp"

#include "feed/harness.hpp"
#include "pricing/errors.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

using namespace tickertape;
using namespace tickertape::feed;
using namespace tickertape::pricing;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

using way = quote_way;

const policy_settings fallback{.kind = policy_kind::fallback};
const policy_settings median{.kind = policy_kind::median, .quorum = 2};

struct fixture {
    fixture(
        const std::vector<std::string>& symbols, engine_settings settings,
        std::vector<std::string> providers = {"a", "b", "c", "d"})
        : h{symbols}, engine{h.context(), std::move(settings), std::move(providers)}
    {
    }

    boost::system::error_code take(
        std::size_t provider, double value, std::optional<wall_time> made = {},
        std::size_t symbol = 0, way by = way::poll, usd_standin as = usd_standin::none)
    {
        const quote q{static_cast<symbol_id>(symbol), *price::from(value), made};
        return engine.take(provider, q, as, by, now);
    }
    void publish(std::size_t symbol = 0) { engine.publish(static_cast<symbol_id>(symbol), now); }
    void offer(std::size_t symbol = 0) { engine.offer(static_cast<symbol_id>(symbol), now); }
    void pass(std::chrono::milliseconds time)
    {
        now.steady += time;
        now.wall += time;
        now.boot += time;
    }
    // "BTC-USD 5 median(a,b)", for each tick since the last call.
    std::vector<std::string> published()
    {
        std::vector<std::string> all;
        for (const auto& o : std::exchange(h.sink.seen, {}))
            all.push_back(
                h.symbols.name(o.symbol) + " " + o.value.text() + " " +
                std::string{h.sources.name(o.source)});
        return all;
    }

    harness h;
    price_engine engine;
    moment now{steady_time{1h}, wall_time{1'700'000'000'000ms}, boot_time{1h}};
};

using lines = std::vector<std::string>;

}  // namespace

TEST_CASE("An answer that is merely repeated is no news", "[feed]")
{
    fixture f{{"BTC-USD"}, {.policy = fallback}};
    const auto made = f.now.wall;
    f.take(0, 5, made);
    f.publish();
    CHECK(f.published() == lines{"BTC-USD 5 a"});

    f.pass(10s);
    f.take(0, 5, made);
    f.publish();
    CHECK(f.published().empty());
    CHECK(f.h.counted(R"(tickertape_quotes_repeated_total{provider="a"})") == 1);

    // The same price of a later time was observed anew.
    f.take(0, 5, f.now.wall);
    f.publish();
    CHECK(f.published() == lines{"BTC-USD 5 a"});
}

TEST_CASE("A price without a time is confirmed by those who bid and ask around it", "[feed]")
{
    fixture f{{"BTC-USD"}, {.policy = fallback}};
    const quote q{symbol_id{0}, *price::from(5), {}, book_top{4.9, 5.1}};
    f.engine.take(0, q, usd_standin::none, way::poll, f.now);
    f.publish();
    f.pass(10s);
    f.engine.take(0, q, usd_standin::none, way::poll, f.now);
    f.publish();
    CHECK(f.published() == lines{"BTC-USD 5 a", "BTC-USD 5 a"});
}

TEST_CASE("A mere number that stands still is as old as it stands still", "[feed]")
{
    fixture f{{"BTC-USD"}, {.policy = fallback}};
    f.take(0, 5);
    f.publish();
    for (int i = 0; i < 12; ++i) {
        f.pass(10s);
        f.take(0, 5);
        f.publish();
    }
    CHECK(f.published().size() == 1);
    CHECK(f.engine.preferred(symbol_id{0}, f.now) == 0u);
    f.pass(1ms);
    f.take(0, 5);
    CHECK_FALSE(f.engine.preferred(symbol_id{0}, f.now));
    f.take(0, 6);
    CHECK(f.engine.preferred(symbol_id{0}, f.now) == 0u);
}

TEST_CASE("Nothing is published twice of one observation", "[feed]")
{
    fixture f{{"BTC-USD"}, {.policy = fallback}};
    f.take(0, 5);
    f.publish();
    f.publish();
    f.pass(10s);
    f.publish();
    CHECK(f.published().size() == 1);
}

TEST_CASE("An old, a future and a dead market's quote are set aside and counted", "[feed]")
{
    fixture f{{"BTC-USD"}, {.policy = fallback}};
    CHECK(f.take(0, 5, f.now.wall - 121s) == pricing_errc::stale_quote);
    CHECK(f.take(1, 5, f.now.wall + 301s) == pricing_errc::future_quote);
    CHECK(
        f.engine.take(
            2, {symbol_id{0}, *price::from(5), {}, book_top{0, 6}}, usd_standin::none, way::poll,
            f.now) == pricing_errc::dead_market);
    CHECK(
        f.engine.take(
            3, {symbol_id{0}, *price::from(5), {}, book_top{1, 9}}, usd_standin::none, way::poll,
            f.now) == pricing_errc::absurd_spread);
    f.publish();
    CHECK(f.published().empty());
    CHECK(f.h.counted(R"(tickertape_quotes_set_aside_total{provider="a",reason="stale"})") == 1);
    CHECK(f.h.counted(R"(tickertape_quotes_set_aside_total{provider="b",reason="future"})") == 1);
    CHECK(
        f.h.counted(R"(tickertape_quotes_set_aside_total{provider="c",reason="dead_market"})") ==
        1);
    CHECK(
        f.h.counted(R"(tickertape_quotes_set_aside_total{provider="d",reason="absurd_spread"})") ==
        1);
}

TEST_CASE("A quote that cannot be believed takes the one before it along", "[feed]")
{
    fixture f{{"BTC-USD"}, {.policy = fallback}};
    f.take(0, 5);
    f.engine.take(
        0, {symbol_id{0}, *price::from(6), {}, book_top{0, 0}}, usd_standin::none, way::poll,
        f.now);
    f.publish();
    CHECK(f.published().empty());
}

TEST_CASE("What is behind the newest word neither replaces it nor takes it along", "[feed]")
{
    fixture f{{"BTC-USD"}, {.policy = fallback}};
    f.take(0, 6, f.now.wall - 1s, 0, way::socket);
    f.take(0, 5, f.now.wall - 2s, 0, way::poll);
    CHECK(f.take(0, 4, f.now.wall - 1h, 0, way::poll) == pricing_errc::stale_quote);
    f.take(0, 3, {}, 0, way::poll);  // under way while the stream went on
    f.publish();
    CHECK(f.published() == lines{"BTC-USD 6 a"});
    // A snapshot of a stream that has just begun may be of yesterday.
    fixture g{{"BTC-USD"}, {.policy = fallback}};
    g.take(0, 5, {}, 0, way::poll);
    CHECK(g.take(0, 4, g.now.wall - 24h, 0, way::socket) == pricing_errc::stale_quote);
    g.publish();
    CHECK(g.published() == lines{"BTC-USD 5 a"});
}

TEST_CASE("A provider whose clock was ahead and put right is heard again", "[feed]")
{
    fixture f{{"BTC-USD"}, {.policy = fallback}};
    f.take(0, 5, f.now.wall + 200s);
    f.take(0, 6, f.now.wall);
    f.publish();
    CHECK(f.published() == lines{"BTC-USD 6 a"});
}

TEST_CASE("A streamed price without a time does not keep its provider from being asked", "[feed]")
{
    fixture f{{"BTC-USD"}, {.policy = fallback}};
    f.engine.take(
        0, {symbol_id{0}, *price::from(5), {}, book_top{5, 5}}, usd_standin::none, way::socket,
        f.now);
    f.pass(120s);
    CHECK(f.engine.is_sent_by_socket(0, symbol_id{0}, f.now));
    f.pass(1ms);
    CHECK_FALSE(f.engine.is_sent_by_socket(0, symbol_id{0}, f.now));
}

TEST_CASE("A provider that fails to confirm its price gives way to the next", "[feed]")
{
    fixture f{{"BTC-USD"}, {.policy = fallback}};
    f.take(0, 5);
    f.take(1, 6);
    f.publish();
    f.engine.withdraw(0, symbol_id{0}, way::poll);
    f.publish();
    f.take(0, 7);
    f.publish();
    CHECK(f.published() == lines{"BTC-USD 5 a", "BTC-USD 6 b", "BTC-USD 7 a"});
}

TEST_CASE("A median names who made it, and how many", "[feed]")
{
    fixture f{{"BTC-USD"}, {.policy = median}};
    f.take(0, 100);
    f.publish();
    CHECK(f.published().empty());  // no quorum
    f.take(1, 100.02);
    f.take(2, 100.05);
    f.take(3, 200);
    f.publish();
    REQUIRE(f.h.sink.seen.size() == 1);
    CHECK(f.h.sources.combined(f.h.sink.seen[0].source) == 3);
    CHECK(f.published() == lines{"BTC-USD 100.02 median(a,b,c)"});
    CHECK(f.h.counted(R"(tickertape_quotes_set_aside_total{provider="d",reason="outlier"})") == 1);
    // Of the same quote it is counted once.
    f.take(0, 100.01);
    f.publish();
    CHECK(f.h.counted(R"(tickertape_quotes_set_aside_total{provider="d",reason="outlier"})") == 1);
}

TEST_CASE("Providers that disagree leave no price, and the log and the report say so", "[feed]")
{
    fixture f{{"BTC-USD"}, {.policy = median}};
    f.take(0, 100);
    f.take(1, 110);
    f.publish();
    CHECK(f.published().empty());
    feed_report r;
    r.providers.resize(4);
    f.engine.report(r, f.now);
    REQUIRE(r.symbols.size() == 1);
    CHECK(r.symbols[0].problem == "the providers disagree");
    REQUIRE(r.symbols[0].quotes.size() == 2);
    CHECK_FALSE(r.symbols[0].quotes[0].is_used);
}

TEST_CASE("A stand-in for the dollar is named in the source and in the report", "[feed]")
{
    fixture f{{"BTC-USD"}, {.policy = median}};
    f.take(0, 100);
    f.take(1, 100, {}, 0, way::poll, usd_standin::usdt);
    f.publish();
    CHECK(f.published() == lines{"BTC-USD 100 median(a,b(USDT))"});
    feed_report r;
    r.providers.resize(4);
    f.engine.report(r, f.now);
    CHECK(r.symbols[0].quotes[0].market.empty());
    CHECK(r.symbols[0].quotes[1].market == "BTC-USDT");
}

TEST_CASE("A pair nobody quotes is derived, and says so; a quoted one never is", "[feed]")
{
    const cross_rate inr{symbol_id{2}, symbol_id{0}, symbol_id{1}, false};
    fixture f{{"BTC-USD", "USD-INR", "BTC-INR"}, {.policy = fallback, .cross_rates = {inr}}};
    CHECK(f.engine.may_be_derived(symbol_id{2}));
    CHECK_FALSE(f.engine.may_be_derived(symbol_id{0}));
    f.take(0, 100, {}, 0);
    f.publish(2);
    CHECK(f.published().empty());
    f.take(1, 83.5, {}, 1);
    f.publish(2);
    CHECK(f.published() == lines{"BTC-INR 8350 derived(BTC-USD*USD-INR)"});
    f.take(0, 101, {}, 0);
    f.publish(2);
    CHECK(f.published() == lines{"BTC-INR 8433.5 derived(BTC-USD*USD-INR)"});
    f.take(2, 8400, {}, 2);
    f.publish(2);
    CHECK(f.published() == lines{"BTC-INR 8400 c"});
    // A leg that is lost leaves nothing to derive from.
    f.engine.withdraw(2, symbol_id{2}, way::poll);
    f.engine.withdraw(1, symbol_id{1}, way::poll);
    f.publish(2);
    CHECK(f.published().empty());
}

TEST_CASE("What streams of a leg moves the price derived from it", "[feed]")
{
    const cross_rate inr{symbol_id{2}, symbol_id{0}, symbol_id{1}, false};
    fixture f{{"BTC-USD", "USD-INR", "BTC-INR"}, {.policy = fallback, .cross_rates = {inr}}};
    f.take(0, 83.5, f.now.wall, 1, way::socket);
    f.take(0, 100, f.now.wall, 0, way::socket, usd_standin::usdt);
    f.offer(0);
    CHECK(
        f.published() ==
        lines{"BTC-USD 100 a(USDT)", "BTC-INR 8350 derived(BTC-USD(USDT)*USD-INR)"});
}

TEST_CASE("What streams too fast is thinned out, and its newest price is published", "[feed]")
{
    fixture f{{"BTC-USD"}, {.policy = fallback, .ticks_per_second = 10, .confirm_every = 10s}};
    f.take(0, 1, f.now.wall, 0, way::socket);
    f.offer();
    f.pass(1ms);
    f.take(0, 2, f.now.wall, 0, way::socket);
    f.offer();
    f.pass(1ms);
    f.take(0, 3, f.now.wall, 0, way::socket);
    f.offer();
    CHECK(f.published() == lines{"BTC-USD 1 a"});
    REQUIRE(f.engine.next_due());
    CHECK(*f.engine.next_due() == f.now.steady - 2ms + 100ms);
    f.pass(98ms);
    f.engine.publish_due(f.now);
    CHECK(f.published() == lines{"BTC-USD 3 a"});
    CHECK_FALSE(f.engine.next_due());
}

TEST_CASE("A price that streams unchanged is confirmed now and then, not each time", "[feed]")
{
    fixture f{{"BTC-USD"}, {.policy = fallback, .ticks_per_second = 10, .confirm_every = 10s}};
    for (int i = 0; i < 21; ++i) {
        f.take(0, 5, f.now.wall, 0, way::socket);
        f.offer();
        f.pass(1s);
    }
    CHECK(f.published().size() == 3);
}

TEST_CASE("What a stream said ends with it; what was polled stays", "[feed]")
{
    fixture f{{"BTC-USD", "ETH-USD"}, {.policy = fallback}};
    f.take(0, 5, f.now.wall, 0, way::socket);
    f.take(0, 6, f.now.wall, 1, way::poll);
    CHECK(f.engine.is_sent_by_socket(0, symbol_id{0}, f.now));
    CHECK_FALSE(f.engine.is_sent_by_socket(0, symbol_id{1}, f.now));
    f.engine.withdraw(0, symbol_id{0}, way::poll);
    CHECK(f.engine.preferred(symbol_id{0}, f.now) == 0u);
    f.engine.withdraw_socket(0);
    CHECK_FALSE(f.engine.preferred(symbol_id{0}, f.now));
    CHECK(f.engine.preferred(symbol_id{1}, f.now) == 0u);
}

TEST_CASE("A streamed price too old for its market no longer counts as streamed", "[feed]")
{
    fixture f{{"BTC-USD"}, {.policy = fallback}};
    f.take(0, 6, f.now.wall, 0, way::socket);
    f.pass(120s);
    CHECK(f.engine.is_sent_by_socket(0, symbol_id{0}, f.now));
    f.pass(1ms);
    CHECK_FALSE(f.engine.is_sent_by_socket(0, symbol_id{0}, f.now));
    CHECK_FALSE(f.engine.preferred(symbol_id{0}, f.now));
}

TEST_CASE(
    "When the names of all combinations are used up, prices go on under a short one", "[feed]")
{
    fixture f{{"BTC-USD"}, {.policy = median}};
    for (int i = 0; f.h.sources.intern("filler" + std::to_string(i)); ++i) {
    }
    f.take(0, 100);
    f.take(1, 100);
    f.publish();
    CHECK(f.published() == lines{"BTC-USD 100 median"});
}

TEST_CASE("No stand-in hides behind a short name", "[feed]")
{
    fixture f{{"BTC-USD"}, {.policy = median}};
    for (int i = 0; f.h.sources.intern("filler" + std::to_string(i)); ++i) {
    }
    f.take(0, 100);
    f.take(1, 100, {}, 0, way::poll, usd_standin::usdc);
    f.publish();
    CHECK(f.published() == lines{"BTC-USD 100 median(stablecoins)"});
}

TEST_CASE(
    "A weighted price names those that were weighed, and the median those that agree", "[feed]")
{
    const policy_settings weighted{.kind = policy_kind::weighted, .quorum = 2};
    fixture f{{"BTC-USD"}, {.policy = weighted}};
    const auto say = [&f](std::size_t provider, double value, std::optional<double> volume) {
        quote q{symbol_id{0}, *price::from(value), f.now.wall};
        q.volume_24h = volume;
        f.engine.take(provider, q, usd_standin::none, way::poll, f.now);
    };
    say(0, 100, {});
    say(1, 100.02, 5);
    f.publish();
    CHECK(f.published() == lines{"BTC-USD 100.01 median(a,b)"});
    say(2, 100.06, 700);
    f.publish();
    CHECK(f.published() == lines{"BTC-USD 100.04 weighted(b,c)"});
    CHECK(f.h.sources.combined(f.h.sources.intern("weighted(b,c)").value()) == 2);
    CHECK(
        f.h.counted(R"(tickertape_quotes_set_aside_total{provider="a",reason="no_volume"})") == 1);
}
