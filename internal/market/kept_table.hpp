// The market's table as a text that outlives the process: what is shown after a restart, and what
// the leader of a cluster gives the others.
//
// Figures read back as they were. What a rule withheld stays withheld, with its reason; no rule is
// applied again. Which symbol of ours a coin is, is not in it.
//
// No I/O. Threads: any.
#pragma once

#include "core/clock.hpp"
#include "core/fetch_error.hpp"
#include "market/board.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace tickertape::market {

std::string write_kept(const snapshot& shown);

// Ages go on from when it was received. Errors: those of json::read_own(); json_errc::wrong_type,
// with the member, where one is not as it was written, or names a source or a reason that is not
// known.
fetched<snapshot>
read_kept_table(std::string_view text, const moment& now, std::chrono::milliseconds stale_after);

}  // namespace tickertape::market
