// Whether a quote can be believed at all, before it is compared with others.
//
// Pure. Threads: any.
#pragma once

#include "core/fetch_error.hpp"
#include "core/quote.hpp"

namespace tickertape::pricing {

// What a quote must keep to, to be believed at all.
struct quote_limits {
    // One the provider itself dates further back than this is not shown as live.
    std::chrono::milliseconds age_max{120'000};
    // Further ahead of our clock than this, one of the two clocks is wrong and no age can be told.
    std::chrono::milliseconds ahead_max{300'000};
    // Of the book, as a part of its middle. Wider is a market nobody trades in.
    double spread_max = 0.10;
    // How far outside a narrow book the last trade may lie, as a part of the middle: the two are
    // not read at one moment. Of a wide book, as far as it is wide.
    double outside_max = 0.01;
    // A volume of 24 hours that was said longer ago weighs nothing any more.
    std::chrono::milliseconds volume_age_max{600'000};
};

// Whether a quote's own time lets it be shown as live at `now`. A quote without a time does.
// Errors: pricing_errc::stale_quote, ::future_quote.
boost::system::error_code
check_age(const quote& q, wall_time now, const quote_limits& limits) noexcept;

// Whether its book, if it has one, is that of a market that lives.
// Errors: pricing_errc::dead_market (a side is empty), ::absurd_spread, ::outside_book.
boost::system::error_code check_book(const quote& q, const quote_limits& limits) noexcept;

// Why it was refused by one of the two, with the figures that led to it: "2 min 5 s old".
fetch_error refusal_of(const quote& q, const boost::system::error_code& why, wall_time now);

}  // namespace tickertape::pricing
