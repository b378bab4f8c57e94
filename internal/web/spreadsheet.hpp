// A price for spreadsheets and shells, which read numbers and tables, and no JSON.
//
// Such a reader looks at a number and at nothing beside it, and keeps it for long. So a price alone
// is answered only while it is fresh; a table says in its own columns when the price was new.
//
// No I/O. Threads: any.
#pragma once

#include "core/clock.hpp"
#include "core/price.hpp"
#include "http/message.hpp"
#include "web/site.hpp"

#include <chrono>
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

// What a reader is told of one price.
struct sheet_price {
    std::string_view symbol;
    std::string_view currency;
    price value;
    std::string_view source;
    wall_time time;
    std::chrono::milliseconds age;
    bool is_stale;
};

// "69420.25" and the end of the line; 503 with the reason while the price is stale, or before the
// first.
http::response price_as_text(const site& s, symbol_id id, boot_time now);
http::response price_as_text(const sheet_price& of);

// A heading and one line, also of a stale price, which the line says; 503 before the first price.
http::response price_as_csv(const site& s, symbol_id id, boot_time now);
http::response price_as_csv(const sheet_price& of);

}  // namespace tickertape::web
