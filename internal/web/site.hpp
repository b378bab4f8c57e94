// What is served where: the routes of the product over the tapes.
#pragma once

#include "core/clock.hpp"
#include "core/feed_report.hpp"
#include "core/staleness.hpp"
#include "tape/tapes.hpp"
#include "web/router.hpp"
#include "web/static_files.hpp"

#include <atomic>
#include <string>

namespace tickertape {

class metrics;

// What the routes answer from. Everything outlives the router.
struct site {
    const tapes& prices;
    const source_table& sources;
    const feed_report_board& reports;
    const metrics& figures;
    const static_files& files;
    staleness stale;
    // Whether the instance is on its way out: it says so to whoever asks if it is ready.
    const std::atomic<bool>& draining;
};

router make_router(const site& of);

// Whether a request's target is that of a stream.
bool is_stream(std::string_view target) noexcept;
// Whether it is one that says how the server is, which it does also where there is no room.
bool is_for_operators(std::string_view target) noexcept;

// The parts it is made of.
void add_price_routes(router& to, const site& of);
void add_watchlist_route(router& to, const site& of);
void add_feed_routes(router& to, const site& of);
void add_operation_routes(router& to, const site& of);
void add_page_routes(router& to, const site& of);

response json_response(std::string body);

class json_object;

// What a tick's source is called, and how many providers it combines where it does.
void append_source(json_object& to, const source_table& sources, source_id id);

// What is told of a symbol's newest tick: its price and how old it is; null where there is none.
void append_price(json_object& to, const site& s, symbol_id id, boot_time now);

}  // namespace tickertape
