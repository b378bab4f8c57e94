#include "backfill_at_start.hpp"

#include "asio/no_throw.hpp"
#include "feed_choice.hpp"
#include "keeper_shelf.hpp"
#include "net/tls_trust.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/this_coro.hpp>

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <cassert>
#include <random>
#include <utility>

namespace tickertape {
namespace {

using series::interval;

// The feed has half of what a provider takes at once for itself.
constexpr double left_to_others = 0.5;

// How often an instance whose turn it is not looks whether it is.
constexpr std::chrono::seconds look_each{1};

}  // namespace

std::vector<std::unique_ptr<feed::candle_source>> candle_sources(
    const config::settings& s, const backfill_at_start::parts& of, boost::asio::ssl::context& trust)
{
    feed::candle_source::limits limits;
    limits.left_to_others = left_to_others;
    std::vector<std::unique_ptr<feed::candle_source>> all;
    for (const auto& name : s.providers)
        if (has_candles(name))
            all.push_back(feed::make_candle_source(
                name, s.access.at(name), s.live, of.strand, of.time, of.gates, trust, limits));
    return all;
}

std::unique_ptr<candle_shelf> shelf_of(const backfill_at_start::parts& of)
{
    return std::make_unique<keeper_shelf>(
        [&to = of.archive](archive::candle_keeper::work piece) {
            return to.offer(std::move(piece));
        },
        [&to = of.archive] { return to.present(); }, of.strand);
}

bool backfill_at_start::is_wanted(const config::settings& s)
{
    return s.archive.backfill.count() != 0 &&
           kind_of_feed(s.providers) == archive::feed_kind::live &&
           std::ranges::any_of(s.providers, has_candles);
}

backfill_at_start::backfill_at_start(const config::settings& s, const parts& of)
    : of_{of}, trust_{net::make_tls_context(s.live.ca_file)},
      sources_{candle_sources(s, of, trust_)}, shelf_{shelf_of(of)}
{
    const auto now = of_.time.wall_now();
    wanted_.symbols = {of_.symbols.all().begin(), of_.symbols.all().end()};
    wanted_.from =
        series::bucket_open(interval::d1, now - s.archive.backfill) + series::length(interval::d1);
    wanted_.until = series::bucket_open(interval::d1, now - settled);
    publish_figures();
}

backfill_at_start::~backfill_at_start()
{
    assert(running_ == 0);
}

void backfill_at_start::start()
{
    asio::dispatch(of_.strand, [this] {
        std::random_device chance;
        std::uniform_int_distribution<std::chrono::seconds::rep> wait{
            std::chrono::seconds{wait_min}.count(), std::chrono::seconds{wait_max}.count()};
        asks_from_ = of_.time.steady_now() + std::chrono::seconds{wait(chance)};
        spawn();
    });
}

void backfill_at_start::spawn()
{
    if (is_stopping_)
        return;
    ++running_;
    asio::co_spawn(
        of_.strand, run(),
        asio::bind_executor(
            of_.strand, asio::bind_cancellation_slot(
                            stop_.slot(), [this](std::exception_ptr escaped) { ended(escaped); })));
}

// What one that shares the archive has begun, the next leader goes on with.
void backfill_at_start::lead(bool leads)
{
    asio::dispatch(of_.strand, [this, leads] {
        const bool was = std::exchange(leads_, leads);
        if (of_.among != place::shares_archive || !was || leads || running_ == 0)
            return;
        is_to_begin_again_ = true;
        stop_.emit(asio::cancellation_type::terminal);
    });
}

bool backfill_at_start::has_turn() const
{
    switch (of_.among) {
    case place::shares_archive:
        return leads_ && of_.archive.writes();
    case place::archive_of_its_own:
        return leads_ || of_.time.steady_now() >= asks_from_;
    case place::alone:
        break;
    }
    return true;
}

// Returns whether it came.
asio::awaitable<bool> backfill_at_start::turn_comes()
{
    asio::steady_timer again{of_.strand};
    while (!has_turn()) {
        again.expires_after(look_each);
        const auto [stopped] = co_await again.async_wait(no_throw);
        if (stopped)
            co_return false;
    }
    co_return true;
}

void backfill_at_start::stop()
{
    asio::dispatch(of_.strand, [this] {
        is_stopping_ = true;
        stop_.emit(asio::cancellation_type::terminal);
    });
}

asio::awaitable<void> backfill_at_start::run()
{
    // A cancellation arrives as an error code, not as an exception.
    co_await asio::this_coro::throw_if_cancelled(false);
    const bool is_our_turn = co_await turn_comes();
    if (!is_our_turn)
        co_return;
    backfill work{
        {of_.symbols, sources_, *shelf_, of_.time, [](const backfill::outcome&) {},
         [this](const backfill::outcome& of) { tell(of); }},
        wanted_};
    const auto how = co_await work.run();
    if (how == backfill::ending::complete)
        of_.log.info("candles of before are there", {{"fetched", put_.value()}});
    else if (how == backfill::ending::incomplete)
        of_.log.warn(
            "some candles of before could not be fetched; the next start tries again",
            {{"fetched", put_.value()}});
}

void backfill_at_start::tell(const backfill::outcome& of)
{
    put_.add(of.put + of.longer);
    refused_.add(of.refused);
    const auto& symbol = of_.symbols.name(of.symbol);
    // To stop is no problem of a provider's.
    if (!of.problem.empty() && !is_stopping_ && !is_to_begin_again_) {
        problems_.add();
        of_.log.warn(
            "no candles of before",
            {{"symbol", symbol}, {"provider", of.provider}, {"why", of.problem}});
    }
    if (of.requests == 0)
        return;
    of_.log.info(
        "candles of before were fetched", {{"symbol", symbol},
                                           {"source", of.source},
                                           {"candles", of.put},
                                           {"longer", of.longer},
                                           {"refused", of.refused},
                                           {"requests", of.requests}});
}

void backfill_at_start::publish_figures()
{
    using kind = telemetry::metrics::kind;
    const auto counted = [this](const std::string& name, const std::string& help, auto value) {
        of_.figures.sampled(kind::counter, name, help, {}, [this, value] {
            return static_cast<double>(value(*this));
        });
    };
    counted(
        "tickertape_backfill_candles_total", "Candles of before that were fetched and put.",
        [](const backfill_at_start& b) { return b.put_.value(); });
    counted(
        "tickertape_backfill_refused_total",
        "Candles of before that were refused because of impossible figures.",
        [](const backfill_at_start& b) { return b.refused_.value(); });
    counted(
        "tickertape_backfill_failures_total",
        "Symbols of which a provider gave no candles of before.",
        [](const backfill_at_start& b) { return b.problems_.value(); });
    counted(
        "tickertape_backfill_requests_total", "Requests for candles of before.",
        [](const backfill_at_start& b) {
            std::uint64_t all = 0;
            for (const auto& source : b.sources_)
                all += source->requests().value();
            return all;
        });
}

void backfill_at_start::ended(const std::exception_ptr& escaped)
{
    --running_;
    if (std::exchange(is_to_begin_again_, false))
        spawn();
    if (!escaped)
        return;
    try {
        std::rethrow_exception(escaped);
    } catch (const std::exception& e) {
        of_.log.error("candles of before: an internal error", {{"cause", e.what()}});
    }
}

}  // namespace tickertape
