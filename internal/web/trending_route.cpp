// GET /api/trending: the coins that people look for most at CoinGecko.
#include "web/site.hpp"

#include "http/answer_wait.hpp"
#include "market/board.hpp"
#include "market/coin_answers.hpp"
#include "market/coins_known.hpp"
#include "market/figure_text.hpp"
#include "web/coin_json.hpp"
#include "web/figures_response.hpp"
#include "web/parameters.hpp"
#include "web/problems.hpp"
#include "json/json_text.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace tickertape::web {
namespace {

// `table`: null where there is none, or it is of another source, whose ids are others.
std::string row_of(const market::trending_coin& one, std::size_t place, const market::table* table)
{
    const auto is_known =
        table != nullptr &&
        std::ranges::find(table->coins, one.id, &market::coin::id) != table->coins.end();
    json::object o;
    o.number("place", static_cast<std::int64_t>(place));
    o.text("id", one.id).text("symbol", one.symbol).text("name", one.name);
    o.boolean("in_table", is_known);
    o.json("market_cap_rank", market::figure_text(one.market_cap_rank));
    o.json("price", market::figure_text(one.price));
    o.json("change_24h_percent", market::figure_text(one.change_24h_percent));
    o.json("market_cap", market::figure_text(one.market_cap));
    o.json("volume_24h", market::figure_text(one.volume_24h));
    return std::move(o).done();
}

http::response none_yet(const market::coin_answer& said)
{
    auto refused = http::to_response(
        {.status = 503,
         .type = "no-trending-yet",
         .detail = "there is no list of what is trending yet: " + said.why});
    refused.headers.emplace_back("Retry-After", std::to_string(said.retry_after.count()));
    return refused;
}

boost::asio::awaitable<http::answer> trending_coins(const site& s, const http::request& r)
{
    if (auto wrong = wrong_parameters(r.url, {}))
        co_return http::to_response(*wrong);
    if (s.coins == nullptr)
        co_return no_table(s);
    const market::coin_question what{.of = market::coin_topic::trending};
    // Named first: g++ 12 destroys what is made within the call twice.
    const auto question = [&s, &what](auto then) { s.coins->ask(what, std::move(then)); };
    const auto said = co_await http::answer_to<market::coin_answer>(question);
    if (!said.list)
        co_return none_yet(said);
    const auto newest = s.market == nullptr ? nullptr : s.market->newest();
    const auto* table =
        newest && newest->coins.source == market::coingecko ? &newest->coins : nullptr;
    json::array coins;
    std::size_t place = 0;
    for (const auto& one : said.list->coins)
        coins.json(row_of(one, ++place, table));
    json::object o;
    o.text("currency", "usd").text("source", market::coingecko);
    o.time("updated_at", said.received_at)
        .seconds("age_seconds", staleness::age(said.received, r.boot_now));
    o.boolean("stale", said.is_stale).text_or_null("why", said.why);
    o.json("coins", std::move(coins).done());
    co_return figures_response(std::move(o).done());
}

}  // namespace

void add_trending_route(http::router& to, const site& of)
{
    to.add(http::route{
        .pattern = "/api/trending",
        .handle =
            http::waiting_handler{
                [of](const http::request& r) -> boost::asio::awaitable<http::answer> {
                    return trending_coins(of, r);
                }},
        .about = "the coins that people look for most"});
}

}  // namespace tickertape::web
