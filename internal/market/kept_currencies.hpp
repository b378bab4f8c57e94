// Rates of currencies as a text that outlives the process and is read by other instances.
//
// No I/O. Threads: any.
#pragma once

#include "core/clock.hpp"
#include "core/fetch_error.hpp"
#include "market/currency_rates.hpp"

#include <string>
#include <string_view>

namespace tickertape::market {

std::string write_kept(const currency_snapshot& shown);

// Errors: those of json::read_own() and own_members.
fetched<currency_snapshot> read_kept_currencies(std::string_view text, const moment& now);

}  // namespace tickertape::market
