// CoinLore: https://www.coinlore.com/cryptocurrency-data-api. No key, 100 coins at most. Its
// supplies lag by months and it says no times: the last resort.
#include "market/coins_known.hpp"
#include "market/row_reader.hpp"
#include "market/table_api.hpp"
#include "market/table_rows.hpp"
#include "json/fields.hpp"

namespace tickertape::market {
namespace {

// {"id":"90","symbol":"BTC","name":"Bitcoin","price_usd":"85894.82","volume24":22872303928.9,...}:
// figures are text, volumes numbers.
// Source: its page, and recorded answers.
std::optional<coin> read_row(const boost::json::value& row)
{
    row_reader from{&row};
    const auto value = json::price_in(json::member(&row, "price_usd"), "price_usd");
    if (!value)
        return std::nullopt;
    coin one{
        .id = from.text("id"),
        .symbol = from.name("symbol"),
        .name = from.name("name"),
        .value = *value};
    one.market_cap = from.positive("market_cap_usd");
    one.volume_24h = from.figure("volume24");
    one.change_1h_percent = from.figure("percent_change_1h");
    one.change_24h_percent = from.figure("percent_change_24h");
    one.change_7d_percent = from.figure("percent_change_7d");
    one.circulating_supply = from.positive("csupply");
    one.total_supply = from.positive("tsupply");
    one.max_supply = from.positive("msupply");
    if (from.is_spoilt())
        return std::nullopt;
    return one;
}

class coinlore_table final : public table_api {
public:
    net::http_request table_request() const override
    {
        return {.target = "/tickers/?start=0&limit=100"};
    }

    // The rows stand in "data"; of coins that are asked for by id, alone.
    fetched<table> read_table(const net::http_response& answer, wall_time now) const override
    {
        const auto body = body_of(answer);
        if (!body)
            return body.error();
        return table_of(
            coinlore, body->is_array() ? &*body : json::member(&*body, "data"), read_row, now);
    }
};

}  // namespace

std::unique_ptr<table_api> make_coinlore_table()
{
    return std::make_unique<coinlore_table>();
}

}  // namespace tickertape::market
