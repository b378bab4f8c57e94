// What is known of Bitcoin's network as a text that outlives the process: as kept_table.hpp. The
// figures follow from it again.
//
// No I/O. Threads: any.
#pragma once

#include "core/clock.hpp"
#include "core/fetch_error.hpp"
#include "market/network.hpp"

#include <string>
#include <string_view>

namespace tickertape::market {

std::string write_kept(const network_parts& known);

// With a chain. Ages go on from when each part was received. Errors: those of json::read_own();
// json_errc::wrong_type, with the member, where one is not as it was written.
fetched<network_parts> read_kept_network(std::string_view text, const moment& now);

}  // namespace tickertape::market
