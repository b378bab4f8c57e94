// CoinGecko: https://docs.coingecko.com. Works without a key; with one it answers more often. Its
// answers are cached for half a minute or more, so asking more often gives the same bytes.
//
// It is an aggregator: one price per coin and currency, no book.
#include "feed/json_fields.hpp"
#include "feed/provider_answer.hpp"
#include "feed/providers/coingecko_coins.hpp"
#include "feed/request_text.hpp"

#include <algorithm>
#include <array>

namespace tickertape {
namespace {

namespace json = boost::json;

constexpr std::size_t coins_max = 250;

// {"bitcoin":{"usd":88927,"last_updated_at":1575040666}}: prices are numbers, integers when whole;
// times are in seconds, and may be missing. A coin or a currency that CoinGecko does not know is
// missing too, at status 200.
// Source: docs.coingecko.com/reference/simple-price, and recorded answers.
fetched<quote> read_coin(const market& m, const json::value& coins)
{
    const auto* coin = member(&coins, m.spelled.name);
    if (coin == nullptr)
        return fetch_error{feed_errc::unknown_symbol, "no coin " + m.spelled.name};
    if (!coin->is_object())
        return fetch_error{feed_errc::wrong_type, m.spelled.name};
    const auto* value = member(coin, m.spelled.currency);
    if (value == nullptr)
        return fetch_error{feed_errc::unknown_symbol, "no price in " + m.spelled.currency};
    quote_fields fields{.symbol = m.symbol, .value = price_in(value, m.spelled.currency)};
    if (const auto* time = member(coin, "last_updated_at"))
        fields.time = time_in(time, time_form::seconds, "last_updated_at");
    return quote_of(fields);
}

// {"status":{"error_code":10002,...}}, also within {"error":...}, also at status 200, where it
// would look like coins nobody knows.
std::optional<fetch_error> error_in(const http_response& answer, const json::value* body)
{
    const auto* status = member(body, "status");
    if (status == nullptr)
        status = member(member(body, "error"), "status");
    const auto code = integer_in(member(status, "error_code"));
    // A key that is missing or wrong, beyond its plan, or the other host's.
    static constexpr std::array about_the_key{10002, 10005, 10010, 10011};
    if (code && std::ranges::find(about_the_key, *code) != about_the_key.end())
        return refusal(feed_errc::key_refused, answer);
    if (code == 429 || answer.status == 429)
        return refusal(feed_errc::rate_limited, answer);
    if (status != nullptr && status->is_object() && answer.status == 200)
        return refusal(feed_errc::http_status, answer);
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
        return market_name{.name = std::string{*id}, .currency = in_lower_case(quote)};
    }

    std::size_t batch_size(std::size_t wanted) const override
    {
        return std::min(wanted, coins_max);
    }

    http_request request(std::span<const market> batch) const override
    {
        std::vector<std::string> ids;
        std::vector<std::string> currencies;
        for (const auto& m : batch) {
            ids.push_back(m.spelled.name);
            currencies.push_back(m.spelled.currency);
        }
        return {
            .target = "/simple/price?ids=" + comma_list(ids) + "&vs_currencies=" +
                      comma_list(currencies) + "&include_last_updated_at=true&precision=full"};
    }

    answers read(std::span<const market> batch, const http_response& answer) const override
    {
        const auto parsed = read_json(answer);
        if (const auto error = error_in(answer, parsed.json()))
            return to_all(batch, *error);
        if (parsed.refused)
            return to_all(batch, *parsed.refused);
        if (!parsed.body->is_object())
            return to_all(batch, {feed_errc::wrong_type, "the answer is not an object"});
        return to_each(batch, [&](const market& m) { return read_coin(m, *parsed.body); });
    }
};

}  // namespace

std::unique_ptr<rest_api> make_coingecko_rest()
{
    return std::make_unique<coingecko_rest>();
}

}  // namespace tickertape
