// What a failed request says: of one market, of the provider, or of the host that was asked.
//
// Pure. Threads: any.
#pragma once

#include "core/fetch_error.hpp"
#include "core/quote.hpp"
#include "provider/answers.hpp"
#include "provider/market_spelling.hpp"

#include <optional>
#include <span>

namespace tickertape::provider {

// Whether a market was answered, and what was said of it is no price.
bool is_about_what_was_said(const boost::system::error_code& code) noexcept;

// Why the answer as a whole is none; nothing: at least one market was quoted, or what was said
// concerns markets alone.
std::optional<fetch_error> failure_of(const answers& said);

// Whether what was asked for was refused, by a status that may mean a market the provider lacks or
// an address that is wrong, and in words that we do not know.
bool is_unexplained(std::span<const market> batch, const fetch_error& why) noexcept;

// Whether the same request may do better a moment later. What the provider says on purpose it will
// say again.
bool may_pass(const fetch_error& why) noexcept;

// Whether another host of the same provider may do better: this one is out of reach, or refuses
// those who ask from here.
bool is_about_the_host(const fetch_error& why) noexcept;

}  // namespace tickertape::provider
