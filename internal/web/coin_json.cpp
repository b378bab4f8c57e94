#include "web/coin_json.hpp"

#include "http/problem.hpp"
#include "market/figure_text.hpp"
#include "market/table_rules.hpp"
#include "web/problems.hpp"
#include "json/json_text.hpp"

namespace tickertape::web {
namespace {

constexpr std::string_view no_old_rate =
    "is known in US dollars only: the rate of its day is not known";

}  // namespace

std::optional<tape::symbol_tape::entry>
our_price(const site& s, const market::coin& row, boot_time now)
{
    if (!row.streamed)
        return std::nullopt;
    const auto ours = fresh_tick_of(s, *row.streamed, now);
    return ours ? std::optional{ours->newest} : std::nullopt;
}

shown_coin shown_of(const site& s, const market::snapshot& in, std::size_t index, boot_time now)
{
    const auto& row = in.coins.coins[index];
    shown_coin one{
        .row = &row,
        .rank = market::rank_of(in.coins, index),
        .ours = our_price(s, row, now),
        .is_old = market::is_old(row, in)};
    if (!one.ours)
        return one;
    if (auto held = market::held_against(row, one.ours->value.value(), in.is_stale(now))) {
        one.held = std::make_shared<const market::coin>(*std::move(held));
        one.row = one.held.get();
    }
    return one;
}

std::string withheld_object(const std::vector<market::withheld_figure>& withheld)
{
    json::object o;
    for (const auto& one : withheld)
        o.text(one.figure, one.why);
    return std::move(o).done();
}

std::string coin_object(
    const site& s, const shown_coin& one, std::string_view source, const money_of& money,
    week prices)
{
    const auto& row = *one.row;
    json::object o;
    o.reserve(800 + row.sparkline.size());
    const auto figure = [&o](std::string_view name, const std::optional<double>& value) {
        o.json(name, market::figure_text(value));
    };
    const auto amount = [&](std::string_view name, const std::optional<double>& value) {
        figure(name, money.figure(value));
    };
    o.number("rank", static_cast<std::int64_t>(one.rank));
    if (one.place > 0)
        o.number("place", static_cast<std::int64_t>(one.place));
    o.text("id", row.id).text("symbol", row.symbol).text("name", row.name);
    amount("price", one.price());
    o.text("price_source", one.ours ? std::string_view{s.sources.name(one.ours->source)} : source);
    if (one.ours)
        o.text("price_symbol", s.prices.symbols().name(*row.streamed));
    else
        o.null("price_symbol");
    amount("market_cap", row.market_cap);
    amount("volume_24h", row.volume_24h);
    figure("change_1h_percent", row.change_1h_percent);
    figure("change_24h_percent", row.change_24h_percent);
    figure("change_7d_percent", row.change_7d_percent);
    amount("high_24h", row.high_24h);
    amount("low_24h", row.low_24h);
    figure("circulating_supply", row.circulating_supply);
    figure("total_supply", row.total_supply);
    figure("max_supply", row.max_supply);
    // A high of years ago at today's rate would be a price that never was.
    const bool has_ath = !money.rate();
    figure("ath", has_ath ? row.ath : std::nullopt);
    o.time("ath_at", has_ath ? row.ath_at : std::nullopt).time("updated_at", row.updated_at);
    o.boolean("stale", one.is_old).boolean("inactive", row.is_inactive);
    auto withheld = row.withheld;
    if (one.ours)
        std::erase_if(withheld, [](const auto& held) { return held.figure == "price"; });
    if (!has_ath && row.ath)
        withheld.push_back({"ath", no_old_rate});
    if (!withheld.empty())
        o.json("withheld", withheld_object(withheld));
    if (prices == week::shown)
        o.json("sparkline", row.sparkline.empty() ? "null" : money.figures(row.sparkline));
    else if (row.streamed)
        o.text("streamed_as", s.prices.symbols().name(*row.streamed));
    return std::move(o).done();
}

http::response no_table(const site& s)
{
    if (s.market == nullptr)
        return market_is_off("this server has no table of the market");
    return refusal_for_now(
        {.status = 503,
         .type = "no-market-yet",
         .detail = "no source has given a table of the market since the start"});
}

}  // namespace tickertape::web
