// The fields of one market as a quote, or why there is none.
//
// Pure. Threads: any.
#pragma once

#include "core/clock.hpp"
#include "core/fetch_error.hpp"
#include "core/quote.hpp"

#include <boost/json/value.hpp>

#include <optional>

namespace tickertape::provider {

// The best bid and ask. None: one of the fields is missing, so the provider does not say. A side
// that is there, but null or an empty string, has nobody on it, which is a price of zero.
// Errors: json_errc::wrong_type, ::bad_price (negative, not finite, or no number).
fetched<std::optional<book_top>>
book_in(const boost::json::value* bid, const boost::json::value* ask);

enum class volume_unit {
    base,   // the currency that is priced: bitcoins
    quote,  // the currency it is priced in: dollars
};

// What the fields of one market say, each read or refused.
struct quote_fields {
    symbol_id symbol;
    fetched<price> value;
    std::optional<fetched<wall_time>> time{};  // none: the provider does not say
    fetched<std::optional<book_top>> book = std::optional<book_top>{};
    // What was traded in this market in the last 24 hours. Null: the provider does not say.
    const boost::json::value* volume = nullptr;
    volume_unit volume_in = volume_unit::base;
};

// The quote, or the first of the refusals. A volume that is no figure above zero refuses nothing:
// it is then unknown. One in the quote currency is divided by the price. A market in which nothing
// was traded for 24 hours, or that has neither a price nor anybody who bids or asks, is
// provider_errc::dead_market whatever else it says.
fetched<quote> quote_of(const quote_fields& fields);

}  // namespace tickertape::provider
