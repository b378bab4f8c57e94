#include "market/kept_table.hpp"

#include "core/noted_time.hpp"
#include "market/checks.hpp"
#include "market/coins_known.hpp"
#include "market/row_reader.hpp"
#include "json/fields.hpp"
#include "json/json_text.hpp"
#include "json/own_members.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <utility>

namespace tickertape::market {
namespace {

constexpr std::string_view what = "market table";
constexpr std::int64_t version = 1;

constexpr std::size_t withheld_max = 32;
constexpr std::int64_t dropped_max = 1'000'000;
constexpr std::int64_t lag_ms_max = 16'725'225'600'000;
constexpr std::size_t word_bytes_max = 100;

constexpr std::array sources{coingecko, coinpaprika, coinlore};

struct named_figure {
    std::string_view name;
    std::optional<double> coin::*figure;
};
constexpr std::array figures{
    named_figure{"market_cap", &coin::market_cap},
    named_figure{"volume_24h", &coin::volume_24h},
    named_figure{"change_1h_percent", &coin::change_1h_percent},
    named_figure{"change_24h_percent", &coin::change_24h_percent},
    named_figure{"change_7d_percent", &coin::change_7d_percent},
    named_figure{"high_24h", &coin::high_24h},
    named_figure{"low_24h", &coin::low_24h},
    named_figure{"circulating_supply", &coin::circulating_supply},
    named_figure{"total_supply", &coin::total_supply},
    named_figure{"max_supply", &coin::max_supply},
    named_figure{"ath", &coin::ath},
};

struct named_total {
    std::string_view name;
    std::optional<double> totals::*figure;
};
constexpr std::array all_totals{
    named_total{"market_cap", &totals::market_cap},
    named_total{"volume_24h", &totals::volume_24h},
    named_total{"market_cap_change_24h_percent", &totals::market_cap_change_24h_percent},
    named_total{"bitcoin_dominance_percent", &totals::bitcoin_dominance_percent},
};

std::int64_t ms_of(wall_time at) noexcept
{
    return at.time_since_epoch().count();
}

void add_time(json::object& to, std::string_view name, const std::optional<wall_time>& at)
{
    if (at)
        to.number(name, ms_of(*at));
}

void add_withheld(json::object& to, const std::vector<withheld_figure>& all)
{
    if (all.empty())
        return;
    json::array list;
    for (const auto& one : all) {
        json::object said;
        said.text("figure", one.figure).text("why", one.why);
        list.json(std::move(said).done());
    }
    to.json("withheld", std::move(list).done());
}

std::string text_of(const coin& row)
{
    json::object text;
    text.text("id", row.id).text("symbol", row.symbol).text("name", row.name);
    text.real("price", row.value.value());
    for (const auto& [name, figure] : figures)
        if (row.*figure)
            text.real(name, row.*figure);
    add_time(text, "ath_at", row.ath_at);
    add_time(text, "updated_at", row.updated_at);
    text.boolean("inactive", row.is_inactive);
    if (!row.sparkline.empty())
        text.json("week", R"({"price":)" + row.sparkline + '}');
    add_withheld(text, row.withheld);
    return std::move(text).done();
}

std::string text_of(const snapshot& shown, const totals& whole)
{
    json::object text;
    text.text("source", whole.source).number("received_at", ms_of(shown.whole_received_at));
    for (const auto& [name, figure] : all_totals)
        if (whole.*figure)
            text.real(name, whole.*figure);
    add_time(text, "updated_at", whole.updated_at);
    add_withheld(text, whole.withheld);
    return std::move(text).done();
}

// The literal for a source; empty: there is none.
std::string_view source_in(json::own_members& of)
{
    const auto name = of.text("source", word_bytes_max);
    const auto* const known = std::ranges::find(sources, name);
    if (known != sources.end())
        return *known;
    of.spoil("source");
    return {};
}

// The literal for the name of a figure; empty: there is none.
std::string_view figure_in(std::string_view name) noexcept
{
    for (const auto& one : figures)
        if (one.name == name)
            return one.name;
    for (const auto& one : all_totals)
        if (one.name == name)
            return one.name;
    for (const std::string_view other : {"price", "ath_at"})
        if (name == other)
            return other;
    return {};
}

// A text of an earlier version has none: its ranks are those of the rows that are left.
std::vector<std::size_t> dropped_places_in(json::own_members& of)
{
    std::vector<std::size_t> all;
    if (of.at("dropped_at") == nullptr)
        return all;
    for (const auto& one : of.list("dropped_at", dropped_max)) {
        const auto place = json::integer_in(&one).value_or(0);
        if (place < 1 || (!all.empty() && static_cast<std::size_t>(place) <= all.back())) {
            of.spoil("dropped_at");
            break;
        }
        all.push_back(static_cast<std::size_t>(place));
    }
    return all;
}

std::vector<withheld_figure> withheld_in(json::own_members& of)
{
    std::vector<withheld_figure> all;
    if (of.at("withheld") == nullptr)
        return all;
    for (const auto& one : of.list("withheld", withheld_max)) {
        json::own_members said{&one};
        const auto figure = figure_in(said.text("figure", word_bytes_max));
        const auto why = known_reason(said.text("why", word_bytes_max));
        if (figure.empty() || why.empty()) {
            of.spoil("withheld");
            break;
        }
        all.push_back({figure, why});
    }
    return all;
}

fetched<coin> coin_in(const boost::json::value& given)
{
    json::own_members from{&given};
    row_reader texts{&given};
    const auto value = price::from(from.real("price"));
    if (from.is_spoilt() || !value) {
        from.spoil("price");
        return from.why();
    }
    coin row{
        .id = texts.text("id"),
        .symbol = texts.text("symbol"),
        .name = texts.text("name"),
        .value = *value};
    if (texts.is_spoilt())
        from.spoil("id, symbol or name");
    for (const auto& [name, figure] : figures)
        row.*figure = from.real_if_any(name);
    row.ath_at = from.time_if_any("ath_at");
    row.updated_at = from.time_if_any("updated_at");
    row.is_inactive = from.boolean("inactive");
    row.sparkline = texts.sparkline("week", "price");
    row.withheld = withheld_in(from);
    if (from.is_spoilt())
        return from.why();
    return row;
}

}  // namespace

std::string write_kept(const snapshot& shown)
{
    // A week of prices is some 1,400 bytes.
    constexpr std::size_t coin_bytes = 2'048;
    json::array coins;
    for (const auto& row : shown.coins.coins)
        coins.json(text_of(row));
    json::object text;
    text.reserve(shown.coins.coins.size() * coin_bytes);
    text.text("kept", what).number("version", version).text("source", shown.coins.source);
    text.number("received_at", ms_of(shown.received_at)).number("lag", shown.lag.count());
    text.number("dropped", static_cast<std::int64_t>(shown.coins.dropped));
    json::array dropped_at;
    for (const auto place : shown.coins.dropped_at)
        dropped_at.json(std::to_string(place));
    text.json("dropped_at", std::move(dropped_at).done());
    add_time(text, "updated_at", shown.coins.updated_at);
    if (shown.whole)
        text.json("whole", text_of(shown, *shown.whole));
    text.json("coins", std::move(coins).done());
    return std::move(text).done();
}

fetched<snapshot>
read_kept_table(std::string_view text, const moment& now, std::chrono::milliseconds stale_after)
{
    const auto body = json::read_own(text, what, version);
    if (!body)
        return body.error();
    json::own_members from{&*body};
    snapshot shown{.coins = {}, .received = {}, .received_at = {}, .stale_after = stale_after};
    shown.coins.source = source_in(from);
    shown.coins.dropped = static_cast<std::size_t>(from.integer("dropped", 0, dropped_max));
    shown.coins.dropped_at = dropped_places_in(from);
    shown.coins.updated_at = from.time_if_any("updated_at");
    shown.received_at = from.time("received_at");
    shown.received = received_by(shown.received_at, now);
    shown.lag = std::chrono::milliseconds{from.integer("lag", 0, lag_ms_max)};
    if (from.at("whole") != nullptr) {
        json::own_members whole{from, "whole"};
        totals said{.source = source_in(whole)};
        for (const auto& [name, figure] : all_totals)
            said.*figure = whole.real_if_any(name);
        said.updated_at = whole.time_if_any("updated_at");
        said.withheld = withheld_in(whole);
        shown.whole_received_at = whole.time("received_at");
        shown.whole_received = received_by(shown.whole_received_at, now);
        if (whole.is_spoilt())
            return whole.why();
        shown.whole = std::move(said);
    }
    std::set<std::string_view> ids;
    const auto& rows = from.list("coins", coins_max);
    shown.coins.coins.reserve(rows.size());
    for (const auto& row : rows) {
        auto one = coin_in(row);
        if (!one)
            return one.error();
        shown.coins.coins.push_back(*std::move(one));
        if (!ids.insert(shown.coins.coins.back().id).second)
            from.spoil("coins");
    }
    if (rows.empty())
        from.spoil("coins");
    if (from.is_spoilt())
        return from.why();
    return shown;
}

}  // namespace tickertape::market
