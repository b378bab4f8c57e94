// CoinPaprika: https://api.coinpaprika.com/v1. No key; 20,000 calls a month.
#include "market/coins_known.hpp"
#include "market/row_reader.hpp"
#include "market/table_api.hpp"
#include "market/table_rows.hpp"
#include "json/errors.hpp"
#include "json/fields.hpp"

namespace tickertape::market {
namespace {

// {"id":"btc-bitcoin","name":"Bitcoin","symbol":"BTC","quotes":{"USD":{"price":..}}}. Since about
// 2024 there is no circulating supply; a supply of 0 means that it is not known, or has no end. It
// has neither a high nor a low of the day.
// Source: docs.coinpaprika.com, and recorded answers.
std::optional<coin> read_row(const boost::json::value& row)
{
    const auto* quote = json::member(json::member(&row, "quotes"), "USD");
    row_reader from{&row};
    row_reader figures{quote};
    const auto value = json::price_in(json::member(quote, "price"), "price");
    if (!value)
        return std::nullopt;
    coin one{
        .id = from.text("id"),
        .symbol = from.name("symbol"),
        .name = from.name("name"),
        .value = *value};
    one.market_cap = figures.positive("market_cap");
    one.volume_24h = figures.figure("volume_24h");
    one.change_1h_percent = figures.figure("percent_change_1h");
    one.change_24h_percent = figures.figure("percent_change_24h");
    one.change_7d_percent = figures.figure("percent_change_7d");
    one.circulating_supply = from.positive("circulating_supply");
    one.total_supply = from.positive("total_supply");
    one.max_supply = from.positive("max_supply");
    one.ath = figures.positive("ath_price");
    one.ath_at = figures.time("ath_date");
    one.updated_at = from.time("last_updated");
    if (from.is_spoilt() || figures.is_spoilt())
        return std::nullopt;
    return one;
}

class coinpaprika_table final : public table_api {
public:
    net::http_request table_request() const override { return {.target = "/tickers?limit=250"}; }

    fetched<table> read_table(const net::http_response& answer, wall_time now) const override
    {
        const auto body = body_of(answer);
        if (!body)
            return body.error();
        return table_of(coinpaprika, &*body, read_row, now);
    }
};

class coinpaprika_totals final : public totals_api {
public:
    net::http_request totals_request() const override { return {.target = "/global"}; }

    fetched<totals> read_totals(const net::http_response& answer) const override
    {
        const auto body = body_of(answer);
        if (!body)
            return body.error();
        row_reader from{&*body};
        totals all{.source = coinpaprika};
        all.market_cap = from.figure("market_cap_usd");
        all.volume_24h = from.figure("volume_24h_usd");
        all.market_cap_change_24h_percent = from.figure("market_cap_change_24h");
        all.bitcoin_dominance_percent = from.figure("bitcoin_dominance_percentage");
        const auto at = json::time_if_any(
            json::member(&*body, "last_updated"), json::time_form::seconds, "last_updated");
        if (at && *at)
            all.updated_at = **at;
        if (!all.market_cap)
            return fetch_error{json::json_errc::missing_field, "market_cap_usd"};
        return all;
    }
};

}  // namespace

std::unique_ptr<table_api> make_coinpaprika_table()
{
    return std::make_unique<coinpaprika_table>();
}

std::unique_ptr<totals_api> make_coinpaprika_totals()
{
    return std::make_unique<coinpaprika_totals>();
}

}  // namespace tickertape::market
