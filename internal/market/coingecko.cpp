// CoinGecko: https://docs.coingecko.com. One page of 250 coins, with a week of hourly prices.
#include "core/text.hpp"
#include "market/coins_known.hpp"
#include "market/row_reader.hpp"
#include "market/table_api.hpp"
#include "market/table_rows.hpp"
#include "json/errors.hpp"
#include "json/fields.hpp"

namespace tickertape::market {
namespace {

// {"id":"bitcoin","symbol":"btc","name":"Bitcoin","current_price":65610,...}. A price is null where
// there is none; supplies come as 20.0, caps of unverified coins as 0. The change of a day is asked
// for with the other two, and is there without being asked for as well.
// Source: docs.coingecko.com/reference/coins-markets, and recorded answers.
std::optional<coin> read_row(const boost::json::value& row)
{
    row_reader from{&row};
    const auto value = json::price_in(json::member(&row, "current_price"), "current_price");
    if (!value)
        return std::nullopt;
    coin one{
        .id = from.text("id"),
        .symbol = upper_case(from.name("symbol")),
        .name = from.name("name"),
        .value = *value};
    one.market_cap = from.positive("market_cap");
    one.volume_24h = from.figure("total_volume");
    one.change_1h_percent = from.figure("price_change_percentage_1h_in_currency");
    one.change_24h_percent = from.figure("price_change_percentage_24h");
    one.change_7d_percent = from.figure("price_change_percentage_7d_in_currency");
    one.high_24h = from.positive("high_24h");
    one.low_24h = from.positive("low_24h");
    one.circulating_supply = from.positive("circulating_supply");
    one.total_supply = from.positive("total_supply");
    one.max_supply = from.positive("max_supply");
    one.ath = from.positive("ath");
    one.ath_at = from.time("ath_date");
    one.updated_at = from.time("last_updated");
    one.sparkline = from.sparkline("sparkline_in_7d", "price");
    if (from.is_spoilt())
        return std::nullopt;
    return one;
}

class coingecko_table final : public table_api {
public:
    net::http_request table_request() const override
    {
        return {
            .target = "/coins/markets?vs_currency=usd&order=market_cap_desc&per_page=250&page=1"
                      "&sparkline=true&price_change_percentage=1h,24h,7d"};
    }

    fetched<table> read_table(const net::http_response& answer, wall_time now) const override
    {
        const auto body = body_of(answer);
        if (!body)
            return body.error();
        return table_of(coingecko, &*body, read_row, now);
    }
};

class coingecko_totals final : public totals_api {
public:
    net::http_request totals_request() const override { return {.target = "/global"}; }

    // {"data":{"total_market_cap":{"usd":..},...,"updated_at":1787040390}}: of the currencies only
    // dollars are read, because others are redenominated.
    // Source: docs.coingecko.com/reference/crypto-global, and recorded answers.
    fetched<totals> read_totals(const net::http_response& answer) const override
    {
        const auto body = body_of(answer);
        if (!body)
            return body.error();
        const auto* said = json::member(&*body, "data");
        const auto in = [&](std::string_view part, std::string_view name) {
            return row_reader{json::member(said, part)}.figure(name);
        };
        totals all{.source = coingecko};
        all.market_cap = in("total_market_cap", "usd");
        all.volume_24h = in("total_volume", "usd");
        all.market_cap_change_24h_percent =
            row_reader{said}.figure("market_cap_change_percentage_24h_usd");
        all.bitcoin_dominance_percent = in("market_cap_percentage", "btc");
        const auto at = json::time_if_any(
            json::member(said, "updated_at"), json::time_form::seconds, "updated_at");
        if (at && *at)
            all.updated_at = **at;
        if (!all.market_cap)
            return fetch_error{json::json_errc::missing_field, "total_market_cap"};
        return all;
    }
};

}  // namespace

std::unique_ptr<table_api> make_coingecko_table()
{
    return std::make_unique<coingecko_table>();
}

std::unique_ptr<totals_api> make_coingecko_totals()
{
    return std::make_unique<coingecko_totals>();
}

}  // namespace tickertape::market
