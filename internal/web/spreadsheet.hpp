// A price for spreadsheets and shells, which read numbers and tables, and no JSON.
//
// Such a reader looks at a number and at nothing beside it, and keeps it for long. So a price alone
// is answered only while it is fresh; a table says in its own columns when the price was new.
//
// No I/O. Threads: any.
#pragma once

#include "http/message.hpp"
#include "web/site.hpp"

#include <cstdint>
#include <string_view>

namespace tickertape::web {

enum class sheet_format : std::uint8_t {
    json,  // no spreadsheet's: what is asked for without an ending
    text,
    csv,
};

// "btc-usd.csv" as "btc-usd" and csv. Endings are read in any case; no symbol has one, because
// there is no point in a symbol.
struct sheet_name {
    std::string_view symbol;
    sheet_format format;
};
sheet_name read_sheet_name(std::string_view name) noexcept;

// "69420.25" and the end of the line; 503 with the reason while the price is stale, or before the
// first.
http::response price_as_text(const site& s, symbol_id id, boot_time now);

// A heading and one line, also of a stale price, which the line says; 503 before the first price.
http::response price_as_csv(const site& s, symbol_id id, boot_time now);

}  // namespace tickertape::web
