// Fetches candles of before from providers, and puts them where candles are kept.
//
// One request at a time, the newest candles first; what was put stays, so that a run that was cut
// short goes on where it was.
//
// Threads: the strand of the providers' gates.
#pragma once

#include "archive/fetched_candles.hpp"
#include "feed/candle_source.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tickertape {

// A candle that was closed so long ago is what the provider goes on saying.
inline constexpr std::chrono::seconds settled{60};

// Whether the provider of that name has candles.
bool has_candles(const std::string& name);

// Where candles are kept. Each is cancelled by cancelling the caller.
class candle_shelf {
public:
    virtual ~candle_shelf() = default;
    virtual boost::asio::awaitable<archive::result<std::vector<archive::fetch_range>>>
    missing(archive::fetch_range of, std::string source, bool replace) = 0;
    virtual boost::asio::awaitable<archive::result<archive::put_candles>>
    put(archive::fetched_candles answer, bool replace) = 0;
};

class backfill {
public:
    // Buckets of which it is looked up at once which are missing: some MB. Ten years of days are
    // one part, a year of minutes eleven.
    static constexpr std::int64_t buckets_at_once = 50'000;

    struct wish {
        std::vector<symbol_id> symbols;
        series::interval of = series::interval::d1;
        series::candle_time from;
        series::candle_time until;
        bool replace = false;
        // Asks nobody: only counts what is missing.
        bool is_dry = false;
    };

    // What came of one symbol at one provider.
    struct outcome {
        symbol_id symbol;
        std::string provider;
        // What the rows are marked with: "coinbase", or "binance(USDT)".
        std::string source;
        std::size_t missing = 0;   // buckets, before
        std::size_t planned = 0;   // requests, at most
        std::size_t requests = 0;  // answered
        std::size_t put = 0;
        std::size_t kept = 0;  // others stay there
        std::size_t longer = 0;
        std::size_t refused = 0;  // impossible figures
        std::string problem;      // empty: none
    };

    struct parts {
        const symbol_table& symbols;
        std::vector<std::unique_ptr<feed::candle_source>>& sources;
        candle_shelf& to;
        const clock& time;
        // Told after each request, and of each symbol and provider at the end.
        std::function<void(const outcome& so_far)> progress;
        std::function<void(const outcome& all)> ended;
    };

    backfill(parts of, wish wanted) : of_{std::move(of)}, wanted_{std::move(wanted)} {}

    enum class ending {
        complete,
        incomplete,  // a provider failed, or has a symbol that it does not have
        cancelled,
        not_kept,  // candles cannot be put; the last outcome says why
    };
    // Asks each provider in their order for what is missing of each symbol. Never throws.
    boost::asio::awaitable<ending> run();

private:
    struct step {
        ending so_far = ending::complete;
        bool has_market = false;
    };
    boost::asio::awaitable<step> ask(symbol_id symbol, feed::candle_source& source);
    boost::asio::awaitable<ending>
    ask(const archive::fetch_range& range, feed::candle_source& source,
        const provider::market_spelling& as, outcome& of);
    boost::asio::awaitable<ending> fetch(
        const archive::fetch_range& request, feed::candle_source& source,
        const provider::market_spelling& as, outcome& of);

    const parts of_;
    const wish wanted_;
    std::vector<const feed::candle_source*> failed_;
};

}  // namespace tickertape
