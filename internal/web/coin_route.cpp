// GET /api/cryptos/<id>: one coin of the market's table, and what CoinGecko says of it beyond its
// row.
//
// Only coins of the newest table are asked for: a request for any other name would spend the
// budget.
#include "web/site.hpp"

#include "core/text.hpp"
#include "http/answer_wait.hpp"
#include "market/coin_answers.hpp"
#include "market/coins_known.hpp"
#include "market/figure_text.hpp"
#include "market/supply_memory.hpp"
#include "web/coin_json.hpp"
#include "web/coin_rows.hpp"
#include "web/figures_response.hpp"
#include "web/parameters.hpp"
#include "web/problems.hpp"
#include "json/json_text.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tickertape::web {
namespace {

// Ids of the table, where who asks wrote a symbol, or another case. A symbol may be of several.
std::string meant_by(std::string_view written, const std::vector<market::coin>& coins)
{
    constexpr std::size_t named_most = 3;
    std::string all;
    std::size_t count = 0;
    const auto wanted = lower_case(written);
    for (const auto& coin : coins) {
        if (lower_case(coin.id) != wanted && lower_case(coin.symbol) != wanted)
            continue;
        if (count++ == named_most)
            break;
        all += (all.empty() ? "; did you mean " : " or ") + http::quoted(coin.id);
    }
    return all;
}

std::string texts_array(const std::vector<std::string>& texts)
{
    json::array all;
    for (const auto& one : texts)
        all.text(one);
    return std::move(all).done();
}

// A supply as the details have it, unless the row contradicts it.
std::string
supply_text(const market::coin& row, std::string_view figure, const std::optional<double>& said)
{
    const bool is_denied = said && market::is_denied_by(row, figure, *said);
    return market::figure_text(is_denied ? std::nullopt : said);
}

std::string detail_object(const market::coin& row, const market::coin_answer& said, boot_time now)
{
    if (!said.detail)
        return "null";
    const auto& d = *said.detail;
    json::object o;
    o.reserve(1'000 + d.description.size());
    o.text("source", market::coingecko).time("updated_at", d.updated_at);
    o.seconds("age_seconds", staleness::age(said.received, now)).boolean("stale", said.is_stale);
    o.text_or_null("description", d.description);
    o.json("categories", texts_array(d.categories));
    o.json("homepages", texts_array(d.homepages)).json("explorers", texts_array(d.explorers));
    o.text_or_null("whitepaper", d.whitepaper);
    o.text_or_null("hashing_algorithm", d.hashing_algorithm);
    o.text_or_null("genesis_date", d.genesis_date);
    o.json("ath", market::figure_text(d.ath)).time("ath_at", d.ath_at);
    o.json("atl", market::figure_text(d.atl)).time("atl_at", d.atl_at);
    o.json("circulating_supply", supply_text(row, "circulating_supply", d.circulating_supply));
    o.json("total_supply", supply_text(row, "total_supply", d.total_supply));
    o.json("max_supply", supply_text(row, "max_supply", d.max_supply));
    return std::move(o).done();
}

std::string
body_of(const site& s, const coin_row& at, const market::coin_answer& said, boot_time now)
{
    const auto& table = *at.table;
    const auto shown = shown_of(s, table, at.index, now);
    json::object o;
    o.text("currency", "usd").text("source", table.coins.source);
    o.time("updated_at", table.coins.updated_at.value_or(table.received_at));
    o.seconds("age_seconds", table.age(now)).boolean("stale", table.is_stale(now));
    o.json("coin", coin_object(s, shown, table.coins.source));
    o.json("detail", detail_object(*at.row, said, now));
    o.text_or_null("why", said.why);
    if (said.retry_after.count() > 0)
        o.number("retry_after", said.retry_after.count());
    else
        o.null("retry_after");
    return std::move(o).done();
}

boost::asio::awaitable<http::answer> one_coin(const site& s, const http::request& r)
{
    if (auto wrong = wrong_parameters(r.url, {}))
        co_return http::to_response(*wrong);
    auto found = find_coin(s, r.captured[0], r.boot_now);
    if (auto* refused = std::get_if<http::response>(&found))
        co_return std::move(*refused);
    const auto& at = std::get<coin_row>(found);
    const market::coin_question what{.of = market::coin_topic::detail, .id = at.row->id};
    const auto said = co_await answer_on(s, *at.table, what);
    co_return tape::within_an_era(
        s.prices, [&] { return figures_response(body_of(s, at, said, r.boot_now)); });
}

}  // namespace

std::variant<coin_row, http::response>
find_coin(const site& s, const std::string& id, boot_time now)
{
    auto table = s.market == nullptr ? nullptr : s.market->read(now);
    if (!table)
        return no_table(s);
    const auto& coins = table->coins.coins;
    const auto row = std::ranges::find(coins, id, &market::coin::id);
    if (row == coins.end() && table->absent && table->absent->contains(id))
        return refusal_for_now(
            {.status = 503,
             .type = "coin-absent",
             .detail = "an earlier table had the coin " + http::quoted(id) +
                       "; the newest one is of another source, which has other ids, or its row "
                       "cannot be read"});
    if (row == coins.end())
        return http::to_response(
            {.status = 404,
             .type = "unknown-coin",
             .detail = "the newest table has no coin with the id " + http::quoted(id) +
                       meant_by(id, coins) +
                       "; GET /api/cryptos?limit=250 has those that are accepted"});
    const auto index = static_cast<std::size_t>(row - coins.begin());
    return coin_row{std::move(table), &*row, index};
}

boost::asio::awaitable<market::coin_answer>
answer_on(const site& s, const market::snapshot& table, const market::coin_question& what)
{
    market::coin_answer none;
    if (s.coins == nullptr)
        none.why = "this server asks nobody for single coins";
    else if (table.coins.source != market::coingecko)
        none.why = "the newest table is of another source than CoinGecko, whose ids are not these";
    else if (!market::is_coin_id(what.id))
        none.why = "the id of this coin cannot be asked for";
    if (!none.why.empty())
        co_return none;
    // Named first: g++ 12 destroys what is made within the call twice.
    const auto question = [&s, &what](auto then) { s.coins->ask(what, std::move(then)); };
    auto said = co_await http::answer_to<market::coin_answer>(question);
    co_return said;
}

void add_coin_route(http::router& to, const site& of)
{
    to.add(http::route{
        .pattern = "/api/cryptos/{}",
        .handle =
            http::waiting_handler{
                [of](const http::request& r) -> boost::asio::awaitable<http::answer> {
                    return one_coin(of, r);
                }},
        .about = "one coin of the table in depth"});
}

}  // namespace tickertape::web
