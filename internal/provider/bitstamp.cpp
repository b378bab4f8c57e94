// Bitstamp: https://www.bitstamp.net/api.
//
// One or two markets are asked for one by one; more with one request for all pairs.
#include "core/fetch_error.hpp"
#include "core/text.hpp"
#include "provider/answer.hpp"
#include "provider/answer_rows.hpp"
#include "provider/answers.hpp"
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
// tells whether anybody trades.
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

}  // namespace

std::unique_ptr<rest_api> make_bitstamp_rest()
{
    return std::make_unique<bitstamp_rest>();
}

}  // namespace tickertape::provider
