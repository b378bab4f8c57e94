// One line of the pipe: {"symbol":"BTC-USD","price":69420.25}. No I/O.
#pragma once

#include "core/price.hpp"
#include "core/symbol.hpp"
#include "json/reader.hpp"

#include <string_view>

namespace tickertape::synthetic {

struct pipe_price {
    symbol_id symbol;
    price value;
};

// The symbol may be missing if only one is configured. Other fields are ignored, "source" among
// them: where a price came from is not for the pipe to say.
// Errors: json_errc::not_json, ::json_too_deep, ::number_out_of_range, ::wrong_type,
// ::missing_field (no price), ::symbol_missing, ::unknown_symbol, ::bad_price.
result<pipe_price>
parse_pipe_line(std::string_view line, const symbol_table& symbols, json::reader& reader);

}  // namespace tickertape::synthetic
