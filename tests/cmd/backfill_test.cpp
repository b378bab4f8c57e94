// How years of candles are fetched in parts, and that a stop ends every wait.
#include "backfill.hpp"
#include "feed/harness.hpp"
#include "keeper_shelf.hpp"
#include "net/http_client.hpp"
#include "net/tls_trust.hpp"
#include "net/url.hpp"
#include "provider/registry.hpp"
#include "support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

using namespace tickertape;
using namespace tickertape::testing;
using namespace std::chrono_literals;
using archive::fetch_range;
using series::interval;

namespace {

// Nothing is there yet, and nothing is put.
struct empty_shelf final : candle_shelf {
    std::vector<fetch_range> asked;

    boost::asio::awaitable<archive::result<std::vector<fetch_range>>>
    missing(fetch_range of, std::string, bool) override
    {
        asked.push_back(of);
        std::vector<fetch_range> all{of};
        co_return all;
    }
    boost::asio::awaitable<archive::result<archive::put_candles>>
    put(archive::fetched_candles, bool) override
    {
        co_return archive::failure{archive::archive_errc::disk_failed, "no disk"};
    }
};

}  // namespace

TEST_CASE("Years of minutes are looked up in parts, the newest first", "[cmd]")
{
    harness h;
    auto trust = net::make_tls_context({});
    provider::gates gates;
    const auto strand = boost::asio::make_strand(h.io);
    const auto& row = *provider::find_provider("coinbase");
    feed::candle_source::parts parts{
        .name = "coinbase",
        .api = row.make_candles(),
        .speller = row.make_rest(),
        .clients = {},
        .gate = gates.of("coinbase", {.per_minute = 60, .burst = 1}, {}, h.time.steady_now()),
        .for_usd = {}};
    parts.clients.push_back(std::make_unique<net::http_client>(
        h.io.get_executor(), *net::parse_base_url("http://127.0.0.1:1"), trust,
        net::http_limits{}));
    std::vector<std::unique_ptr<feed::candle_source>> sources;
    sources.push_back(std::make_unique<feed::candle_source>(
        strand, h.time, std::move(parts), feed::candle_source::limits{}, [] { return 0.5; }));

    empty_shelf shelf;
    std::vector<backfill::outcome> ended;
    const auto last = series::bucket_open(interval::m1, h.time.wall_now());
    const std::int64_t minutes = 3 * backfill::buckets_at_once - 7;
    backfill work{
        {h.symbols, sources, shelf, h.time, [](const auto&) {},
         [&](const backfill::outcome& of) { ended.push_back(of); }},
        {.symbols = {symbol_id{0}},
         .of = interval::m1,
         .from = last - minutes * 1min,
         .until = last,
         .replace = false,
         .is_dry = true}};
    auto how = backfill::ending::not_kept;
    boost::asio::co_spawn(
        strand, work.run(), [&](std::exception_ptr, backfill::ending e) { how = e; });
    h.io.run();
    CHECK(how == backfill::ending::complete);
    REQUIRE(shelf.asked.size() == 3);
    auto until = last;
    for (const auto& part : shelf.asked) {
        CHECK(part.until == until);
        CHECK((part.until - part.from) / 1min <= backfill::buckets_at_once);
        until = part.from;
    }
    CHECK(until == last - minutes * 1min);
    REQUIRE(ended.size() == 1);
    CHECK(ended.front().missing == static_cast<std::size_t>(minutes));
    CHECK(ended.front().planned == 2 * 167 + 167);
}

TEST_CASE("A stop between the answer of a provider and its candles' way to the disk ends", "[cmd]")
{
    boost::asio::io_context io;
    const auto strand = boost::asio::make_strand(io);
    // Work is taken, and never done: the thread that would do it has ended.
    int offered = 0;
    keeper_shelf shelf{
        [&](const auto&) {
            ++offered;
            return true;
        },
        [] { return position{}; }, strand};
    boost::asio::cancellation_signal stop;
    std::optional<archive::result<archive::put_candles>> answer;
    const bool is_early = GENERATE(true, false);
    const auto run = [&]() -> boost::asio::awaitable<void> {
        co_await boost::asio::this_coro::throw_if_cancelled(false);
        if (is_early)
            stop.emit(boost::asio::cancellation_type::terminal);
        archive::fetched_candles none{{symbol_id{0}, interval::d1, {}, {}}, "coinbase", {}};
        auto put = co_await shelf.put(std::move(none), false);
        answer = std::move(put);
    };
    boost::asio::co_spawn(
        strand, run,
        boost::asio::bind_cancellation_slot(stop.slot(), [](const std::exception_ptr&) {}));
    io.poll();
    if (!is_early) {
        CHECK_FALSE(answer.has_value());
        stop.emit(boost::asio::cancellation_type::terminal);
        io.poll();
    }
    REQUIRE(answer.has_value());
    CHECK_FALSE(answer->has_value());
    CHECK(offered == (is_early ? 0 : 1));
    CHECK(io.stopped());
}
