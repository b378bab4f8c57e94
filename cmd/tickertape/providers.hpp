// The providers of the feed, as the configuration wants to know them: the two rooms know nothing of
// each other.
#pragma once

#include "config/providers.hpp"

#include <vector>

namespace tickertape {

std::vector<network_provider> network_providers();

}  // namespace tickertape
