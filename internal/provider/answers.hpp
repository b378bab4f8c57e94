// What a provider answers, market by market.
#pragma once

#include "core/fetch_error.hpp"
#include "core/quote.hpp"

#include <optional>
#include <vector>

namespace tickertape::provider {

// One per symbol asked for, in the order asked; empty as long as the provider has said nothing.
using answers = std::vector<std::optional<fetched<quote>>>;

// Writes `error` to each market that has no answer yet.
void answer_rest(answers& into, const fetch_error& error);

}  // namespace tickertape::provider
