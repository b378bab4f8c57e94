// A provider as it is asked over REST, without I/O: what to ask for which markets, and what the
// answer says. One implementation per provider, in this room.
//
// When it is asked, and what follows a failure, is decided elsewhere: see feed/rest_source.hpp.
//
// Threads: any, none of it changes.
#pragma once

#include "core/quote.hpp"
#include "net/http_message.hpp"
#include "provider/answers.hpp"
#include "provider/market_spelling.hpp"

#include <span>

namespace tickertape::provider {

class rest_api : public market_speller {
public:
    // How many of `todo`, from its front on, to ask for with one request: 1 or more. `todo` is what
    // may be asked for together, and not empty; those of the first one's currency stand first.
    virtual std::size_t batch_size(std::span<const market> todo) const = 0;

    // The request for one batch of 1 to batch_size() markets.
    virtual net::http_request request(std::span<const market> batch) const = 0;

    // What the answer to that request says: one answer per market of the batch, in its order, none
    // empty. A failure that concerns the whole request is the answer of each; that one market of
    // several made the provider refuse them all is provider_errc::batch_refused, and the markets
    // are then asked for in smaller batches. A market the provider lacks is ::unknown_symbol.
    virtual answers read(std::span<const market> batch, const net::http_response& answer) const = 0;
};

}  // namespace tickertape::provider
