// CoinMarketCap: https://coinmarketcap.com/api/documentation/v1. Nothing without a key.
//
// It is an aggregator: one price per coin and currency, refreshed once a minute, no book. Coins
// share tickers there, so it is asked by id; that the answer names the ticker we meant is checked.
#include "core/fetch_error.hpp"
#include "provider/answer.hpp"
#include "provider/answers.hpp"
#include "provider/coin_prices.hpp"
#include "provider/coinmarketcap_coins.hpp"
#include "provider/errors.hpp"
#include "provider/quote_fields.hpp"
#include "provider/read_unless.hpp"
#include "provider/request_text.hpp"
#include "json/errors.hpp"
#include "json/fields.hpp"

#include <algorithm>
#include <memory>

namespace tickertape::provider {
namespace {

// A request costs one credit per 100 coins.
constexpr std::size_t coins_max = 100;

std::string id_of(const market& m)
{
    return std::to_string(coinmarketcap_id(m.spelled.name).value_or(0));
}

// {"1":{"symbol":"BTC","quote":{"USD":{"price":3475.55,"last_updated":"2019-02-04T08:22:25.000Z"}}}}
// Source: coinmarketcap.com/api/documentation/v1, and recorded answers.
fetched<quote> read_coin(const market& m, const boost::json::value* coins)
{
    // An id or a currency it does not have it refuses in words: what is missing here is another
    // answer than the one we know.
    const auto* coin = json::member(coins, id_of(m));
    if (coin == nullptr)
        return fetch_error{json::json_errc::missing_field, "no coin " + id_of(m)};
    if (!coin->is_object())
        return fetch_error{json::json_errc::wrong_type, id_of(m)};
    const auto ticker = json::text_in(json::member(coin, "symbol"));
    if (!ticker)
        return fetch_error{json::json_errc::missing_field, "symbol"};
    if (*ticker != m.spelled.name)
        return fetch_error{provider_errc::unknown_symbol, "the id is another coin's"};
    const auto* said = json::member(json::member(coin, "quote"), m.spelled.currency);
    if (said == nullptr)
        return fetch_error{json::json_errc::missing_field, "no price in " + m.spelled.currency};
    return quote_of({
        .symbol = m.symbol,
        .value = json::price_in(json::member(said, "price"), "price"),
        .time = json::time_in(
            json::member(said, "last_updated"), json::time_form::rfc3339, "last_updated"),
    });
}

// "Invalid value for \"id\": \"99999999\"", and so of "convert". Source: coinmarketcap.com's
// documentation of its errors, and what public clients look for.
bool blames_value(const boost::json::value* body)
{
    const auto words =
        json::text_in(json::member(json::member(body, "status"), "error_message")).value_or("");
    return words.starts_with("Invalid value for \"id\"") ||
           words.starts_with("Invalid value for \"convert\"");
}

// {"status":{"error_code":1002,"error_message":"API key missing.",...}}: checked at any status, 200
// included; the code may be a number or a string.
std::optional<fetch_error> error_in(
    std::span<const market> batch, const net::http_response& answer, const boost::json::value* body)
{
    const auto code =
        json::integer_in(json::member(json::member(body, "status"), "error_code")).value_or(0);
    const bool is_about_key = code >= 1001 && code <= 1007;
    const bool is_about_rate = code >= 1008 && code <= 1011;
    if (answer.status == 429 || is_about_rate)
        return refusal(provider_errc::rate_limited, answer);
    if (answer.status == 401 || answer.status == 402 || is_about_key)
        return refusal(provider_errc::key_refused, answer);
    // An id or a currency it does not have: what is asked for apart is not refused for the others'
    // sake.
    if (answer.status == 400 && blames_value(body))
        return blamed(batch, answer);
    if (answer.status == 200 && code != 0)
        return refusal(provider_errc::http_status, answer);
    return std::nullopt;
}

class coinmarketcap_rest final : public rest_api {
public:
    std::optional<market_name>
    spelling(std::string_view base, std::string_view quote) const override
    {
        if (!coinmarketcap_id(base))
            return std::nullopt;
        return market_name{.name = std::string{base}, .currency = std::string{quote}};
    }

    // The smaller plans refuse more than one currency at once, and the larger ones charge for each
    // as for a request of its own.
    std::size_t batch_size(std::span<const market> todo) const override
    {
        return std::min(of_one_currency(todo), coins_max);
    }

    net::http_request request(std::span<const market> batch) const override
    {
        std::vector<std::string> ids;
        for (const auto& m : batch)
            ids.push_back(id_of(m));
        return {
            .target = "/v1/cryptocurrency/quotes/latest?id=" + comma_list(ids) +
                      "&convert=" + currencies_in(batch)};
    }

    answers read(std::span<const market> batch, const net::http_response& answer) const override
    {
        return read_unless(error_in, batch, answer, [&](const boost::json::value& body) {
            const auto* coins = json::member(&body, "data");
            if (coins == nullptr)
                return to_all(batch, {json::json_errc::missing_field, "data"});
            if (!coins->is_object())
                return to_all(batch, {json::json_errc::wrong_type, "data"});
            return to_each(batch, [&](const market& m) { return read_coin(m, coins); });
        });
    }
};

}  // namespace

std::unique_ptr<rest_api> make_coinmarketcap_rest()
{
    return std::make_unique<coinmarketcap_rest>();
}

}  // namespace tickertape::provider
