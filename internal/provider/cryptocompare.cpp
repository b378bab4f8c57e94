// CryptoCompare, now CoinDesk Data: https://developers.coindesk.com. Nothing without a paid key.
//
// It is an aggregator: one price per coin and currency, without a time and without a book.
#include "core/fetch_error.hpp"
#include "provider/answer.hpp"
#include "provider/answers.hpp"
#include "provider/coin_prices.hpp"
#include "provider/errors.hpp"
#include "provider/quote_fields.hpp"
#include "provider/read_unless.hpp"
#include "json/fields.hpp"

#include <algorithm>
#include <memory>

namespace tickertape::provider {
namespace {

// Its lists are limited in characters, to some hundreds.
constexpr std::size_t coins_max = 50;

// {"Response":"Error","Message":"You are over your rate limit ...","Type":99}, at status 200, or
// {"Data":{},"Err":{"type":2,"message":"API key required, ..."}}.
std::optional<fetch_error> error_in(
    std::span<const market> batch, const net::http_response& answer, const boost::json::value* body)
{
    if (answer.status == 429)
        return refusal(provider_errc::rate_limited, answer);
    if (answer.status == 401)
        return refusal(provider_errc::key_refused, answer);
    if (const auto* error = json::member(body, "Err"); error != nullptr && error->is_object()) {
        const bool is_about_key = json::integer_in(json::member(error, "type")) == 2;
        if (is_about_key || !error->get_object().empty())
            return refusal(
                is_about_key ? provider_errc::key_refused : provider_errc::http_status, answer);
    }
    if (json::text_in(json::member(body, "Response")) != "Error")
        return std::nullopt;
    if (json::integer_in(json::member(body, "Type")) == 99)
        return refusal(provider_errc::rate_limited, answer);
    const auto words = json::text_in(json::member(body, "Message")).value_or("");
    // Not any word of absence: "Path does not exist" is a wrong address.
    if (words.find("market does not exist") != std::string_view::npos ||
        words.find("There is no data for") != std::string_view::npos)
        return blamed(batch, answer);
    return refusal(provider_errc::http_status, answer);
}

class cryptocompare_rest final : public rest_api {
public:
    std::optional<market_name>
    spelling(std::string_view base, std::string_view quote) const override
    {
        return market_name{.name = std::string{base}, .currency = std::string{quote}};
    }

    std::size_t batch_size(std::span<const market> todo) const override
    {
        return std::min(todo.size(), coins_max);
    }

    net::http_request request(std::span<const market> batch) const override
    {
        return {
            .target =
                "/data/pricemulti?fsyms=" + coins_in(batch) + "&tsyms=" + currencies_in(batch)};
    }

    // {"BTC":{"USD":118380.4},"ETH":{"USD":3778.84}}: numbers. A coin it does not know is missing.
    // Source: recorded answers.
    answers read(std::span<const market> batch, const net::http_response& answer) const override
    {
        return read_unless(error_in, batch, answer, [&](const boost::json::value& coins) {
            return read_coins(batch, coins, "");
        });
    }
};

}  // namespace

std::unique_ptr<rest_api> make_cryptocompare_rest()
{
    return std::make_unique<cryptocompare_rest>();
}

}  // namespace tickertape::provider
