// CoinGecko: https://docs.coingecko.com/reference/trending-search, and recorded answers.
#include "market/trending.hpp"

#include "core/text.hpp"
#include "market/row_reader.hpp"
#include "market/table_rows.hpp"
#include "json/errors.hpp"
#include "json/fields.hpp"

#include <charconv>
#include <cmath>

namespace tickertape::market {
namespace {

using json::json_errc;

bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

// Money as a number or as a text with a dollar sign.
std::optional<double> money_in(const boost::json::value* at)
{
    if (at == nullptr)
        return std::nullopt;
    const auto text = json::text_in(at);
    const auto value = text ? dollars_in(*text) : json::number_in(*at);
    return value && std::isfinite(*value) && *value > 0 ? value : std::nullopt;
}

std::optional<trending_coin> coin_in(const boost::json::value* item)
{
    row_reader from{item};
    trending_coin one{
        .id = from.text("id"),
        .symbol = upper_case(from.text("symbol")),
        .name = from.text("name"),
        .market_cap_rank = from.positive("market_cap_rank")};
    if (from.is_spoilt())
        return std::nullopt;
    const auto* said = json::member(item, "data");
    one.price = money_in(json::member(said, "price"));
    one.change_24h_percent =
        row_reader{json::member(said, "price_change_percentage_24h")}.figure("usd");
    if (one.change_24h_percent && *one.change_24h_percent <= -100)
        one.change_24h_percent = std::nullopt;
    one.market_cap = money_in(json::member(said, "market_cap"));
    one.volume_24h = money_in(json::member(said, "total_volume"));
    return one;
}

}  // namespace

std::optional<double> dollars_in(std::string_view text) noexcept
{
    if (!text.starts_with('$'))
        return std::nullopt;
    text.remove_prefix(1);
    const auto point = text.find('.');
    const auto whole = text.substr(0, point);
    const auto part = point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
    const bool has_groups = whole.find(',') != std::string_view::npos;
    std::string plain;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        // Commas stand before each third digit from the right, or nowhere.
        const bool is_comma_due = has_groups && i != 0 && (whole.size() - i) % 4 == 0;
        if (is_comma_due ? whole[i] != ',' : !is_digit(whole[i]))
            return std::nullopt;
        if (!is_comma_due)
            plain += whole[i];
    }
    if (plain.empty() || (point != std::string_view::npos && part.empty()))
        return std::nullopt;
    plain += '.';
    for (const char c : part) {
        if (!is_digit(c))
            return std::nullopt;
        plain += c;
    }
    plain += '0';
    double value = 0;
    const auto read = std::from_chars(plain.data(), plain.data() + plain.size(), value);
    return read.ec == std::errc{} ? std::optional{value} : std::nullopt;
}

net::http_request trending_request()
{
    return {.target = "/search/trending"};
}

// {"coins":[{"item":{"id":"bitcoin","symbol":"BTC","name":"Bitcoin","market_cap_rank":1,
// "data":{"price":69985.66,"price_change_percentage_24h":{"usd":0.58},
// "market_cap":"$1,399,077,267,893","total_volume":"$58,017,631,390"}}},...]}
fetched<trending> read_trending(const net::http_response& answer)
{
    const auto body = body_of(answer);
    if (!body)
        return body.error();
    const auto* coins = json::member(&*body, "coins");
    const auto* rows = coins == nullptr ? nullptr : coins->if_array();
    if (rows == nullptr)
        return fetch_error{json_errc::wrong_type, "the answer has no list of coins"};
    trending all;
    for (const auto& row : *rows) {
        if (all.coins.size() == trending_coins_max)
            break;
        if (auto one = coin_in(json::member(&row, "item")))
            all.coins.push_back(*std::move(one));
        else
            ++all.dropped;
    }
    if (all.coins.empty())
        return fetch_error{
            json_errc::missing_field,
            "of " + std::to_string(rows->size()) + " coins none can be read"};
    return all;
}

}  // namespace tickertape::market
