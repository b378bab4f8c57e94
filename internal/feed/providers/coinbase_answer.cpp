#include "feed/providers/coinbase_answer.hpp"

#include "core/timestamp.hpp"
#include "feed/json_reader.hpp"
#include "feed/provider_answer.hpp"

namespace tickertape {

fetched<quote> parse_coinbase_ticker(
    symbol_id symbol, int http_status, std::string_view content_type, std::string_view body)
{
    auto read = json_of(http_status, content_type, body);
    if (!read) {
        auto error = read.error();
        if (http_status == 404 && error.detail == "NotFound")
            error.code = feed_errc::unknown_symbol;
        return error;
    }
    const auto* ticker = read->if_object();
    if (ticker == nullptr)
        return fetch_error{feed_errc::wrong_type, "the answer is not an object"};

    const auto* price_text = ticker->if_contains("price");
    if (price_text == nullptr)
        return fetch_error{feed_errc::missing_field, "price"};
    const auto value = price_of_string(*price_text);
    if (!value)
        return fetch_error{value.error(), "price"};

    // Without its time nobody could tell a price of now from one of last week.
    const auto* time_text = ticker->if_contains("time");
    if (time_text == nullptr)
        return fetch_error{feed_errc::missing_field, "time"};
    const auto* text = time_text->if_string();
    if (text == nullptr)
        return fetch_error{feed_errc::wrong_type, "time"};
    const auto time = parse_rfc3339({text->data(), text->size()});
    if (!time)
        return fetch_error{feed_errc::bad_time, "time"};
    return quote{symbol, *value, *time};
}

}  // namespace tickertape
