// A provider as it is asked over REST for candles of before, without I/O: what to ask for one
// market, and what the answer says. One implementation per provider, beside its rest_api.
//
// Threads: any, none of it changes.
#pragma once

#include "core/fetch_error.hpp"
#include "net/http_message.hpp"
#include "provider/market_spelling.hpp"
#include "series/candle.hpp"
#include "series/interval.hpp"

#include <cstddef>
#include <vector>

namespace tickertape::provider {

// Buckets that open at or after `from` and before `until`; both open a bucket.
struct candle_range {
    series::candle_time from;
    series::candle_time until;

    friend bool operator==(const candle_range&, const candle_range&) noexcept = default;
};

struct candle_page {
    // In the order of time, each bucket once, all of them of the range. Their `ticks` are 0: nobody
    // says how many prices there were. A bucket in which nothing was traded has none.
    std::vector<series::candle> candles;
    // Candles with figures that cannot be: a high below a low, a price of zero, a time that opens
    // no bucket, a second candle of the same bucket.
    std::size_t refused = 0;
};

// Of candles of a day, an hour and a minute: every provider here has these.
class candle_api {
public:
    virtual ~candle_api() = default;

    // The most buckets of one request.
    virtual std::size_t candles_max() const noexcept = 0;
    // How many of the newest closed buckets can be asked for; 0: all that the provider has.
    virtual std::size_t reach() const noexcept { return 0; }

    // The request for the candles of a range of 1 to candles_max() buckets.
    virtual net::http_request
    request(const market& of, series::interval length, const candle_range& asked) const = 0;

    // What the answer to that request says. Errors: provider_errc::unknown_symbol where the
    // provider lacks the market; json_errc and provider_errc as for any answer, also where one
    // candle does not have the shape that the provider describes.
    virtual fetched<candle_page> read(
        const market& of, series::interval length, const candle_range& asked,
        const net::http_response& answer) const = 0;
};

}  // namespace tickertape::provider
