// The list of routes at /api, and hints at paths where people look for one.
#include "web/problems.hpp"
#include "web/site.hpp"
#include "json/json_text.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace tickertape::web {
namespace {

// Paths that people try, and what they may mean.
struct guess {
    std::string_view path;
    std::string_view meant;
};
constexpr std::array<guess, 8> guesses{{
    {"/health", "/healthz"},
    {"/history", "/api/prices/{symbol}/history"},
    {"/price", "/api/prices or /crypto-price"},
    {"/prices", "/prices/stream or /api/prices"},
    {"/api/stream", "/prices/stream"},
    {"/stream", "/prices/stream"},
    {"/symbols", "/api/symbols"},
    {"/watchlist", "/api/watchlist"},
}};

// "/api/prices/{}/history" as "/api/prices/{symbol}/history": what is captured is a symbol, or the
// id of a coin.
std::string shown(std::string pattern)
{
    const bool is_of_coin = pattern.find("/cryptos/") != std::string::npos ||
                            pattern.find("/coin/") != std::string::npos;
    if (const auto at = pattern.find("{}"); at != std::string::npos)
        pattern.replace(at, 2, is_of_coin ? "{id}" : "{symbol}");
    return pattern;
}

std::string_view without_slash(std::string_view path)
{
    return path.size() > 1 && path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
}

http::problem unknown_path(const symbol_table& symbols, const http::request& r)
{
    // A symbol with a slash in it: /api/prices/BTC/USD.
    if (const auto& path = r.url.segments;
        path.size() == 4 && path[0] == "api" && path[1] == "prices") {
        const auto name = path[2] + '/' + path[3];
        if (nearest_symbol(name, symbols))
            return unknown_symbol(name, symbols);
    }
    auto told = http::not_found();
    const auto path = without_slash(r.target.substr(0, r.target.find('?')));
    if (const auto found = std::ranges::find(guesses, path, &guess::path); found != guesses.end())
        told.detail += "; did you mean " + std::string{found->meant} + "?";
    told.detail += "; GET /api lists the routes";
    return told;
}

}  // namespace

void add_index_route(http::router& to, const site& of)
{
    json::array routes;
    for (const auto* r : to.routes())
        if (!r->about.empty()) {
            json::object o;
            o.text("path", shown(r->pattern)).text("about", r->about);
            routes.json(std::move(o).done());
        }
    const auto text = std::move(json::object{}.json("routes", std::move(routes).done())).done();
    for (const auto* path : {"/api", "/api/"})
        to.add(path, [text](const http::request&) { return json_response(text); });
    to.explain_unknown(
        [of](const http::request& r) { return unknown_path(of.prices.symbols(), r); });
}

}  // namespace tickertape::web
