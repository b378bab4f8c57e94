// Kraken: https://docs.kraken.com.
//
// Pairs are spelled BTC/USD and asked for with assetVersion=1, so that the answer has them under
// the same name. Should it answer under its own old name (XXBTZUSD) nevertheless, that is read too:
// made from the readable one by the list of the assets that have one. Taking letters off the old
// name would make AIO and AIOZ one.
#include "core/fetch_error.hpp"
#include "provider/answer.hpp"
#include "provider/answers.hpp"
#include "provider/candle_rows.hpp"
#include "provider/errors.hpp"
#include "provider/kraken_pair.hpp"
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

// So many pairs are named; for more, every pair there is is asked for (1,530 of them were 430 kB in
// 2026). One unknown pair among the named makes Kraken refuse them all, and it answers 414 to an
// address that is longer than it likes; the whole list knows neither.
constexpr std::size_t pairs_max = 20;

constexpr std::array rate_words{
    std::string_view{"EGeneral:Too many requests"}, std::string_view{"EAPI:Rate limit exceeded"},
    std::string_view{"EGeneral:Temporary lockout"}};

constexpr std::array unknown_words{
    std::string_view{"EQuery:Unknown asset"}, std::string_view{"EQuery:Invalid asset pair"}};

// The first of {"error":["EQuery:Unknown asset pair"]}; empty: none. Those with a W are warnings,
// beside which there is a result.
std::string_view first_error(const boost::json::value& body)
{
    const auto* errors = json::member(&body, "error");
    for (std::size_t i = 0; const auto* each = json::element(errors, i); ++i)
        if (const auto text = json::text_in(each); text && !text->starts_with('W'))
            return *text;
    return {};
}

fetch_error
error_of(std::span<const market> batch, const net::http_response& answer, std::string_view words)
{
    const auto begins = [&](std::string_view begin) { return words.starts_with(begin); };
    if (std::ranges::any_of(unknown_words, begins))
        return blamed(batch, answer);
    const bool is_rate = std::ranges::any_of(rate_words, begins);
    return refusal(is_rate ? provider_errc::rate_limited : provider_errc::http_status, answer);
}

// {"a":["ask",..],"b":["bid",..],"c":["last","lot"],"v":["today","24 hours"],...}: strings, and no
// time at all. The volumes are in the base currency. The last trade of a pair that nobody traded
// for a day is zero. Source: docs.kraken.com, get-ticker-information, and an answer with 1,530
// recorded pairs.
fetched<quote>
read_pair(const market& m, const boost::json::value* pairs, const boost::system::error_code& absent)
{
    const auto* pair = json::member(pairs, m.spelled.name);
    if (pair == nullptr)
        for (const auto& name : kraken_old_names(m.spelled.name))
            if ((pair = json::member(pairs, name)) != nullptr)
                break;
    if (pair == nullptr)
        return fetch_error{absent, "no pair " + m.spelled.name};
    const auto* last = json::element(json::member(pair, "c"), 0);
    if (json::is_zero(last))
        return fetch_error{provider_errc::dead_market, "no trade in 24h"};
    return quote_of({
        .symbol = m.symbol,
        .value = json::price_in(last, "c"),
        .book = book_in(
            json::element(json::member(pair, "b"), 0), json::element(json::member(pair, "a"), 0)),
        .volume = json::element(json::member(pair, "v"), 1),
    });
}

class kraken_rest final : public rest_api {
public:
    std::optional<market_name>
    spelling(std::string_view base, std::string_view quote) const override
    {
        return kraken_pair(base, quote);
    }

    std::size_t batch_size(std::span<const market> todo) const override { return todo.size(); }

    net::http_request request(std::span<const market> batch) const override
    {
        if (batch.size() > pairs_max)
            return {.target = "/Ticker?assetVersion=1"};
        std::vector<std::string> pairs;
        for (const auto& m : batch)
            pairs.push_back(m.spelled.name);
        return {.target = "/Ticker?assetVersion=1&pair=" + comma_list(pairs)};
    }

    answers read(std::span<const market> batch, const net::http_response& answer) const override
    {
        if (answer.status == 414 && batch.size() > 1)
            return to_all(batch, refusal(provider_errc::batch_refused, answer));
        const auto body = json_of(answer);
        if (!body)
            return to_all(batch, body.error());
        // Errors come at status 200.
        if (const auto words = first_error(*body); !words.empty())
            return to_all(batch, error_of(batch, answer, words));
        const auto* pairs = json::member(&*body, "result");
        if (pairs == nullptr)
            return to_all(batch, {json::json_errc::missing_field, "result"});
        if (!pairs->is_object())
            return to_all(batch, {json::json_errc::wrong_type, "result"});
        if (pairs->get_object().empty())
            return to_all(batch, {json::json_errc::missing_field, "the result is empty"});
        // A pair that was named and is unknown would have been refused, with words.
        const auto absent = batch.size() > pairs_max
                                ? make_error_code(provider_errc::unknown_symbol)
                                : json::make_error_code(json::json_errc::missing_field);
        return to_each(batch, [&](const market& m) { return read_pair(m, pairs, absent); });
    }
};

// {"error":[],"result":{"XXBTZUSD":[[1502402520,"3449.992","3449.999","3449.992","3449.999",
// "3449.997","1.01200000",7],...],"last":1502445600}}: the time in seconds, open, high, low, close,
// average, volume and the number of trades. The last one is forming. A bucket without a trade
// repeats the close before it, with a volume of zero. Whatever `since` says, older ones than the
// newest 720 are not given.
// Source: docs.kraken.com, get-ohlc-data, and recorded answers.
class kraken_candles final : public candle_api {
public:
    std::size_t candles_max() const noexcept override { return reach(); }
    std::size_t reach() const noexcept override { return 719; }

    net::http_request
    request(const market& of, series::interval length, const candle_range& asked) const override
    {
        const auto minutes =
            std::chrono::duration_cast<std::chrono::minutes>(series::length(length));
        // Those after that time are given.
        const auto since = asked.from.time_since_epoch() - std::chrono::seconds{1};
        return {
            .target = "/OHLC?assetVersion=1&pair=" + percent_escaped(of.spelled.name) +
                      "&interval=" + std::to_string(minutes.count()) +
                      "&since=" + std::to_string(since.count())};
    }

    fetched<candle_page> read(
        const market& of, series::interval length, const candle_range& asked,
        const net::http_response& answer) const override
    {
        const auto body = json_of(answer);
        if (!body)
            return body.error();
        if (const auto words = first_error(*body); !words.empty())
            return error_of({&of, 1}, answer, words);
        const auto* pairs = json::member(&*body, "result");
        const auto* rows = json::member(pairs, of.spelled.name);
        if (rows == nullptr)
            for (const auto& name : kraken_old_names(of.spelled.name))
                if ((rows = json::member(pairs, name)) != nullptr)
                    break;
        return read_candle_rows(
            rows, {length, asked, json::time_form::seconds}, [](const boost::json::value& row) {
                const auto at = [&row](std::size_t i) { return json::element(&row, i); };
                return candle_fields{at(0), at(1), at(2), at(3), at(4), at(6)};
            });
    }
};

}  // namespace

std::unique_ptr<candle_api> make_kraken_candles()
{
    return std::make_unique<kraken_candles>();
}

std::unique_ptr<rest_api> make_kraken_rest()
{
    return std::make_unique<kraken_rest>();
}

}  // namespace tickertape::provider
