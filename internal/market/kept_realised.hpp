// Bitcoin's realised value as a text that outlives the process: as kept_table.hpp.
//
// No I/O. Threads: any.
#pragma once

#include "core/clock.hpp"
#include "core/fetch_error.hpp"
#include "market/realised.hpp"

#include <string>
#include <string_view>

namespace tickertape::market {

std::string write_kept(const realised_snapshot& shown);

// Errors: those of json::read_own(); json_errc::wrong_type, with the member.
fetched<realised_snapshot> read_kept_realised(std::string_view text, const moment& now);

}  // namespace tickertape::market
