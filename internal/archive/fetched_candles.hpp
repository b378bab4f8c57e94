// Candles that are fetched from a provider: which are missing, which requests bring them, and how
// they are put into candles.db.
//
// What a provider was asked for is noted with the candles it gave, in the same transaction: a
// bucket for which it had nothing is not asked for again, if it had a later one. Longer candles
// follow from fetched ones where every piece of theirs is there and of one source.
//
// All but requests_for() throw thrown_failure. Threads: that of the candle_store.
#pragma once

#include "archive/candle_store.hpp"

#include <string>
#include <vector>

namespace tickertape::archive {

// Buckets of one series, from one provider. Times open buckets.
struct fetch_range {
    symbol_id symbol;
    series::interval of;
    series::candle_time from;
    series::candle_time until;

    friend bool operator==(const fetch_range&, const fetch_range&) noexcept = default;
};

// The parts of the range in which candles are missing that `source` was not asked for yet, in the
// order of time. With `replace`: those too that are there or were asked for.
std::vector<fetch_range>
missing_candles(candle_store& file, const fetch_range& of, std::string_view source, bool replace);

// The requests that bring what is missing, of at most `buckets_max` each, the newest first. One may
// span several parts, and what is there between them.
std::vector<fetch_range>
requests_for(const std::vector<fetch_range>& missing, std::size_t buckets_max);

struct fetched_candles {
    fetch_range asked;
    std::string source;
    std::vector<series::candle> candles;  // in the order of time, all of them within `asked`
};

struct put_candles {
    std::size_t put = 0;     // of those that were fetched
    std::size_t kept = 0;    // of those that were fetched, where another one stays
    std::size_t longer = 0;  // that followed
};

// One transaction of its own. `now`: no id of a candle that anybody has been sent is later.
put_candles
put_fetched(candle_store& file, const fetched_candles& answer, bool replace, position now);

}  // namespace tickertape::archive
