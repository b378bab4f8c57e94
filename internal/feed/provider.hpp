// A provider is asked for prices and answers per symbol. One implementation per venue, in
// providers/.
//
// Threads: the feed's strand.
#pragma once

#include "feed/quote.hpp"

#include <boost/asio/awaitable.hpp>

#include <span>
#include <string_view>

namespace tickertape {

class provider {
public:
    virtual ~provider() = default;

    // As it is configured, counted and shown as the source of a price: "coinbase".
    virtual std::string_view name() const noexcept = 0;

    // Asks for every symbol of `wanted` and writes each answer to its place in `into`, which has as
    // many, as soon as it is known: what was answered before a cancellation stays answered. Asking
    // goes on after a symbol the provider lacks, and ends with everything that concerns them all.
    // Both arguments outlive the call. Never throws. Being cancelled leaves places empty.
    virtual boost::asio::awaitable<void>
    fetch(std::span<const symbol_id> wanted, answers& into) = 0;
};

}  // namespace tickertape
