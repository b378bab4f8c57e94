// The rows of an answer as a table, the same for all sources.
//
// Pure. Threads: any.
#pragma once

#include "core/fetch_error.hpp"
#include "market/table.hpp"
#include "net/http_message.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string_view>

namespace tickertape::market {

// None: the row cannot be read.
using coin_of_row = std::optional<coin> (*)(const boost::json::value& row);

// The body of an answer. Errors: as of provider::json_of(), and provider_errc::rate_limited and
// ::http_status where a body says at status 200 that it is an error.
fetched<boost::json::value> body_of(const net::http_response& answer);

// `rows`: null where the answer has no list. Errors: as of table_api::read_table().
fetched<table>
table_of(std::string_view source, const boost::json::value* rows, coin_of_row read, wall_time now);

}  // namespace tickertape::market
