#include "web/coin_json.hpp"

#include "http/problem.hpp"
#include "market/figure_text.hpp"
#include "web/problems.hpp"
#include "json/json_text.hpp"

namespace tickertape::web {

std::optional<tape::symbol_tape::entry>
our_price(const site& s, const market::coin& row, boot_time now)
{
    if (!row.streamed)
        return std::nullopt;
    const auto ours = fresh_tick_of(s, *row.streamed, now);
    return ours ? std::optional{ours->newest} : std::nullopt;
}

std::string withheld_object(const std::vector<market::withheld_figure>& withheld)
{
    json::object o;
    for (const auto& one : withheld)
        o.text(one.figure, one.why);
    return std::move(o).done();
}

std::string coin_object(const site& s, const shown_coin& one, std::string_view source, week prices)
{
    const auto& row = *one.row;
    json::object o;
    o.reserve(800 + row.sparkline.size());
    const auto figure = [&o](std::string_view name, const std::optional<double>& value) {
        o.json(name, market::figure_text(value));
    };
    o.number("rank", static_cast<std::int64_t>(one.rank));
    o.text("id", row.id).text("symbol", row.symbol).text("name", row.name);
    figure("price", one.price());
    o.text("price_source", one.ours ? std::string_view{s.sources.name(one.ours->source)} : source);
    if (one.ours)
        o.text("price_symbol", s.prices.symbols().name(*row.streamed));
    else
        o.null("price_symbol");
    figure("market_cap", row.market_cap);
    figure("volume_24h", row.volume_24h);
    figure("change_1h_percent", row.change_1h_percent);
    figure("change_24h_percent", row.change_24h_percent);
    figure("change_7d_percent", row.change_7d_percent);
    figure("high_24h", row.high_24h);
    figure("low_24h", row.low_24h);
    figure("circulating_supply", row.circulating_supply);
    figure("total_supply", row.total_supply);
    figure("max_supply", row.max_supply);
    figure("ath", row.ath);
    o.time("ath_at", row.ath_at).time("updated_at", row.updated_at);
    o.boolean("inactive", row.is_inactive);
    if (!row.withheld.empty())
        o.json("withheld", withheld_object(row.withheld));
    if (prices == week::shown)
        o.json("sparkline", row.sparkline.empty() ? "null" : row.sparkline);
    else if (row.streamed)
        o.text("streamed_as", s.prices.symbols().name(*row.streamed));
    return std::move(o).done();
}

http::response no_table(const site& s)
{
    if (s.market == nullptr)
        // Not 503: to wait changes nothing.
        return http::to_response(
            {.status = 404,
             .type = "no-market",
             .detail = "this server has no table of the market: it runs with MARKET=off"});
    return refusal_for_now(
        {.status = 503,
         .type = "no-market-yet",
         .detail = "no source has given a table of the market since the start"});
}

}  // namespace tickertape::web
