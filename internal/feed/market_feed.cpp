#include "feed/market_feed.hpp"

#include "asio/no_throw.hpp"
#include "core/noted_time.hpp"
#include "feed/owed_time.hpp"
#include "market/checks.hpp"
#include "market/coins_known.hpp"
#include "market/contradictions.hpp"
#include "market/kept_table.hpp"
#include "market/table_rules.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "json/json_text.hpp"
#include "json/own_members.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

namespace tickertape::feed {
namespace {

// Says which rows are coins that we have prices of.
void find_streamed(market::table& in, const symbol_table& symbols)
{
    for (const auto symbol : symbols.all()) {
        if (symbols.quote(symbol) != "USD")
            continue;
        const auto id = market::id_of(in.source, symbols.base(symbol));
        const auto row = id ? std::ranges::find(in.coins, *id, &market::coin::id) : in.coins.end();
        if (row != in.coins.end())
            row->streamed = symbol;
    }
}

constexpr std::string_view budgets_kept = "market budgets";
constexpr std::int64_t budgets_version = 2;

std::size_t withheld_in(const market::table& table)
{
    std::size_t all = 0;
    for (const auto& row : table.coins)
        all += row.withheld.size();
    return all;
}

}  // namespace

market_feed::market_feed(const parts& of, market::cadence rhythm, std::vector<source> sources)
    : with_{of}, schedule_{rhythm},
      board_{rhythm.watched_for, [this] { asio::post(with_.strand, [this] { timer_.cancel(); }); }},
      sources_{std::move(sources)},
      said_(sources_.size()), timer_{of.strand}, task_{
                                                     of.strand, of.log,
                                                     "the market's table: an internal error"}
{
    assert(!sources_.empty());
    publish_figures();
}

void market_feed::start()
{
    task_.start([this] { return run(); });
}

void market_feed::stand_by(bool stands_by)
{
    asio::dispatch(with_.strand, [this, stands_by] {
        is_standing_by_ = stands_by;
        timer_.cancel();
    });
}

void market_feed::stop()
{
    task_.stop();
}

asio::awaitable<void> market_feed::run()
{
    while (!task_.stopping()) {
        const auto now = with_.time.steady_now();
        const bool is_watched = board_.is_watched(with_.time.boot_now());
        const bool has_table = board_.newest() != nullptr;
        // A spent budget makes tables rarer, and is no reason to ask another source.
        const auto budget = sources_.front().client->budget_wait(now);
        const auto due = schedule_.due(now, is_watched, has_table);
        if (!is_standing_by_ && due && budget.count() == 0) {
            if (*due == market::question::table)
                co_await fetch_table();
            else
                co_await fetch_totals();
            continue;
        }
        // Cancelled by stop() and stand_by(), and where somebody begins to read the table: it may
        // be due then.
        timer_.expires_at(
            is_standing_by_ ? steady_time::max()
                            : std::max(schedule_.next(is_watched, has_table), now + budget));
        const auto [woken] = co_await timer_.async_wait(no_throw);
        static_cast<void>(woken);
    }
}

asio::awaitable<void> market_feed::fetch_table()
{
    bool succeeded = false;
    for (const auto& from : sources_) {
        market::table table{.source = from.name, .coins = {}, .dropped = 0, .updated_at = {}};
        const gated_client::request_function request = [&] { return from.table->table_request(); };
        const gated_client::read_function read =
            [&](const net::http_response& answer) -> std::optional<fetch_error> {
            auto said = from.table->read_table(answer, with_.time.wall_now());
            if (!said)
                return said.error();
            table = *std::move(said);
            return std::nullopt;
        };
        auto why = co_await from.client->ask(request, read);
        if (task_.stopping())
            co_return;
        // Not the client's failure: the prices of the same provider would be left alone with it.
        const auto shown = board_.newest();
        if (!why)
            why = market::why_unfit(table, shown.get(), with_.time.boot_now());
        succeeded = !why;
        if (succeeded) {
            said_[static_cast<std::size_t>(&from - sources_.data())].clear();
            post(std::move(table));
            break;
        }
        failed(from, "table", *why);
    }
    schedule_.table_asked(with_.time.steady_now(), succeeded);
}

asio::awaitable<void> market_feed::fetch_totals()
{
    bool succeeded = false;
    for (const auto& from : sources_) {
        if (!from.totals)
            continue;
        market::totals whole{.source = from.name};
        const gated_client::request_function request = [&] {
            return from.totals->totals_request();
        };
        const gated_client::read_function read =
            [&](const net::http_response& answer) -> std::optional<fetch_error> {
            auto said = from.totals->read_totals(answer);
            if (!said)
                return said.error();
            whole = *std::move(said);
            return std::nullopt;
        };
        const auto why = co_await from.client->ask(request, read);
        if (task_.stopping())
            co_return;
        succeeded = !why;
        if (succeeded) {
            post(std::move(whole));
            break;
        }
        failed(from, "totals", *why);
    }
    schedule_.totals_asked(with_.time.steady_now(), succeeded);
}

market::coin_ids
market_feed::absent_in(const market::table& next, const market::snapshot* before) const
{
    return market::absent_in(next, next.source != sources_.front().name, before);
}

void market_feed::post(market::table table)
{
    if (with_.has_market_prices)
        find_streamed(table, with_.symbols);
    const auto now = now_of(with_.time);
    memory_.check(table, now.wall);
    tables_.add();
    dropped_.add(table.dropped);
    withheld_.add(withheld_in(table));
    if (std::exchange(source_, table.source) != table.source)
        with_.log.info(
            "market table", {{"source", table.source},
                             {"coins", table.coins.size()},
                             {"rows_dropped", table.dropped},
                             {"figures_withheld", withheld_in(table)}});
    const auto before = board_.newest();
    auto all = std::make_shared<market::snapshot>(market::snapshot{
        .coins = std::move(table),
        .received = now.boot,
        .received_at = now.wall,
        .lag = {},
        .stale_after = schedule_.stale_after(),
        .whole = before ? before->whole : std::nullopt,
        .whole_received = before ? before->whole_received : boot_time{},
        .whole_received_at = before ? before->whole_received_at : wall_time{}});
    all->absent = absent_in(all->coins, before.get());
    if (const auto at = all->coins.updated_at)
        all->lag = std::max(now.wall - *at, std::chrono::milliseconds{0});
    board_.post(std::move(all));
    ++changes_;
}

void market_feed::post(market::totals whole)
{
    const auto before = board_.newest();
    if (!before)
        return;
    check(whole, before->whole ? &*before->whole : nullptr);
    check_against(whole, before->coins);
    withheld_.add(whole.withheld.size());
    auto all = std::make_shared<market::snapshot>(*before);
    const auto now = now_of(with_.time);
    all->whole = std::move(whole);
    all->whole_received = now.boot;
    all->whole_received_at = now.wall;
    board_.post(std::move(all));
    ++changes_;
}

std::string market_feed::write() const
{
    return write_kept(*board_.newest());
}

// The whole is asked for after a table, so a text with a newer whole may have the same table.
std::optional<fetch_error> market_feed::take(std::string_view text)
{
    const auto now = now_of(with_.time);
    auto said = market::read_kept_table(text, now, schedule_.stale_after());
    if (!said)
        return said.error();
    const auto before = board_.newest();
    const auto is_newer = [&](wall_time theirs, wall_time ours) {
        return !before || is_later(theirs, ours, now.wall);
    };
    const bool has_table = is_newer(said->received_at, before ? before->received_at : wall_time{});
    const bool has_whole =
        said->whole &&
        (!before || !before->whole || is_newer(said->whole_received_at, before->whole_received_at));
    if (!has_table && !has_whole)
        return std::nullopt;
    auto all = std::make_shared<market::snapshot>(has_table ? *said : *before);
    if (has_table && with_.has_market_prices)
        find_streamed(all->coins, with_.symbols);
    if (has_table)
        all->absent = absent_in(all->coins, before.get());
    const auto& whole_of = has_whole || !before ? *said : *before;
    all->whole = whole_of.whole;
    all->whole_received = whole_of.whole_received;
    all->whole_received_at = whole_of.whole_received_at;
    schedule_.table_asked(now.steady - (now.boot - all->received), true);
    if (all->whole)
        schedule_.totals_asked(now.steady - (now.boot - all->whole_received), true);
    source_ = all->coins.source;
    board_.post(std::move(all));
    ++changes_;
    timer_.cancel();
    return std::nullopt;
}

std::optional<fetch_error> market_feed::kept_supplies::take(std::string_view text)
{
    auto why = of_.memory_.take(text);
    changes_ += why ? 0 : 1;
    return why;
}

std::uint64_t market_feed::kept_budgets::changes() const noexcept
{
    std::uint64_t all = 0;
    for (const auto& from : of_.sources_)
        all += from.client->requests().value();
    return all;
}

// By source, when its budget is whole again if nothing more is asked.
std::string market_feed::kept_budgets::write() const
{
    const auto now = now_of(of_.with_.time);
    json::object whole_at;
    for (const auto& from : of_.sources_) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            from.client->budget_full_at(now.steady) - now.steady);
        whole_at.number(from.name, (now.wall + left).time_since_epoch().count());
    }
    json::object text;
    text.text("kept", budgets_kept).number("version", budgets_version);
    text.number("written_at", now.wall.time_since_epoch().count());
    text.json("whole_at", std::move(whole_at).done());
    return std::move(text).done();
}

std::optional<fetch_error> market_feed::kept_budgets::take(std::string_view text)
{
    const auto now = now_of(of_.with_.time);
    const auto body = json::read_own(text, budgets_kept, budgets_version);
    if (!body)
        return body.error();
    json::own_members all{&*body};
    const auto written = all.time("written_at");
    json::own_members whole_at{all, "whole_at"};
    if (all.is_spoilt())
        return all.why();
    for (const auto& from : of_.sources_)
        if (const auto at = whole_at.time_if_any(from.name))
            from.client->owe(now.steady, still_owed(*at, written, now.wall));
    if (whole_at.is_spoilt())
        return whole_at.why();
    return std::nullopt;
}

// One line for each reason of a source, and not for each failure.
void market_feed::failed(const source& at, std::string_view what, const fetch_error& why)
{
    failures_.add();
    auto& said = said_[static_cast<std::size_t>(&at - sources_.data())];
    auto words = words_of(why);
    if (said == words)
        return;
    with_.log.warn("market source failed", {{"source", at.name}, {"what", what}, {"why", words}});
    said = std::move(words);
}

void market_feed::publish_figures()
{
    using kind = telemetry::metrics::kind;
    const auto sampled = [this](kind of, const char* name, const char* help, auto value) {
        with_.figures.sampled(
            of, name, help, {}, [this, value] { return static_cast<double>(value(*this)); });
    };
    sampled(
        kind::counter, "tickertape_market_tables_total", "Tables of the market that were read.",
        [](const market_feed& m) { return m.tables_.value(); });
    sampled(
        kind::counter, "tickertape_market_failures_total",
        "Times that a source gave no table or no totals of the market.",
        [](const market_feed& m) { return m.failures_.value(); });
    sampled(
        kind::counter, "tickertape_market_rows_dropped_total",
        "Rows of the market's tables that could not be read.",
        [](const market_feed& m) { return m.dropped_.value(); });
    sampled(
        kind::counter, "tickertape_market_figures_withheld_total",
        "Figures of the market that cannot be true and were not shown.",
        [](const market_feed& m) { return m.withheld_.value(); });
    sampled(
        kind::gauge, "tickertape_market_table_age_seconds",
        "Age of the market's table; -1 where there is none.", [](const market_feed& m) {
            const auto table = m.board_.newest();
            return table ? static_cast<double>(table->age(m.with_.time.boot_now()).count()) / 1000
                         : -1.0;
        });
    for (const auto& from : sources_)
        with_.figures.sampled(
            kind::counter, "tickertape_market_requests_total",
            "Requests for tables and totals of the market.", {{"source", std::string{from.name}}},
            [&from] { return static_cast<double>(from.client->requests().value()); });
}

}  // namespace tickertape::feed
