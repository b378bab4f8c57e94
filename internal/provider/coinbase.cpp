// Coinbase Exchange: https://docs.cdp.coinbase.com/exchange.
//
// Up to ten markets are asked for one by one, because that answer has the time of the last trade
// and the book; more with one request for the day's figures of all products, which has neither.
#include "core/fetch_error.hpp"
#include "core/timestamp.hpp"
#include "provider/answer.hpp"
#include "provider/answers.hpp"
#include "provider/candle_rows.hpp"
#include "provider/errors.hpp"
#include "provider/quote_fields.hpp"
#include "provider/request_text.hpp"
#include "json/errors.hpp"
#include "json/fields.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <memory>

namespace tickertape::provider {
namespace {

// Its rate allows as many at once, and at the usual pace several times as many in a round.
constexpr std::size_t asked_apart_max = 10;

// {"price":"63212.97","time":"2026-06-19T16:43:33.016274911Z","bid":"..","ask":"..","volume":"..",
// ...}: the last trade and its time, which on a quiet market stands still. The volume is of 24
// hours, in the base currency. Source: docs.cdp.coinbase.com, get-product-ticker, and recorded
// answers.
fetched<quote> read_ticker(const market& m, const boost::json::value& ticker)
{
    if (!ticker.is_object())
        return fetch_error{json::json_errc::wrong_type, "the answer is not an object"};
    return quote_of({
        .symbol = m.symbol,
        .value = json::price_in(json::member(&ticker, "price"), "price"),
        .time = json::time_in(json::member(&ticker, "time"), json::time_form::rfc3339, "time"),
        .book = book_in(json::member(&ticker, "bid"), json::member(&ticker, "ask")),
        .volume = json::member(&ticker, "volume"),
    });
}

// {"BTC-USD":{"stats_24hour":{"open":"..","high":"..","low":"..","last":"..","volume":"..",...},...},
// ...}
//
// Nothing dates this price and no book stands beside it: the last trade may be a day old. Where the
// whole day had one price it may be that of a single trade, and is refused. Where it had several,
// only that it goes on changing tells a live market from a dead one, which no single answer shows.
// The volume is in the base currency.
// Source: docs.cdp.coinbase.com, and a recorded answer.
fetched<quote> read_day(const market& m, const boost::json::value& products)
{
    const auto* product = json::member(&products, m.spelled.name);
    if (product == nullptr)
        return fetch_error{provider_errc::unknown_symbol, "no product " + m.spelled.name};
    const auto* day = json::member(product, "stats_24hour");
    const auto high = json::price_in(json::member(day, "high"), "high");
    const auto low = json::price_in(json::member(day, "low"), "low");
    if (high && low && *high == *low)
        return fetch_error{provider_errc::dead_market, "one price in 24h"};
    return quote_of({
        .symbol = m.symbol,
        .value = json::price_in(json::member(day, "last"), "last"),
        .volume = json::member(day, "volume"),
    });
}

// Of a product that is unknown (404) or delisted (400). Any other refusal, such as that of a place
// it does not serve or of an address that is not its, is not this product's affair.
constexpr std::array<std::string_view, 2> not_here{"NotFound", "Not allowed for delisted products"};

bool blames_product(const net::http_response& answer)
{
    if (answer.status != 400 && answer.status != 404)
        return false;
    const auto parsed = read_json(answer);
    const auto message = json::text_in(json::member(parsed.json(), "message"));
    return message && std::ranges::find(not_here, *message) != not_here.end();
}

// Whether this is the list of the day's figures.
bool has_products(const boost::json::value& products)
{
    return std::ranges::any_of(products.get_object(), [](const auto& each) {
        return json::member(&each.value(), "stats_24hour") != nullptr;
    });
}

class coinbase_rest final : public rest_api {
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
            return {.target = "/products/stats"};
        return {.target = "/products/" + percent_escaped(batch[0].spelled.name) + "/ticker"};
    }

    answers read(std::span<const market> batch, const net::http_response& answer) const override
    {
        if (batch.size() == 1 && blames_product(answer))
            return to_all(batch, blamed(batch, answer));
        const auto body = json_of(answer);
        if (!body)
            return to_all(batch, body.error());
        if (batch.size() == 1)
            return {read_ticker(batch[0], *body)};
        if (!body->is_object())
            return to_all(batch, {json::json_errc::wrong_type, "the answer is not an object"});
        if (!has_products(*body))
            return to_all(batch, {json::json_errc::missing_field, "no product in the answer"});
        return to_each(batch, [&](const market& m) { return read_day(m, *body); });
    }
};

// [[1517443740,10106,10120.21,10106.01,10120.21,2.85107455],...]: the time in seconds, then LOW,
// HIGH, open, close and volume as numbers, the newest first. A bucket without a trade is missing.
// A range of more than 300 is refused, and its end is a part of it.
// Source: docs.cdp.coinbase.com, get-product-candles, and recorded answers.
class coinbase_candles final : public candle_api {
public:
    std::size_t candles_max() const noexcept override { return 300; }

    net::http_request
    request(const market& of, series::interval length, const candle_range& asked) const override
    {
        const auto seconds = series::length(length);
        return {
            .target = "/products/" + percent_escaped(of.spelled.name) +
                      "/candles?granularity=" + std::to_string(seconds.count()) +
                      "&start=" + percent_escaped(format_rfc3339(asked.from)) +
                      "&end=" + percent_escaped(format_rfc3339(asked.until - seconds))};
    }

    fetched<candle_page> read(
        const market& of, series::interval length, const candle_range& asked,
        const net::http_response& answer) const override
    {
        if (blames_product(answer))
            return blamed({&of, 1}, answer);
        const auto body = json_of(answer);
        if (!body)
            return body.error();
        return read_candle_rows(
            &*body, {length, asked, json::time_form::seconds}, [](const boost::json::value& row) {
                const auto at = [&row](std::size_t i) { return json::element(&row, i); };
                return candle_fields{at(0), at(3), at(2), at(1), at(4), at(5)};
            });
    }
};

}  // namespace

std::unique_ptr<candle_api> make_coinbase_candles()
{
    return std::make_unique<coinbase_candles>();
}

std::unique_ptr<rest_api> make_coinbase_rest()
{
    return std::make_unique<coinbase_rest>();
}

}  // namespace tickertape::provider
