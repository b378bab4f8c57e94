// Binance: https://github.com/binance/binance-spot-api-docs. It has no market in USD: those in USDT
// and in USDC are markets of their own, and never stand for USD.
#include "core/fetch_error.hpp"
#include "provider/answer.hpp"
#include "provider/answer_rows.hpp"
#include "provider/answers.hpp"
#include "provider/candle_rows.hpp"
#include "provider/errors.hpp"
#include "provider/quote_fields.hpp"
#include "provider/read_unless.hpp"
#include "provider/request_text.hpp"
#include "json/fields.hpp"

#include <algorithm>
#include <memory>

namespace tickertape::provider {
namespace {

// Up to 20 symbols weigh 2, from 21 on they weigh 40.
constexpr std::size_t symbols_max = 20;

// {"symbol":"BTCUSDT","lastPrice":"..","bidPrice":"..","askPrice":"..","closeTime":1639734042763,
// "volume":"..",...}: prices are strings, the time is in milliseconds. It is the end of the window,
// which goes on where nobody trades: the volume says whether anybody does. It is in the base
// currency; `quoteVolume` is not.
// Source: binance-spot-api-docs, rest-api.md, and a recorded answer.
fetched<quote> read_row(const market& m, const boost::json::value& row)
{
    return quote_of({
        .symbol = m.symbol,
        .value = json::price_in(json::member(&row, "lastPrice"), "lastPrice"),
        .time = json::time_in(
            json::member(&row, "closeTime"), json::time_form::milliseconds, "closeTime"),
        .book = book_in(json::member(&row, "bidPrice"), json::member(&row, "askPrice")),
        .volume = json::member(&row, "volume"),
    });
}

std::optional<std::string_view> name_of_symbol(const boost::json::value& row)
{
    return json::text_in(json::member(&row, "symbol"));
}

// {"code":-1121,"msg":"Invalid symbol."}. The code of a restricted location is 0.
std::optional<fetch_error> error_in(
    std::span<const market> batch, const net::http_response& answer, const boost::json::value* body)
{
    const auto code = json::integer_in(json::member(body, "code"));
    if (!code)
        return std::nullopt;
    switch (*code) {
    case -1121:  // invalid symbol
    case -1100:  // a name with more letters than its symbols have
        return blamed(batch, answer);
    case -1003:  // too many requests
        return refusal(provider_errc::rate_limited, answer);
    default:
        return refusal(
            answer.status == 429 || answer.status == 418 ? provider_errc::rate_limited
                                                         : provider_errc::http_status,
            answer);
    }
}

class binance_rest final : public rest_api {
public:
    std::optional<market_name>
    spelling(std::string_view base, std::string_view quote) const override
    {
        if (quote == "USD")
            return std::nullopt;
        return market_name{std::string{base} + std::string{quote}};
    }

    std::size_t batch_size(std::span<const market> todo) const override
    {
        return std::min(todo.size(), symbols_max);
    }

    net::http_request request(std::span<const market> batch) const override
    {
        std::string symbols;
        for (const auto& m : batch)
            symbols += (symbols.empty() ? "[\"" : ",\"") + m.spelled.name + "\"";
        return {.target = "/api/v3/ticker/24hr?symbols=" + percent_escaped(symbols + "]")};
    }

    answers read(std::span<const market> batch, const net::http_response& answer) const override
    {
        return read_unless(error_in, batch, answer, [&](const boost::json::value& rows) {
            return read_rows(batch, &rows, name_of_symbol, read_row, no_row::unexplained);
        });
    }
};

// [[1609459200000,"28923.63000000","29600.00000000","28624.57000000","29331.69000000",
// "54182.92501100",1609545599999,...],...]: the time in milliseconds, open, high, low, close and
// volume, the oldest first, the last one forming. `endTime` is a part of the range.
// Source: binance-spot-api-docs, rest-api.md, and a recorded answer.
class binance_candles final : public candle_api {
public:
    std::size_t candles_max() const noexcept override { return 1'000; }

    net::http_request
    request(const market& of, series::interval length, const candle_range& asked) const override
    {
        using std::chrono::milliseconds;
        const milliseconds from = asked.from.time_since_epoch();
        const auto last = asked.until.time_since_epoch() - milliseconds{1};
        return {
            .target = "/api/v3/klines?symbol=" + percent_escaped(of.spelled.name) +
                      "&interval=" + std::string{series::text(length)} +
                      "&startTime=" + std::to_string(from.count()) +
                      "&endTime=" + std::to_string(last.count()) + "&limit=1000"};
    }

    fetched<candle_page> read(
        const market& of, series::interval length, const candle_range& asked,
        const net::http_response& answer) const override
    {
        const auto parsed = read_json(answer);
        if (auto error = error_in({&of, 1}, answer, parsed.json()))
            return *std::move(error);
        if (parsed.refused)
            return *parsed.refused;
        return read_candle_rows(
            parsed.json(), {length, asked, json::time_form::milliseconds},
            [](const boost::json::value& row) {
                const auto at = [&row](std::size_t i) { return json::element(&row, i); };
                return candle_fields{at(0), at(1), at(2), at(3), at(4), at(5)};
            });
    }
};

}  // namespace

std::unique_ptr<candle_api> make_binance_candles()
{
    return std::make_unique<binance_candles>();
}

std::unique_ptr<rest_api> make_binance_rest()
{
    return std::make_unique<binance_rest>();
}

}  // namespace tickertape::provider
