// What settings say of the access to a provider: its addresses and its key.
//
// Threads: any.
#pragma once

#include "feed/settings.hpp"
#include "net/url.hpp"
#include "provider/registry.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace tickertape::feed {

// `url` is of a row of a table of ours; a test checks that all of these are valid.
net::base_url own_url(const result<net::base_url>& url);
// Throws std::runtime_error, one line: a key that cannot be sent, or none where one is needed.
void check_key(const provider_settings& settings, const provider::row& row);
// Where the provider is asked, in the order it is tried.
std::vector<net::base_url> urls_of(const provider_settings& settings, const provider::row& row);
// What prices may take of what the provider gives in a month for nothing, of which the market takes
// `market_calls`; none: there is no such limit, or the operator says the rate, or an address with a
// key, as those with a larger plan do. A twenty-fifth may be taken at once: that is some time of
// another provider's failure.
std::optional<rate_limit> plan_of_prices(
    const provider_settings& settings, const provider::row& row, std::size_t market_calls) noexcept;

}  // namespace tickertape::feed
