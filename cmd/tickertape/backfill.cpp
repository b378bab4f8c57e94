#include "backfill.hpp"

#include "net/with_timeout.hpp"
#include "provider/errors.hpp"
#include "provider/registry.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <utility>

namespace tickertape {
namespace {

namespace asio = boost::asio;

using archive::fetch_range;

// The range that the provider can be asked for at all: some have the newest candles only.
fetch_range within_reach(fetch_range range, const provider::candle_api& api, wall_time now)
{
    if (const auto reach = api.reach(); reach != 0) {
        const auto most = series::length(range.of) * static_cast<std::int64_t>(reach);
        range.from = std::max(range.from, series::bucket_open(range.of, now) - most);
    }
    range.from = std::min(range.from, range.until);
    return range;
}

std::size_t buckets_in(const std::vector<fetch_range>& parts)
{
    std::size_t all = 0;
    for (const auto& part : parts)
        all += static_cast<std::size_t>((part.until - part.from) / series::length(part.of));
    return all;
}

}  // namespace

bool has_candles(const std::string& name)
{
    const auto* row = provider::find_provider(name);
    return row != nullptr && row->make_candles != nullptr;
}

asio::awaitable<backfill::ending> backfill::run()
{
    auto all = ending::complete;
    for (const auto symbol : wanted_.symbols) {
        bool has_market = false;
        for (const auto& source : of_.sources) {
            if (std::ranges::find(failed_, source.get()) != failed_.end())
                continue;
            const auto done = co_await ask(symbol, *source);
            has_market = has_market || done.has_market;
            if (done.so_far == ending::cancelled || done.so_far == ending::not_kept)
                co_return done.so_far;
            if (done.so_far == ending::incomplete)
                all = ending::incomplete;
        }
        if (!has_market && failed_.empty()) {
            of_.ended(
                {.symbol = symbol,
                 .provider = {},
                 .source = {},
                 .problem = "no provider has candles of it"});
            all = ending::incomplete;
        }
    }
    co_return all;
}

// One symbol at one provider: the market that it has, its own before those in a stand-in for the
// dollar.
asio::awaitable<backfill::step> backfill::ask(symbol_id symbol, feed::candle_source& source)
{
    step done;
    for (const auto& as : source.spellings(of_.symbols, symbol)) {
        outcome of{
            .symbol = symbol,
            .provider = source.name(),
            .source = labelled(source.name(), as.as),
            .problem = {}};
        const auto range = within_reach(
            {symbol, wanted_.of, wanted_.from, wanted_.until}, source.api(), of_.time.wall_now());
        done.so_far = co_await ask(range, source, as, of);
        if (co_await net::is_cancelled())
            done.so_far = ending::cancelled;
        // Where there is no such market the next spelling may have one.
        if (done.so_far == ending::incomplete && of.problem.empty()) {
            done.so_far = ending::complete;
            continue;
        }
        done.has_market = true;
        of_.ended(of);
        co_return done;
    }
    co_return done;
}

// A part at a time, the newest first. `ending::incomplete` without a problem: the provider has no
// such market.
asio::awaitable<backfill::ending> backfill::ask(
    const fetch_range& range, feed::candle_source& source, const provider::market_spelling& as,
    outcome& of)
{
    const auto length = series::length(range.of);
    const auto requests_most = [&](series::candle_time until) {
        const auto most = static_cast<std::int64_t>(source.api().candles_max());
        return static_cast<std::size_t>(((until - range.from) / length + most - 1) / most);
    };
    std::size_t planned = 0;
    for (auto until = range.until; until > range.from;) {
        const auto from = std::max(range.from, until - length * buckets_at_once);
        const fetch_range part{range.symbol, range.of, from, until};
        auto marked = of.source;
        const auto missing = co_await of_.to.missing(part, std::move(marked), wanted_.replace);
        if (!missing) {
            of.problem = missing.error().text;
            co_return ending::not_kept;
        }
        const auto requests = archive::requests_for(*missing, source.api().candles_max());
        of.missing += buckets_in(*missing);
        planned += requests.size();
        of.planned = planned + requests_most(from);
        until = from;
        if (wanted_.is_dry)
            continue;
        for (const auto& request : requests) {
            const auto done = co_await fetch(request, source, as, of);
            if (done != ending::complete)
                co_return done;
        }
    }
    co_return ending::complete;
}

asio::awaitable<backfill::ending> backfill::fetch(
    const fetch_range& request, feed::candle_source& source, const provider::market_spelling& as,
    outcome& of)
{
    // What is awaited gets values with names: g++ 12 destroys an aggregate made in the call twice.
    provider::market market{request.symbol, as.name};
    const provider::candle_range asked{request.from, request.until};
    auto page = co_await source.fetch(std::move(market), request.of, asked);
    if (!page) {
        const auto& why = page.error();
        if (why.code == asio::error::operation_aborted)
            co_return ending::cancelled;
        if (why.code == provider::provider_errc::unknown_symbol)
            co_return ending::incomplete;
        if (feed::is_about_the_provider(why))
            failed_.push_back(&source);
        of.problem = words_of(why);
        co_return ending::incomplete;
    }
    archive::fetched_candles answer{request, of.source, std::move(page->candles)};
    const auto put = co_await of_.to.put(std::move(answer), wanted_.replace);
    if (!put) {
        of.problem = put.error().text;
        co_return ending::not_kept;
    }
    ++of.requests;
    of.put += put->put;
    of.kept += put->kept;
    of.longer += put->longer;
    of.refused += page->refused;
    of_.progress(of);
    co_return ending::complete;
}

}  // namespace tickertape
