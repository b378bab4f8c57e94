// GET /api/bitcoin/network: Bitcoin's chain, what waits for it and what it costs.
#include "web/site.hpp"

#include "market/figure_text.hpp"
#include "market/network_board.hpp"
#include "web/figures_response.hpp"
#include "web/parameters.hpp"
#include "web/problems.hpp"
#include "json/json_text.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace tickertape::web {
namespace {

http::response no_network(const site& s)
{
    if (s.network == nullptr)
        return market_is_off("this server knows nothing of Bitcoin's network");
    return refusal_for_now(
        {.status = 503,
         .type = "no-network-yet",
         .detail = "no source has said anything of Bitcoin's network since the start"});
}

void append(json::object& to, const market::network_figure& one)
{
    if (one.is_time && one.value)
        to.decimal(one.name, *one.value);
    else
        to.json(one.name, market::figure_text(one.value));
}

std::string
source_object(const market::network_snapshot& in, const market::network_figure& one, boot_time now)
{
    json::object o;
    o.text("source", one.source).time("at", one.at);
    o.boolean("computed", one.is_computed).boolean("stale", in.is_stale(one, now));
    if (one.window) {
        o.number("window_blocks", one.window->blocks);
        o.number("window_seconds", one.window->span.count());
    }
    return std::move(o).done();
}

http::answer network(const site& s, const http::request& r)
{
    if (const auto bad = wrong_parameters(r.url, {}))
        return http::to_response(*bad);
    const auto known = s.network == nullptr ? nullptr : s.network->read(r.boot_now);
    if (!known)
        return no_network(s);

    json::object o;
    json::object fees;
    json::object sources;
    json::object withheld;
    bool has_withheld = false;
    bool has_fee_source = false;
    const auto last_fee = std::ranges::find_if(
        known->figures.rbegin(), known->figures.rend(), &market::network_figure::is_fee);
    for (const auto& one : known->figures) {
        append(one.is_fee ? fees : o, one);
        if (!one.withheld.empty()) {
            withheld.text(
                one.is_fee ? "fees." + std::string{one.name} : std::string{one.name}, one.withheld);
            has_withheld = true;
        }
        // Fees come in one answer.
        const bool is_told = one.is_fee && std::exchange(has_fee_source, true);
        if (!one.source.empty() && !is_told)
            sources.json(one.is_fee ? "fees" : one.name, source_object(*known, one, r.boot_now));
        if (last_fee != known->figures.rend() && &one == &*last_fee)
            o.json("fees", std::exchange(fees, json::object{}).done());
    }
    o.boolean("stale", known->is_stale(known->figures.front(), r.boot_now));
    if (has_withheld)
        o.json("withheld", std::move(withheld).done());
    o.json("sources", std::move(sources).done());
    return figures_response(std::move(o).done());
}

}  // namespace

void add_network_route(http::router& to, const site& of)
{
    to.add(
        "/api/bitcoin/network", [of](const http::request& r) { return network(of, r); },
        "Bitcoin's network: height, hash rate, difficulty, fees, the next halving");
}

}  // namespace tickertape::web
