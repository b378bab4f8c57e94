// OKX: https://www.okx.com/docs-v5.
//
// One or two markets are asked for one by one; more with one request for all spot markets.
#include "core/fetch_error.hpp"
#include "provider/answer.hpp"
#include "provider/answer_rows.hpp"
#include "provider/answers.hpp"
#include "provider/errors.hpp"
#include "provider/quote_fields.hpp"
#include "provider/read_unless.hpp"
#include "provider/request_text.hpp"
#include "json/fields.hpp"

#include <memory>

namespace tickertape::provider {
namespace {

constexpr std::size_t asked_apart_max = 2;

std::optional<std::string_view> name_of_symbol(const boost::json::value& row)
{
    return json::text_in(json::member(&row, "instId"));
}

// {"instId":"BTC-USDT","last":"..","bidPx":"..","askPx":"..","ts":"1785145938266","vol24h":"..",
// ...}: every figure is a string, the time is in milliseconds and goes on where nobody trades. The
// volume of a spot market is in the base currency; `volCcy24h` is not.
// Source: www.okx.com/docs-v5, get-tickers, and a recorded answer.
fetched<quote> read_row(const market& m, const boost::json::value& row)
{
    return quote_of({
        .symbol = m.symbol,
        .value = json::price_in(json::member(&row, "last"), "last"),
        .time = json::time_in(json::member(&row, "ts"), json::time_form::milliseconds, "ts"),
        .book = book_in(json::member(&row, "bidPx"), json::member(&row, "askPx")),
        .volume = json::member(&row, "vol24h"),
    });
}

// {"code":"51001","msg":"..","data":[]}, at status 200 too. A code of 0 is none.
std::optional<fetch_error> error_in(
    std::span<const market> batch, const net::http_response& answer, const boost::json::value* body)
{
    const auto code = json::integer_in(json::member(body, "code"));
    if (!code || *code == 0)
        return std::nullopt;
    if (*code == 51001)
        return blamed(batch, answer);
    const bool is_rate = *code == 50011 || answer.status == 429;
    return refusal(is_rate ? provider_errc::rate_limited : provider_errc::http_status, answer);
}

class okx_rest final : public rest_api {
public:
    std::optional<market_name>
    spelling(std::string_view base, std::string_view quote) const override
    {
        return market_name{std::string{base} + "-" + std::string{quote}};
    }

    std::size_t batch_size(std::span<const market> todo) const override
    {
        return todo.size() <= asked_apart_max ? 1 : todo.size();
    }

    net::http_request request(std::span<const market> batch) const override
    {
        if (batch.size() > 1)
            return {.target = "/api/v5/market/tickers?instType=SPOT"};
        return {.target = "/api/v5/market/ticker?instId=" + percent_escaped(batch[0].spelled.name)};
    }

    answers read(std::span<const market> batch, const net::http_response& answer) const override
    {
        return read_unless(error_in, batch, answer, [&](const boost::json::value& body) {
            const auto absent = batch.size() > 1 ? no_row::unlisted : no_row::unexplained;
            return read_rows(batch, json::member(&body, "data"), name_of_symbol, read_row, absent);
        });
    }
};

}  // namespace

std::unique_ptr<rest_api> make_okx_rest()
{
    return std::make_unique<okx_rest>();
}

}  // namespace tickertape::provider
