// Text to a JSON value, with limits, and with every number as close to its text as a double can be.
//
// Boost.JSON converts numbers itself and may miss the nearest double by one unit in the last place,
// so a price would not read back as the provider wrote it. This builds the same values from the
// same parser, but converts the text of each number once more, exactly.
//
// Threads: one; it keeps its buffers from one text to the next.
#pragma once

#include "core/errors.hpp"
#include "core/price.hpp"

#include <boost/json/value.hpp>

#include <memory>
#include <string_view>

namespace tickertape::json {

class reader {
public:
    static constexpr std::size_t depth_max = 32;

    reader();
    ~reader();
    reader(const reader&) = delete;
    reader& operator=(const reader&) = delete;

    // One whole JSON text. A key given twice has its last value. The value lives in `storage`.
    // Errors: json_errc::not_json (invalid UTF-8 too), ::json_too_deep, ::number_out_of_range.
    result<boost::json::value> read(std::string_view text, boost::json::storage_ptr storage = {});

private:
    struct impl;

    std::unique_ptr<impl> impl_;
};

// A price as a JSON number, or as a JSON string with a decimal number in it.
// Errors: json_errc::wrong_type, ::bad_price.
result<price> price_of_number(const boost::json::value& from) noexcept;
result<price> price_of_string(const boost::json::value& from) noexcept;

}  // namespace tickertape::json
