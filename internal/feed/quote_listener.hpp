// The interface through which rest_source and venue_socket report quotes and failures, symbol by
// symbol. live_feed implements it.
//
// Threads: the feed's strand.
#pragma once

#include "core/fetch_error.hpp"
#include "core/quote.hpp"
#include "core/usd_standin.hpp"
#include "net/answer_date.hpp"
#include "pricing/quote_board.hpp"

#include <cstddef>

namespace tickertape::feed {

// `provider` is the rank of the provider in PROVIDERS, from 0 on. A listener must not
// destroy the caller from within a call.
class quote_listener {
public:
    virtual ~quote_listener() = default;

    // The provider quotes a market whose price is `as`, taken for the symbol's. Returns why the
    // quote cannot be believed, if it cannot.
    virtual boost::system::error_code
    quoted(std::size_t provider, const quote& q, usd_standin as, pricing::quote_way by) = 0;
    // The provider was asked and gave no price of that symbol, or a message of its socket about the
    // symbol has no price.
    virtual void failed(
        std::size_t provider, symbol_id symbol, const fetch_error& why, pricing::quote_way by) = 0;
    // The provider's socket no longer sends that symbol.
    virtual void dropped(std::size_t provider, symbol_id symbol) = 0;
    // The provider's socket is down and none has taken over: its quotes no longer count.
    virtual void ended(std::size_t provider) = 0;
    // An answer of the provider, compared with our wall clock.
    virtual void dated(std::size_t provider, const net::clock_comparison& reading) = 0;
};

}  // namespace tickertape::feed
