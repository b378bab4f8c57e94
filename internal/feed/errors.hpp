// What can go wrong between a provider's price and our tick.
//
// A failure has a code, which is what callers branch on, and words, which are what the log says.
// What goes wrong on the way to a provider and back is net::net_errc.
#pragma once

#include "net/errors.hpp"

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>

#include <string_view>

namespace tickertape {

enum class feed_errc {
    deadline = 1,          // the provider's share of the round was over
    http_status,           // any other status than 200
    rate_limited,          // status 429 or 418
    html_instead_of_json,  // a page for people, as proxies and walls send
    not_json,              // the text is not JSON
    json_too_deep,         // more levels than any provider needs
    number_out_of_range,   // a number that is no double
    missing_field,         // a field we need is not there
    wrong_type,            // a field is there, with another type than it should have
    bad_price,             // not finite, not positive, or absurdly large or small
    bad_time,              // the time is not one
    stale_quote,           // older than a price may be to be shown as live
    future_quote,          // from a future that no clock error explains
    dead_market,           // nobody bids, nobody asks, or nothing was traded for a day
    absurd_spread,         // bid and ask are too far apart to mean a price
    outside_book,          // the last trade is far from both
    outlier,               // too far from what the other providers say
    no_quote,              // nobody says anything
    no_quorum,             // too few say anything
    disagreement,          // no majority says the same
    unknown_symbol,        // not sold here
    batch_refused,         // one of several symbols made the provider refuse them all
    key_refused,           // the provider wants a key, or not this one
    throttled,             // the provider's limit leaves us no request at this time
    paused,                // the provider told us to wait
    breaker_open,          // it failed too often to be asked now
    subscription_refused,  // the provider will not stream that
    symbol_missing,        // the line does not say which symbol it means
    line_too_long,         // over the limit for one line
    no_usable_column,      // a recording without a price or a time
};

const boost::system::error_category& feed_category() noexcept;
boost::system::error_code make_error_code(feed_errc e) noexcept;

using net::fetch_error;
using net::fetched;

// The label of tickertape_fetches_total: error, deadline, refused, unknown_symbol,
// not_asked.
std::string_view outcome_of(const boost::system::error_code& code) noexcept;

// Whether a market was answered, and only what was said of it is no price.
bool is_about_what_was_said(const boost::system::error_code& code) noexcept;

// Why a quote is set aside, as a label: "outlier", "stale", "dead_market".
std::string_view reason_of(feed_errc why) noexcept;

}  // namespace tickertape

template <>
struct boost::system::is_error_code_enum<tickertape::feed_errc> : std::true_type {
};
