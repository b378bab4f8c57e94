// Gemini: https://docs.gemini.com. One market per request.
#include "core/fetch_error.hpp"
#include "core/text.hpp"
#include "provider/answer.hpp"
#include "provider/answers.hpp"
#include "provider/errors.hpp"
#include "provider/quote_fields.hpp"
#include "provider/read_unless.hpp"
#include "provider/request_text.hpp"
#include "json/errors.hpp"
#include "json/fields.hpp"

#include <memory>

namespace tickertape::provider {
namespace {

// {"bid":"..","ask":"..","last":"..","volume":{"BTC":"..","USD":"..","timestamp":1788856560000}}:
// strings, and no time of the price: the timestamp is the end of the window the volume was counted
// in, and was a day old in a recorded answer whose prices were not. It dates nothing, so it is not
// read. `last` may lie outside bid and ask. The volume is read in the quote currency, whose name we
// asked with.
// Source: docs.gemini.com, and a recorded answer.
fetched<quote> read_ticker(const market& m, const boost::json::value& ticker)
{
    if (!ticker.is_object())
        return fetch_error{json::json_errc::wrong_type, "the answer is not an object"};
    return quote_of({
        .symbol = m.symbol,
        .value = json::price_in(json::member(&ticker, "last"), "last"),
        .book = book_in(json::member(&ticker, "bid"), json::member(&ticker, "ask")),
        .volume = json::member(json::member(&ticker, "volume"), m.spelled.currency),
        .volume_in = volume_unit::quote,
    });
}

// A symbol Gemini lacks is "InvalidSymbol" in one recorded answer, and elsewhere a "Bad Request"
// whose message says "Supplied value 'x' is not a valid symbol".
bool is_unknown(std::string_view reason, std::string_view message)
{
    return reason == "InvalidSymbol" ||
           (reason == "Bad Request" &&
            message.find("not a valid symbol") != std::string_view::npos);
}

// {"result":"error","reason":"InvalidSymbol","message":".."}, at any status.
std::optional<fetch_error> error_in(
    std::span<const market> batch, const net::http_response& answer, const boost::json::value* body)
{
    if (json::text_in(json::member(body, "result")) != "error")
        return std::nullopt;
    const auto reason = json::text_in(json::member(body, "reason")).value_or("");
    if (is_unknown(reason, json::text_in(json::member(body, "message")).value_or("")))
        return blamed(batch, answer);
    const bool is_rate = answer.status == 429 || reason.starts_with("RateLimit");
    return refusal(is_rate ? provider_errc::rate_limited : provider_errc::http_status, answer);
}

class gemini_rest final : public rest_api {
public:
    std::optional<market_name>
    spelling(std::string_view base, std::string_view quote) const override
    {
        return market_name{
            .name = lower_case(base) + lower_case(quote), .currency = std::string{quote}};
    }

    std::size_t batch_size(std::span<const market>) const override { return 1; }

    net::http_request request(std::span<const market> batch) const override
    {
        return {.target = "/pubticker/" + percent_escaped(batch[0].spelled.name)};
    }

    answers read(std::span<const market> batch, const net::http_response& answer) const override
    {
        return read_unless(error_in, batch, answer, [&](const boost::json::value& body) {
            return to_each(batch, [&](const market& m) { return read_ticker(m, body); });
        });
    }
};

}  // namespace

std::unique_ptr<rest_api> make_gemini_rest()
{
    return std::make_unique<gemini_rest>();
}

}  // namespace tickertape::provider
