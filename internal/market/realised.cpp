// https://docs.coinmetrics.io/api/v4
#include "market/realised.hpp"

#include "market/row_reader.hpp"
#include "market/table_rows.hpp"
#include "json/errors.hpp"
#include "json/fields.hpp"

#include <optional>
#include <string>

namespace tickertape::market {
namespace {

using json::json_errc;

std::optional<realised_value> day_in(const boost::json::value& row, wall_time now)
{
    if (json::text_in(json::member(&row, "asset")) != "btc")
        return std::nullopt;
    row_reader from{&row};
    const auto day = from.time("time");
    const auto ratio = from.positive("CapMVRVCur");
    const auto cap = from.positive("CapMrktCurUSD");
    if (from.is_spoilt() || !day || !ratio || *day > now + realised_ahead_max ||
        *ratio < mvrv_min || *ratio > mvrv_max)
        return std::nullopt;
    return realised_value{.mvrv = *ratio, .market_cap = cap, .day = *day};
}

}  // namespace

// The last days, so that the one before is there where the newest cannot be read. The realised cap
// itself is not among what is given for nothing: it follows from both.
net::http_request realised_request()
{
    return {
        .target = "/timeseries/asset-metrics?assets=btc&metrics=CapMVRVCur,CapMrktCurUSD"
                  "&frequency=1d&page_size=5&paging_from=end"};
}

// {"data":[{"asset":"btc","time":"2026-07-03T00:00:00.000000000Z",
// "CapMVRVCur":"1.179298708831683854","CapMrktCurUSD":"1246…"},...]}
// Source: Coin Metrics' documentation, and a recorded answer.
fetched<realised_value> read_realised(const net::http_response& answer, wall_time now)
{
    const auto body = body_of(answer);
    if (!body)
        return body.error();
    const auto* data = json::member(&*body, "data");
    const auto* days = data == nullptr ? nullptr : data->if_array();
    if (days == nullptr)
        return fetch_error{json_errc::wrong_type, "the answer has no list of days"};
    std::optional<realised_value> newest;
    for (const auto& row : *days) {
        const auto one = day_in(row, now);
        if (one && (!newest || one->day > newest->day))
            newest = one;
    }
    if (!newest)
        return fetch_error{
            json_errc::missing_field,
            "of " + std::to_string(days->size()) + " days none can be read"};
    return *newest;
}

}  // namespace tickertape::market
