// One line of a recording, as CSV or as JSON, to a price and its time. No I/O.
#pragma once

#include "core/clock.hpp"
#include "core/price.hpp"
#include "core/symbol.hpp"
#include "json/reader.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tickertape::synthetic {

struct recorded_price {
    symbol_id symbol;
    price value;
    std::optional<wall_time> at{};  // JSON lines may come without
};

// The names a recording may use for the configured symbols: "BTC-USD", "BTC/USD", "BTCUSD", and
// "BTC" for what is quoted in USD. Where two symbols share a short name, the first has it.
class recorded_names {
public:
    explicit recorded_names(const symbol_table& symbols);

    // An empty name is the first symbol.
    std::optional<symbol_id> find(std::string_view name) const;
    symbol_id first() const noexcept { return first_; }
    // How many symbols there are.
    std::size_t symbols() const noexcept { return symbols_; }

private:
    std::size_t symbols_;
    symbol_id first_;
    std::unordered_map<std::string, symbol_id> by_name_;
};

class recording {
public:
    // Decides by the first line of the file what it is: a JSON object, or the header of a CSV with
    // a time (time_ms, time_s, time, timestamp, date), a price (price, close, price_usd, close_usd)
    // and perhaps a symbol (symbol, pair). Where several would do, the first of these.
    // Errors: synthetic_errc::no_usable_column.
    static result<recording> of_first_line(std::string_view line, recorded_names names);

    // Whether that first line is a header, and holds no price.
    bool has_header() const noexcept { return is_csv_; }

    // Reads {"symbol"?,"price","timestamp"?} or a row of the CSV. A time is whatever
    // parse_timestamp() reads, as a string or a number, or a date with or without a time of day,
    // in UTC: "2024-01-31", "2024-01-31 16:43:33.5".
    // Errors: json_errc::not_json and its like, ::missing_field, ::wrong_type, ::bad_price,
    // ::bad_time, ::unknown_symbol.
    result<recorded_price> parse(std::string_view line, json::reader& reader) const;

private:
    enum class time_unit { ms, s, any };

    explicit recording(recorded_names names) : names_{std::move(names)} {}

    result<recorded_price> parse_row(std::string_view line) const;
    result<recorded_price> parse_object(std::string_view line, json::reader& reader) const;

    recorded_names names_;
    bool is_csv_ = false;
    time_unit unit_ = time_unit::ms;
    std::size_t time_column_ = 0;
    std::size_t price_column_ = 0;
    std::optional<std::size_t> symbol_column_{};
};

}  // namespace tickertape::synthetic
