// The rules of what is priced and of who is asked, which go by the providers there are.
//
// Threads: any.
#pragma once

#include "config/providers.hpp"
#include "config/rules.hpp"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tickertape::rules {

rule symbols();
// A list out of these and the local ones, or one of the local ones alone.
rule provider_names(std::span<const network_provider> known);

rule stablecoins();
rule derivations();

// Of one provider, by its name. Empty is its own.
rule provider_url(std::string name);
rule provider_stream_url(std::string name);
rule provider_api_key(std::string name);
rule provider_rate(std::string name);

}  // namespace tickertape::rules

namespace tickertape {

// The three symbols of "BTC-INR=BTC-USD*USD-INR", in any case; none: it has not that shape.
std::optional<std::array<std::string, 3>> symbols_of_derivation(std::string_view item);

}  // namespace tickertape
