// The rules of what is priced and of who is asked, which go by the providers there are.
//
// Threads: any.
#pragma once

#include "config/rules.hpp"
#include "provider/registry.hpp"

#include <span>
#include <string>

namespace tickertape::config::rules {

rule symbols();
// A list out of these and the local ones, or one of the local ones alone.
rule provider_names(std::span<const provider::row> known);

rule stablecoins();
rule cross_rates();

// Of one provider, by its name. Empty is its own.
rule provider_url(std::string name);
rule provider_socket_url(std::string name);
rule provider_api_key(std::string name);
rule provider_rate(std::string name);

}  // namespace tickertape::config::rules
