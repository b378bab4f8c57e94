// GET /api/cryptos/<id>/history: prices of one coin over time, from our archive where that has the
// coin, and from CoinGecko otherwise. One answer is of one of the two.
#include "web/history_answers.hpp"
#include "web/site.hpp"

#include "market/coins_known.hpp"
#include "market/figure_text.hpp"
#include "web/coin_rows.hpp"
#include "web/daily_closes.hpp"
#include "web/parameters.hpp"
#include "json/json_text.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace tickertape::web {
namespace {

using std::chrono::days;

struct coin_range {
    std::string_view name;
    days span;
    market::chart_step step;
};

constexpr std::array coin_ranges{
    coin_range{"7d", days{7}, market::chart_step::hour},
    coin_range{"30d", days{30}, market::chart_step::day},
    coin_range{"90d", days{90}, market::chart_step::day},
    coin_range{"365d", days{market::chart_days_max}, market::chart_step::day},
};
constexpr std::string_view coin_range_usual = "30d";

std::variant<coin_range, http::problem> read_coin_range(const http::request_target& target)
{
    static constexpr std::array<std::string_view, 1> known_names{"range"};
    if (auto wrong = wrong_parameters(target, known_names))
        return *std::move(wrong);
    const auto given = target.parameter("range");
    const std::string_view wanted = given ? std::string_view{*given} : coin_range_usual;
    for (const auto& each : coin_ranges)
        if (each.name == wanted)
            return each;
    return http::bad_parameter(
        "range",
        http::quoted(wanted) + " is not one of the ranges; CoinGecko tells only the last " +
            std::to_string(market::chart_days_max) + " days without a paid plan",
        "7d, 30d, 90d, 365d");
}

// Of whole hours or days that are over: the time is the end of each.
struct coin_past {
    std::vector<market::chart_point> points{};
    std::vector<std::string> sources{};
};

void add_source(coin_past& to, const std::string& source)
{
    if (std::ranges::find(to.sources, source) == to.sources.end())
        to.sources.push_back(source);
}

// What our archive has. Errors of it are as an archive that has nothing: there is another source.
boost::asio::awaitable<coin_past>
own_past(const site& s, symbol_id id, coin_range range, wall_time now)
{
    const bool is_daily = range.step == market::chart_step::day;
    const auto step = is_daily ? series::interval::d1 : series::interval::h1;
    const wall_time until = series::bucket_open(step, now);
    const series::candle_query query{
        .symbol = id,
        .of = step,
        .from = until - range.span,
        .until = until,
        .candles_max = market::chart_points_max,
        .first = series::end::oldest,
        .with_forming = false};
    const auto found = co_await ask(*s.history, query);
    coin_past past;
    if (!found)
        co_return past;
    if (is_daily)
        for (const auto& one : closes_of(*found)) {
            past.points.push_back({wall_time{one.day + days{1}}, one.close.value()});
            add_source(past, one.source);
        }
    else
        for (const auto& one : found->candles) {
            if (one.value.overlaps_hole && one.source.empty())
                continue;
            past.points.push_back(
                {wall_time{series::end_of(step, one.value.opens)}, one.value.close.value()});
            add_source(past, one.source.empty() ? "archive" : one.source);
        }
    co_return past;
}

// Five sixths of the range, as for volatilities: with less the other source says more.
bool is_enough(const coin_past& past, const coin_range& range)
{
    const auto steps = range.step == market::chart_step::hour ? range.span / std::chrono::hours{1}
                                                              : range.span / days{1};
    return past.points.size() * 6 >= static_cast<std::size_t>(steps) * 5;
}

coin_past past_of(const market::coin_chart& chart, const coin_range& range, wall_time now)
{
    coin_past past;
    for (const auto& point : chart.points)
        if (point.at >= now - range.span)
            past.points.push_back(point);
    past.sources.emplace_back(market::coingecko);
    return past;
}

// [[1709856000,68300.5],...]
std::string points_array(const std::vector<market::chart_point>& points)
{
    std::string all;
    all.reserve(32 * points.size() + 2);
    for (const auto& [at, price] : points) {
        all += all.empty() ? "[[" : ",[";
        all += std::to_string(
            std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count());
        all += ',';
        market::append_figure(all, price);
        all += ']';
    }
    return all += all.empty() ? "[]" : "]";
}

std::string body_of(
    const coin_row& at, const coin_range& range, const coin_past& past,
    const market::coin_answer& said)
{
    json::array sources;
    if (!past.points.empty())
        for (const auto& one : past.sources)
            sources.text(one);
    json::object o;
    o.text("id", at.row->id).text("range", range.name).text("currency", "usd");
    o.text("step", range.step == market::chart_step::hour ? "1h" : "1d");
    o.json("sources", std::move(sources).done());
    o.boolean("stale", said.is_stale && said.chart != nullptr);
    o.json("points", points_array(past.points));
    o.text_or_null("why", said.why);
    if (said.retry_after.count() > 0)
        o.number("retry_after", said.retry_after.count());
    else
        o.null("retry_after");
    return std::move(o).done();
}

boost::asio::awaitable<http::answer> coin_history(const site& s, const http::request& r)
{
    const auto read = read_coin_range(r.url);
    if (const auto* bad = std::get_if<http::problem>(&read))
        co_return http::to_response(*bad);
    auto found = find_coin(s, r.captured[0], r.boot_now);
    if (auto* refused = std::get_if<http::response>(&found))
        co_return std::move(*refused);
    const auto& range = std::get<coin_range>(read);
    const auto& at = std::get<coin_row>(found);
    coin_past past;
    if (at.row->streamed && s.history != nullptr)
        past = co_await own_past(s, *at.row->streamed, range, s.prices.believed(r.now));
    if (is_enough(past, range))
        co_return tagged_json(body_of(at, range, past, {}), r);
    const auto topic = range.step == market::chart_step::hour ? market::coin_topic::hours
                                                              : market::coin_topic::days;
    const market::coin_question what{.of = topic, .id = at.row->id};
    const auto said = co_await answer_on(s, *at.table, what);
    if (said.chart)
        past = past_of(*said.chart, range, r.now);
    co_return tagged_json(body_of(at, range, past, said), r);
}

}  // namespace

void add_coin_history_route(http::router& to, const site& of)
{
    to.add(http::route{
        .pattern = "/api/cryptos/{}/history",
        .handle =
            http::waiting_handler{
                [of](const http::request& r) -> boost::asio::awaitable<http::answer> {
                    return coin_history(of, r);
                }},
        .about = "prices of one coin over time: range"});
}

}  // namespace tickertape::web
