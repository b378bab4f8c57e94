// The rows of an answer as candles, or why the answer is none.
//
// Pure. Threads: any.
#pragma once

#include "core/fetch_error.hpp"
#include "provider/candle_api.hpp"
#include "json/errors.hpp"
#include "json/fields.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <optional>

namespace tickertape::provider {

// Where one row has its figures. Null: it has none there.
struct candle_fields {
    const boost::json::value* time;
    const boost::json::value* open;
    const boost::json::value* high;
    const boost::json::value* low;
    const boost::json::value* close;
    // Zero where nothing was traded: such a row repeats a price of before.
    const boost::json::value* volume;
};

class candle_rows {
public:
    candle_rows(series::interval of, const candle_range& asked, json::time_form form)
        : of_{of}, asked_{asked}, form_{form}
    {
    }

    // Takes a row. Returns an error where it does not have the shape of one; a row of that shape
    // with figures that cannot be is counted, and one outside the range left out.
    std::optional<fetch_error> take(const candle_fields& row);
    // The page. To be called once.
    candle_page page();

private:
    const series::interval of_;
    const candle_range asked_;
    const json::time_form form_;
    candle_page page_;
};

// The rows of an array, each with its figures where `fields_of(row)` says.
// Errors: json_errc::missing_field, ::wrong_type, ::bad_time.
template <class F>
fetched<candle_page> read_candle_rows(const boost::json::value* rows, candle_rows into, F fields_of)
{
    if (rows == nullptr)
        return fetch_error{json::json_errc::missing_field, "candles"};
    if (!rows->is_array())
        return fetch_error{json::json_errc::wrong_type, "candles"};
    for (const auto& row : rows->get_array())
        if (auto wrong = into.take(fields_of(row)))
            return *std::move(wrong);
    return into.page();
}

}  // namespace tickertape::provider
