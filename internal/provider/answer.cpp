#include "provider/answer.hpp"

#include "core/fetch_error.hpp"
#include "core/text.hpp"
#include "provider/answers.hpp"
#include "provider/errors.hpp"
#include "provider/quote_fields.hpp"
#include "json/fields.hpp"
#include "json/reader.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace tickertape::provider {
namespace {

// Further into an error page than this nobody looks for its words.
constexpr std::size_t page_bytes_max = 4096;

bool is_html(std::string_view content_type, std::string_view body)
{
    const auto first = body.find_first_not_of(" \t\r\n");
    return content_type.starts_with("text/html") ||
           (first != std::string_view::npos && body[first] == '<');
}

// The text between the tags, as far as a log line needs it.
std::string text_of_page(std::string_view page)
{
    std::string text;
    bool is_in_tag = false;
    for (const char c : page.substr(0, page_bytes_max)) {
        if (c == '<') {
            is_in_tag = true;
            text += ' ';
        } else if (c == '>') {
            is_in_tag = false;
        } else if (!is_in_tag) {
            text += c;
        }
    }
    return clean_words(text);
}

std::optional<std::string> words_in(const boost::json::value* at)
{
    const auto text = json::text_in(at);
    if (!text || text->empty())
        return std::nullopt;
    return clean_words(*text);
}

constexpr std::array<std::string_view, 6> word_fields{"message", "error",   "error_message",
                                                      "msg",     "Message", "reason"};

// Where the providers put their words:
//   {"message":".."}                                        Coinbase, Gemini
//   {"error":".."}                                          CoinGecko, Bitfinex
//   {"status":{"error_code":1,"error_message":".."}}        CoinMarketCap, CoinGecko (there also
//                                                           within "error")
//   {"msg":".."}                                            Binance, OKX
//   {"reason":".."}                                         Bitstamp, Gemini
//   {"Message":".."}, {"Err":{"message":".."}}              CryptoCompare
//   {"error":["EQuery:Unknown asset pair"]}                 Kraken
//   ["error",10020,"symbol: invalid"]                       Bitfinex
std::optional<std::string> message_of(const boost::json::value& body)
{
    for (const auto name : word_fields)
        if (auto words = words_in(json::member(&body, name)))
            return words;
    const std::array nested{
        words_in(json::element(json::member(&body, "error"), 0)),
        words_in(json::member(json::member(&body, "Err"), "message")),
        json::text_in(json::element(&body, 0)) == "error" ? words_in(json::element(&body, 2))
                                                          : std::nullopt,
    };
    for (const auto& words : nested)
        if (words)
            return words;
    for (const auto* status :
         {json::member(&body, "status"), json::member(json::member(&body, "error"), "status")}) {
        if (auto words = words_in(json::member(status, "error_message")))
            return words;
        if (const auto code = json::integer_in(json::member(status, "error_code")))
            return "error_code " + std::to_string(*code);
    }
    return std::nullopt;
}

}  // namespace

bool has_words(const boost::json::value& body)
{
    return std::ranges::any_of(word_fields, [&](std::string_view name) {
        return words_in(json::member(&body, name)).has_value();
    });
}

std::string words_of(std::string_view body)
{
    if (is_html({}, body))
        return text_of_page(body);
    if (const auto read = json::reader{}.read(body))
        if (auto message = message_of(*read))
            return *message;
    return clean_words(body);
}

read_answer read_json(const net::http_response& answer)
{
    read_answer read;
    if (answer.status != 200) {
        const bool is_rate = answer.status == 429 || answer.status == 418;
        read.refused =
            refusal(is_rate ? provider_errc::rate_limited : provider_errc::http_status, answer);
    }
    if (is_html(answer.content_type, answer.body)) {
        if (!read.refused)
            read.refused = {provider_errc::html_instead_of_json, text_of_page(answer.body)};
        return read;
    }
    auto body = json::reader{}.read(answer.body);
    if (body)
        read.body = std::move(*body);
    else if (!read.refused)
        read.refused = {body.error(), clean_words(std::string_view{answer.body}.substr(0, 80))};
    return read;
}

fetched<boost::json::value> json_of(const net::http_response& answer)
{
    auto read = read_json(answer);
    if (read.refused)
        return std::move(*read.refused);
    return std::move(*read.body);
}

fetch_error refusal(boost::system::error_code code, const net::http_response& answer)
{
    return {code, words_of(answer.body), answer.status == 200 ? 0 : answer.status};
}

fetch_error blamed(std::span<const market> batch, const net::http_response& answer)
{
    return refusal(
        batch.size() == 1 ? provider_errc::unknown_symbol : provider_errc::batch_refused, answer);
}

answers to_all(std::span<const market> batch, const fetch_error& error)
{
    return answers(batch.size(), fetched<quote>{error});
}

}  // namespace tickertape::provider
