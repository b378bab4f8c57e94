// Reads one row of a table: a member that is missing or null is unknown, one of another type than a
// row has spoils the row. Others are ignored.
//
// Figures come as numbers and as text with a number in it.
//
// Threads: one.
#pragma once

#include "core/clock.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace tickertape::market {

class row_reader {
public:
    // `row` outlives it. Null: no member is there.
    explicit row_reader(const boost::json::value* row) noexcept : row_{row} {}

    // Any finite number.
    std::optional<double> figure(std::string_view name);
    // A number greater than zero. Zero and less are unknown: sources write 0 for that.
    std::optional<double> positive(std::string_view name);
    // RFC 3339. A text that is no time is unknown.
    std::optional<wall_time> time(std::string_view name);
    // 1 to name_bytes_max bytes without hidden characters. A row without such a text is spoilt.
    std::string text(std::string_view name);
    // The same for what people read: hidden characters are taken out of it.
    std::string name(std::string_view name);
    // Prices as a JSON array of up to sparkline_points_max, the newest; empty: there are none.
    std::string sparkline(std::string_view name, std::string_view within);

    bool is_spoilt() const noexcept { return is_spoilt_; }

private:
    const boost::json::value* row_;
    bool is_spoilt_ = false;
};

}  // namespace tickertape::market
