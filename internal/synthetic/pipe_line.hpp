// One line of the pipe: {"symbol":"BTC-USD","price":69420.25}. No I/O.
#pragma once

#include "core/price.hpp"
#include "core/symbol.hpp"
#include "synthetic/recording.hpp"
#include "json/reader.hpp"

#include <string>
#include <string_view>

namespace tickertape::synthetic {

struct pipe_price {
    symbol_id symbol;
    price value;
};

// The symbol is one of `names`, in any of its spellings: "BTC-USD", "btc/usd", "btcusd". It may be
// missing if only one is configured. Other fields are ignored, "source" among
// them: where a price came from is not for the pipe to say.
// Errors: json_errc::not_json, ::json_too_deep, ::number_out_of_range, ::wrong_type,
// ::missing_field (no price), ::symbol_missing, ::unknown_symbol, ::bad_price.
result<pipe_price>
parse_pipe_line(std::string_view line, const recorded_names& names, json::reader& reader);

// The name of a symbol that such a line has; empty: none. For a complaint about it: it is text from
// outside, cut after 40 bytes.
std::string name_in_pipe_line(std::string_view line, json::reader& reader);

}  // namespace tickertape::synthetic
