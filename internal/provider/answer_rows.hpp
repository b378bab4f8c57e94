// Answers that list their markets, each row with the market's name in it.
//
// Threads: any.
#pragma once

#include "core/fetch_error.hpp"
#include "provider/answers.hpp"
#include "provider/rest_api.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <span>
#include <string_view>

namespace tickertape::provider {

// None: a row that is not a market's, which is passed over.
using name_of_row = std::optional<std::string_view> (*)(const boost::json::value& row);
using read_of_row = fetched<quote> (*)(const market& m, const boost::json::value& row);

// What it means that a market asked for has no row among others.
enum class no_row {
    omitted,     // what is named and unknown is left out: an empty list lacks all that was named
    unlisted,    // the list is of all markets there are, and never empty
    unexplained  // it would have said so in words: the answer is not what we think it is
};

// What `read` says of the row of each market of the batch: of two with the same name, the first.
// Errors: where it has no row, provider_errc::unknown_symbol, but ::missing_field if that is
// unexplained; of all, ::missing_field if `rows` is null or has no market at all, which says
// nothing of any market, and ::wrong_type if it is no array.
answers read_rows(
    std::span<const market> batch, const boost::json::value* rows, name_of_row name_of,
    read_of_row read, no_row absent);

}  // namespace tickertape::provider
