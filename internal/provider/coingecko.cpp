// CoinGecko: https://docs.coingecko.com. Works without a key; with one it answers more often. Its
// answers are cached for half a minute or more, so asking more often gives the same bytes.
//
// It is an aggregator: one price per coin and currency, no book.
#include "core/fetch_error.hpp"
#include "core/text.hpp"
#include "provider/answer.hpp"
#include "provider/answers.hpp"
#include "provider/coin_prices.hpp"
#include "provider/coingecko_coins.hpp"
#include "provider/errors.hpp"
#include "provider/quote_fields.hpp"
#include "provider/read_unless.hpp"
#include "json/fields.hpp"

#include <algorithm>
#include <array>
#include <memory>

namespace tickertape::provider {
namespace {

constexpr std::size_t coins_max = 250;

// {"status":{"error_code":10002,...}}, also within {"error":...}, also at status 200, where it
// would look like coins nobody knows.
std::optional<fetch_error>
error_in(std::span<const market>, const net::http_response& answer, const boost::json::value* body)
{
    const auto* status = json::member(body, "status");
    if (status == nullptr)
        status = json::member(json::member(body, "error"), "status");
    const auto code = json::integer_in(json::member(status, "error_code"));
    // A key that is missing or wrong, beyond its plan, or the other host's.
    static constexpr std::array about_the_key{10002, 10005, 10010, 10011};
    if (code && std::ranges::find(about_the_key, *code) != about_the_key.end())
        return refusal(provider_errc::key_refused, answer);
    if (code == 429 || answer.status == 429)
        return refusal(provider_errc::rate_limited, answer);
    if (status != nullptr && status->is_object() && answer.status == 200)
        return refusal(provider_errc::http_status, answer);
    return std::nullopt;
}

class coingecko_rest final : public rest_api {
public:
    std::optional<market_name>
    spelling(std::string_view base, std::string_view quote) const override
    {
        // It converts to currencies and to some coins, but not to stablecoins.
        if (quote == "USDT" || quote == "USDC")
            return std::nullopt;
        const auto id = coingecko_id(base);
        if (!id)
            return std::nullopt;
        return market_name{.name = std::string{*id}, .currency = lower_case(quote)};
    }

    std::size_t batch_size(std::span<const market> todo) const override
    {
        return std::min(todo.size(), coins_max);
    }

    net::http_request request(std::span<const market> batch) const override
    {
        return {
            .target = "/simple/price?ids=" + coins_in(batch) + "&vs_currencies=" +
                      currencies_in(batch) + "&include_last_updated_at=true&precision=full"};
    }

    // {"bitcoin":{"usd":88927,"last_updated_at":1575040666}}: prices are numbers, integers when
    // whole; times are in seconds, and may be missing. A coin or a currency that CoinGecko does not
    // know is missing too, at status 200.
    // Source: docs.coingecko.com/reference/simple-price, and recorded answers.
    answers read(std::span<const market> batch, const net::http_response& answer) const override
    {
        return read_unless(error_in, batch, answer, [&](const boost::json::value& coins) {
            return read_coins(batch, coins, "last_updated_at");
        });
    }
};

}  // namespace

std::unique_ptr<rest_api> make_coingecko_rest()
{
    return std::make_unique<coingecko_rest>();
}

}  // namespace tickertape::provider
