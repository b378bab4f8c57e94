// Bitstamp: https://www.bitstamp.net/api.
//
// One or two markets are asked for one by one; more with one request for all pairs.
#include "core/fetch_error.hpp"
#include "core/text.hpp"
#include "provider/answer.hpp"
#include "provider/answer_rows.hpp"
#include "provider/answers.hpp"
#include "provider/candle_rows.hpp"
#include "provider/errors.hpp"
#include "provider/quote_fields.hpp"
#include "provider/read_unless.hpp"
#include "provider/request_text.hpp"
#include "json/errors.hpp"
#include "json/fields.hpp"

#include <algorithm>
#include <array>
#include <memory>

namespace tickertape::provider {
namespace {

constexpr std::size_t asked_apart_max = 2;

// {"last":"1.84115","bid":"1.84541","ask":"1.84797","timestamp":"1785145936","volume":"..",...}:
// strings, the time in seconds. Nobody says that it is the last trade's, so it is the volume that
// tells whether anybody trades. It is in the base currency.
// Source: www.bitstamp.net/api, and recorded answers.
fetched<quote> read_row(const market& m, const boost::json::value& row)
{
    return quote_of({
        .symbol = m.symbol,
        .value = json::price_in(json::member(&row, "last"), "last"),
        .time =
            json::time_in(json::member(&row, "timestamp"), json::time_form::seconds, "timestamp"),
        .book = book_in(json::member(&row, "bid"), json::member(&row, "ask")),
        .volume = json::member(&row, "volume"),
    });
}

// "btcusd", as the address has it.
std::string in_path(std::string_view pair)
{
    auto path = lower_case(pair);
    std::erase(path, '/');
    return path;
}

// A pair it does not have was once answered with the figures of BTC/USD: where a row names its
// pair, it is the one asked for.
fetched<quote> read_one(const market& m, const boost::json::value& row)
{
    if (!row.is_object())
        return fetch_error{json::json_errc::wrong_type, "the answer is not an object"};
    const auto pair = json::text_in(json::member(&row, "pair"));
    if (pair && in_path(*pair) != in_path(m.spelled.name))
        return fetch_error{provider_errc::unknown_symbol, "another pair was answered"};
    return read_row(m, row);
}

// [{"pair":"BTC/USD","market_type":"SPOT",...},...]: perpetuals are listed beside the spot markets.
std::optional<std::string_view> name_of_symbol(const boost::json::value& row)
{
    const auto type = json::text_in(json::member(&row, "market_type"));
    if (type && *type != "SPOT")
        return std::nullopt;
    return json::text_in(json::member(&row, "pair"));
}

// Of a pair, a currency and a market that it does not have. Source: www.bitstamp.net/api, the list
// of error codes. A 404 without such a code may as well come from a wrong address.
constexpr std::array<std::string_view, 3> not_here{"404.003", "404.006", "404.007"};

// {"status":"error","code":"400.002","reason":".."}, whatever the status of the answer is.
std::optional<fetch_error> error_in(
    std::span<const market> batch, const net::http_response& answer, const boost::json::value* body)
{
    const auto code = json::text_in(json::member(body, "code")).value_or("");
    if (code == "400.002")
        return refusal(provider_errc::rate_limited, answer);
    if (std::ranges::find(not_here, code) != not_here.end())
        return blamed(batch, answer);
    if (answer.status == 200 && json::text_in(json::member(body, "status")) == "error")
        return refusal(provider_errc::http_status, answer);
    return std::nullopt;
}

class bitstamp_rest final : public rest_api {
public:
    std::optional<market_name>
    spelling(std::string_view base, std::string_view quote) const override
    {
        return market_name{std::string{base} + "/" + std::string{quote}};
    }

    std::size_t batch_size(std::span<const market> todo) const override
    {
        return todo.size() <= asked_apart_max ? 1 : todo.size();
    }

    net::http_request request(std::span<const market> batch) const override
    {
        if (batch.size() > 1)
            return {.target = "/ticker/"};
        return {.target = "/ticker/" + percent_escaped(in_path(batch[0].spelled.name)) + "/"};
    }

    answers read(std::span<const market> batch, const net::http_response& answer) const override
    {
        return read_unless(error_in, batch, answer, [&](const boost::json::value& body) {
            return batch.size() == 1
                       ? answers{read_one(batch[0], body)}
                       : read_rows(batch, &body, name_of_symbol, read_row, no_row::unlisted);
        });
    }
};

// {"data":{"ohlc":[{"timestamp":"1609459200","open":"28999.63","high":"29700","low":"28720",
// "close":"29410.1","volume":"3180.1"},...],"pair":"BTC/USD"}}: strings, the time in seconds, the
// oldest first, the last one forming. A bucket without a trade repeats the close before it, with a
// volume of zero.
// Source: www.bitstamp.net/api, get-ohlc-data.
class bitstamp_candles final : public candle_api {
public:
    std::size_t candles_max() const noexcept override { return 1'000; }

    net::http_request
    request(const market& of, series::interval length, const candle_range& asked) const override
    {
        const auto step = series::length(length);
        return {
            .target = "/ohlc/" + percent_escaped(in_path(of.spelled.name)) +
                      "/?step=" + std::to_string(step.count()) +
                      "&limit=" + std::to_string((asked.until - asked.from) / step) +
                      "&start=" + std::to_string(asked.from.time_since_epoch().count())};
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
        const auto* given = json::member(parsed.json(), "data");
        const auto pair = json::text_in(json::member(given, "pair"));
        if (pair && in_path(*pair) != in_path(of.spelled.name))
            return fetch_error{provider_errc::unknown_symbol, "another pair was answered"};
        return read_candle_rows(
            json::member(given, "ohlc"), {length, asked, json::time_form::seconds},
            [](const boost::json::value& row) {
                const auto of_row = [&row](std::string_view name) {
                    return json::member(&row, name);
                };
                return candle_fields{of_row("timestamp"), of_row("open"),  of_row("high"),
                                     of_row("low"),       of_row("close"), of_row("volume")};
            });
    }
};

}  // namespace

std::unique_ptr<candle_api> make_bitstamp_candles()
{
    return std::make_unique<bitstamp_candles>();
}

std::unique_ptr<rest_api> make_bitstamp_rest()
{
    return std::make_unique<bitstamp_rest>();
}

}  // namespace tickertape::provider
