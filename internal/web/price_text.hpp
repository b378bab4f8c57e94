// A price as people read it: "$69,420.25", "0.00001234 USDT". As the page's scripts write it for a
// reader of American English (static/format.js), so that nothing changes when they take over.
//
// No I/O. Threads: any.
#pragma once

#include "core/price.hpp"

#include <string>
#include <string_view>

namespace tickertape::web {

// `currency`: the second half of a symbol. A name that cannot be a currency's code follows the
// number.
std::string price_text(price p, std::string_view currency);

}  // namespace tickertape::web
