// GET /api/bitcoin/kpis: Bitcoin in figures, each with its source and its age.
//
// The daily closes are the archive's: a question to its threads for each request, as for candles.
#include "web/history_answers.hpp"
#include "web/site.hpp"

#include "market/board.hpp"
#include "market/figure_text.hpp"
#include "market/kpis.hpp"
#include "market/network_board.hpp"
#include "web/daily_closes.hpp"
#include "web/figures_response.hpp"
#include "web/parameters.hpp"
#include "web/problems.hpp"
#include "web/topics.hpp"
#include "json/json_text.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace tickertape::web {
namespace {

constexpr std::string_view bitcoin = "BTC-USD";

// Of the longest window, and of the day before it, whose close is what its first return is from.
constexpr std::chrono::days closes_asked{90 + 1};

http::response no_kpis(const site& s)
{
    if (s.market == nullptr)
        return market_is_off("this server knows nothing of the market");
    return refusal_for_now(
        {.status = 503,
         .type = "no-kpis-yet",
         .detail = "no source has said anything of Bitcoin since the start"});
}

// Our price, while it is fresh.
std::optional<market::own_price> our_price(const site& s, symbol_id id, boot_time now)
{
    const auto fresh = tape::within_an_era(s.prices, [&] { return fresh_tick_of(s, id, now); });
    if (!fresh)
        return std::nullopt;
    return market::own_price{
        .value = fresh->newest.value.value(),
        .source = std::string{s.sources.name(fresh->newest.source)},
        .at = fresh->newest.at.time(),
        .age = fresh->age};
}

std::string closes_array(const std::vector<std::string>& sources)
{
    json::array all;
    for (const auto& one : sources)
        all.text(one);
    return std::move(all).done();
}

std::string source_object(const market::kpi& one)
{
    json::object o;
    o.text("source", one.source).time("at", one.at);
    if (one.age)
        o.seconds("age_seconds", *one.age);
    else
        o.null("age_seconds");
    o.boolean("computed", one.is_computed).boolean("stale", one.is_stale);
    if (one.window_days > 0) {
        o.number("window_days", one.window_days).number("days_known", one.days_known);
        o.json("closes_of", closes_array(one.closes_of));
    }
    if (!one.word.empty())
        o.text("word", one.word);
    if (!one.licence.empty())
        o.text("licence", one.licence);
    return std::move(o).done();
}

http::response answer_with(const std::vector<market::kpi>& all)
{
    json::object o;
    json::object sources;
    json::object withheld;
    bool has_withheld = false;
    for (const auto& one : all) {
        if (one.is_time && one.value)
            o.decimal(one.name, *one.value);
        else
            o.json(one.name, market::figure_text(one.value));
        if (!one.source.empty())
            sources.json(one.name, source_object(one));
        if (!one.withheld.empty()) {
            withheld.text(one.name, one.withheld);
            has_withheld = true;
        }
    }
    // Of the price, which is first.
    o.boolean("stale", all.front().is_stale || !all.front().value);
    if (has_withheld)
        o.json("withheld", std::move(withheld).done());
    o.json("sources", std::move(sources).done());
    return figures_response(std::move(o).done());
}

// None: nobody has said anything of Bitcoin. A reader wakes what has slept.
boost::asio::awaitable<std::optional<std::vector<market::kpi>>>
kpis_now(const site& s, clock_reading now, bool is_reader)
{
    const auto of = [&](auto* board) {
        using snapshot = decltype(board->newest());
        if (board == nullptr)
            return snapshot{};
        return is_reader ? board->read(now.boot) : board->newest();
    };
    const auto table = of(s.market);
    const auto network = of(s.network);
    const auto mood = of(s.fear_greed);
    const auto realised = of(s.realised);
    market::kpi_parts parts{.table = table.get(), .network = network.get(), .mood = mood.get()};
    parts.has_realised = s.realised != nullptr;
    parts.realised = realised.get();
    const auto id = s.has_market_prices ? s.prices.symbols().find(bitcoin) : std::nullopt;
    if (id)
        parts.ours = our_price(s, *id, now.boot);
    if (!table && !network && !mood && !parts.ours)
        co_return std::nullopt;
    if (id && s.history != nullptr) {
        const auto today = std::chrono::floor<std::chrono::days>(now.wall);
        auto found = co_await ask(*s.history, daily_query(*id, today - closes_asked, today));
        if (found)
            parts.closes = closes_of(*found);
        else
            parts.no_closes_why = "the archive cannot be read now";
    }
    co_return market::kpis_of(parts, now.wall, now.boot);
}

boost::asio::awaitable<http::answer> kpis(const site& s, const http::request& r)
{
    if (const auto bad = wrong_parameters(r.url, {}))
        co_return http::to_response(*bad);
    if (s.market == nullptr)
        co_return no_kpis(s);
    const clock_reading now{r.now, r.boot_now};
    const auto known = co_await kpis_now(s, now, true);
    if (!known)
        co_return no_kpis(s);
    co_return answer_with(*known);
}

// One figure as a part of the topic: without its age, which is another one each time.
std::string figure_object(const market::kpi& one)
{
    json::object o;
    o.text("name", one.name);
    if (one.is_time && one.value)
        o.decimal("value", *one.value);
    else
        o.json("value", market::figure_text(one.value));
    o.text_or_null("source", one.source).time("at", one.at);
    o.boolean("computed", one.is_computed).boolean("stale", one.is_stale);
    if (!one.withheld.empty())
        o.text("withheld", one.withheld);
    if (!one.word.empty())
        o.text("word", one.word);
    if (!one.licence.empty())
        o.text("licence", one.licence);
    return std::move(o).done();
}

}  // namespace

boost::asio::awaitable<topic_text> kpi_topic(const site& s, moment now, bool is_followed)
{
    const clock_reading at{now.wall, now.boot};
    const auto known = co_await kpis_now(s, at, is_followed);
    if (!known)
        co_return nullptr;
    hub::topic_state state{.event = "kpis", .head = {}, .list = "figures", .parts = {}};
    for (const auto& one : *known)
        state.parts.push_back({.key = std::string{one.name}, .text = figure_object(one)});
    co_return std::make_shared<const hub::topic_state>(std::move(state));
}

void add_kpi_route(http::router& to, const site& of)
{
    to.add(http::route{
        .pattern = "/api/bitcoin/kpis",
        .handle =
            http::waiting_handler{
                [of](const http::request& r) -> boost::asio::awaitable<http::answer> {
                    return kpis(of, r);
                }},
        .about = "Bitcoin in figures: price, market cap, dominance, supply, all-time high, "
                 "volatility"});
}

}  // namespace tickertape::web
