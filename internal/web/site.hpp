// The routes of the product over the tapes.
#pragma once

#include "core/clock.hpp"
#include "core/feed_report.hpp"
#include "core/staleness.hpp"
#include "http/router.hpp"
#include "hub/lane.hpp"
#include "tape/tapes.hpp"
#include "web/archive_report.hpp"
#include "web/cluster_report.hpp"
#include "web/static_files.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace tickertape::json {
class object;
}

namespace tickertape::market {
class board;
class coin_answers;
class currency_board;
class fear_greed_board;
class realised_board;
class network_board;
}  // namespace tickertape::market

namespace tickertape::news {
class board;
}

namespace tickertape::series {
class history;
}

namespace tickertape::telemetry {
class metrics;
}

namespace tickertape::web {

class backfill_desk;

// What the routes answer from. Everything outlives the router.
struct site {
    const tape::tapes& prices;
    const source_table& sources;
    const feed_report_board& reports;
    const telemetry::metrics& figures;
    const static_files& files;
    staleness stale;
    // Whether the instance is shutting down: then /readyz says so.
    const std::atomic<bool>& draining;
    // Makes a connection of that lane a subscriber; called on the lane.
    std::function<void(std::size_t lane, hub::subscription wanted)> subscribe{};
    // Ticks, candles and statistics of before; null where the server keeps none. It has answered
    // all that was asked before a lane's io_context is destroyed.
    series::history* history = nullptr;
    // How the archive is now; called on any lane. Empty: as where there is none.
    std::function<archive_report()> archive{};
    // How the cluster is now; called on any lane. Empty: this instance is alone.
    std::function<cluster_report()> cluster{};
    // How far ahead of the clock an id may be that another instance has given: a client that comes
    // with one waits at it. Zero where there is no other instance.
    std::chrono::milliseconds ids_ahead{0};
    // The silence after which a stream is sent a heartbeat.
    std::chrono::milliseconds heartbeat{15'000};
    // The market's table; null where the server has none.
    market::board* market = nullptr;
    // Bitcoin's network; null where the server asks nobody.
    market::network_board* network = nullptr;
    // The news; null where the server has none.
    news::board* news = nullptr;
    // How greedy the market is said to be; null where the server asks nobody.
    market::fear_greed_board* fear_greed = nullptr;
    // Whether prices and their history are of real markets: not simulated, recorded or piped.
    bool has_market_prices = false;
    // Where operators order candles of before; null: nowhere.
    backfill_desk* backfill = nullptr;
    // What operators prove themselves with; empty: there are no routes for them.
    std::string admin_token{};
    // Single coins in depth, and what is trending; null where the server has no table.
    market::coin_answers* coins = nullptr;
    // What dollars cost in other currencies; null where the server asks nobody.
    market::currency_board* currencies = nullptr;
    // What Bitcoin's coins cost when they last moved; null where the server asks nobody.
    market::realised_board* realised = nullptr;
};

http::router make_router(const site& of);

// The parts it is made of.
void add_price_routes(http::router& to, const site& of);
void add_history_route(http::router& to, const site& of);
void add_candle_route(http::router& to, const site& of);
void add_statistics_route(http::router& to, const site& of);
void add_udf_routes(http::router& to, const site& of);
void add_archive_route(http::router& to, const site& of);
void add_cluster_route(http::router& to, const site& of);
void add_watchlist_route(http::router& to, const site& of);
void add_market_route(http::router& to, const site& of);
void add_coin_route(http::router& to, const site& of);
void add_coin_history_route(http::router& to, const site& of);
void add_trending_route(http::router& to, const site& of);
void add_network_route(http::router& to, const site& of);
void add_currency_route(http::router& to, const site& of);
void add_kpi_route(http::router& to, const site& of);
void add_bitcoin_history_route(http::router& to, const site& of);
void add_news_route(http::router& to, const site& of);
void add_admin_routes(http::router& to, const site& of);
void add_feed_routes(http::router& to, const site& of);
void add_operation_routes(http::router& to, const site& of);
void add_page_routes(http::router& to, const site& of);
void add_widget_route(http::router& to, const site& of);
void add_compare_route(http::router& to, const site& of);
void add_stream_route(http::router& to, const site& of);
void add_candle_stream_route(http::router& to, const site& of);
// Lists what has been added before.
void add_index_route(http::router& to, const site& of);

http::response json_response(std::string body);
// Why there is nothing of the market, behind what is lacking.
inline constexpr std::string_view how_market_is_off =
    "MARKET is off, as it is by default where prices are not live; MARKET=on turns it on";
// 404 (no-market): "this server has no table of the market", and why.
http::response market_is_off(std::string_view lacks);

// What is known of the cluster; that there is none, where this instance is alone.
cluster_report cluster_of(const site& s);

// The newest tick of a symbol and how long ago it was observed.
struct fresh_tick {
    tape::symbol_tape::entry newest;
    std::chrono::milliseconds age;
};
// None: there is no tick, or it is stale.
std::optional<fresh_tick> fresh_tick_of(const site& s, symbol_id id, boot_time now);

// Appends the name of a tick's source and, for a combined price, the number of its providers.
void append_source(json::object& to, const source_table& sources, source_id id);

// What /api/prices/<symbol> says.
std::string price_json(const site& s, symbol_id id, boot_time now);

// Appends the price of a symbol's newest tick and its age; null if there is none.
void append_price(json::object& to, const site& s, symbol_id id, boot_time now);

}  // namespace tickertape::web
