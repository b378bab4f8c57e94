// blockchain.info: https://www.blockchain.com/explorer/api/charts_api.
#include "market/network_api.hpp"
#include "market/row_reader.hpp"
#include "market/table_rows.hpp"
#include "json/errors.hpp"
#include "json/fields.hpp"

#include <cmath>

namespace tickertape::market {
namespace {

constexpr std::chrono::hours stats_window{24};
// Older statistics are of a cache that nobody refreshes.
constexpr std::chrono::hours stats_age_max{3};

std::optional<std::int64_t> count_in(row_reader& from, std::string_view name)
{
    const auto value = from.positive(name);
    if (!value || *value > 1e9 || std::floor(*value) != *value)
        return std::nullopt;
    return static_cast<std::int64_t>(*value);
}

// Comes as 1791193160000.0.
std::optional<wall_time> time_of(row_reader& from)
{
    const auto value = from.positive("timestamp");
    if (!value || *value > 1.6e13)
        return std::nullopt;
    return wall_time{std::chrono::milliseconds{static_cast<std::int64_t>(*value)}};
}

}  // namespace

net::http_request blockchain_stats_request()
{
    return {.target = "/stats"};
}

// {"timestamp":1791193160000.0,"n_blocks_mined":166,"n_blocks_total":969990,
// "difficulty":132716002350731,"totalbc":2009371875000000,...}: of the last 24 hours. Blocks are
// counted from 1, so the height of the newest is one less. Its fees and revenues were negative and
// zero for months, and are not read.
// Source: www.blockchain.com/explorer/api/charts_api, and recorded answers.
fetched<chain> read_blockchain_stats(const net::http_response& answer, wall_time now)
{
    using json::json_errc;
    const auto body = body_of(answer);
    if (!body)
        return body.error();
    row_reader from{&*body};
    const auto blocks = count_in(from, "n_blocks_total");
    const auto difficulty = from.positive("difficulty");
    const auto mined = count_in(from, "n_blocks_mined");
    const auto at = time_of(from);
    if (from.is_spoilt())
        return fetch_error{json_errc::wrong_type, "the statistics have a figure that is none"};
    if (!blocks || !difficulty || !at)
        return fetch_error{json_errc::missing_field, "n_blocks_total, difficulty or timestamp"};
    if (now - *at > stats_age_max)
        return fetch_error{json_errc::missing_field, "the statistics are hours old"};
    chain c{.height = *blocks - 1, .difficulty = *difficulty};
    if (mined)
        c.day = block_window{
            .blocks = *mined,
            .span = stats_window,
            .difficulties = static_cast<double>(*mined) * *difficulty};
    return c;
}

}  // namespace tickertape::market
