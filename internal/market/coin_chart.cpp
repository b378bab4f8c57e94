// CoinGecko: https://docs.coingecko.com/reference/coins-id-market-chart, and recorded answers.
#include "market/coin_chart.hpp"

#include "market/table_rows.hpp"
#include "provider/answer.hpp"
#include "json/errors.hpp"
#include "json/fields.hpp"

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace tickertape::market {
namespace {

using json::json_errc;

constexpr std::chrono::minutes ahead_max{5};
// In dollars: no coin costs as much as all of them together.
constexpr double chart_price_max = 1e12;
// "Your request exceeds the allowed time range". It comes with status 401, as a bad key does.
constexpr int range_too_long = 10012;

bool says_too_long(const net::http_response& answer)
{
    const auto said = provider::read_json(answer);
    const auto* status = json::member(said.json(), "status");
    if (status == nullptr)
        status = json::member(json::member(said.json(), "error"), "status");
    return json::integer_in(json::member(status, "error_code")) == range_too_long;
}

// A point that is so many times more, or less, than both beside it is a mistake of the source.
constexpr double spike_min = 100;

void leave_out_spikes(std::vector<chart_point>& points)
{
    std::vector<chart_point> kept;
    kept.reserve(points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (i > 0 && i + 1 < points.size()) {
            const double from = points[i].price / points[i - 1].price;
            const double to = points[i].price / points[i + 1].price;
            if ((from > spike_min && to > spike_min) ||
                (from < 1 / spike_min && to < 1 / spike_min))
                continue;
        }
        kept.push_back(points[i]);
    }
    points = std::move(kept);
}

}  // namespace

net::http_request coin_chart_request(std::string_view id, chart_step step)
{
    const auto range = step == chart_step::hour
                           ? std::string{"7"}
                           : std::to_string(chart_days_max) + "&interval=daily";
    return {.target = "/coins/" + std::string{id} + "/market_chart?vs_currency=usd&days=" + range};
}

// {"prices":[[1755907200000,116897.54],...],"market_caps":[...],"total_volumes":[...]}
fetched<coin_chart> read_coin_chart(const net::http_response& answer, wall_time now)
{
    // No reason to ask again, nor to leave the source alone: this wall stays.
    if (answer.status != 200 && says_too_long(answer))
        return fetch_error{
            json_errc::missing_field, "CoinGecko tells only the last " +
                                          std::to_string(chart_days_max) +
                                          " days without a paid plan"};
    const auto body = body_of(answer);
    if (!body)
        return body.error();
    const auto* prices = json::member(&*body, "prices");
    const auto* rows = prices == nullptr ? nullptr : prices->if_array();
    if (rows == nullptr)
        return fetch_error{json_errc::wrong_type, "the answer has no list of prices"};
    coin_chart chart;
    for (const auto& row : *rows) {
        const auto at =
            json::time_in(json::element(&row, 0), json::time_form::milliseconds, "time");
        const auto* value = json::element(&row, 1);
        const double price = value == nullptr ? 0 : json::number_in(*value).value_or(0);
        if (!at || !std::isfinite(price) || price <= 0 || price > chart_price_max ||
            *at > now + ahead_max)
            continue;
        if (!chart.points.empty() && *at <= chart.points.back().at)
            continue;
        chart.points.push_back({*at, price});
        if (chart.points.size() == chart_points_max)
            break;
    }
    leave_out_spikes(chart.points);
    if (chart.points.empty())
        return fetch_error{
            json_errc::missing_field,
            "of " + std::to_string(rows->size()) + " points none can be read"};
    return chart;
}

}  // namespace tickertape::market
