// https://blockchair.com/api/docs.
#include "core/timestamp.hpp"
#include "market/network_api.hpp"
#include "market/row_reader.hpp"
#include "market/table_rows.hpp"
#include "json/errors.hpp"
#include "json/fields.hpp"

#include <cmath>
#include <string>

namespace tickertape::market {
namespace {

constexpr std::chrono::hours stats_window{24};
constexpr double blocks_max = 1e9;
constexpr std::size_t time_bytes = 19;

// A whole number of blocks.
std::optional<std::int64_t> count_in(row_reader& from, std::string_view name)
{
    const auto value = from.positive(name);
    if (!value || *value > blocks_max || std::floor(*value) != *value)
        return std::nullopt;
    return static_cast<std::int64_t>(*value);
}

// "2023-04-03 14:04:50", which is UTC and does not say so.
std::optional<wall_time> time_in(const boost::json::value* at)
{
    const auto said = json::text_in(at);
    if (!said || said->size() != time_bytes || (*said)[10] != ' ')
        return std::nullopt;
    auto text = std::string{*said} + 'Z';
    text[10] = 'T';
    const auto read = parse_rfc3339(text);
    return read ? std::optional{*read} : std::nullopt;
}

}  // namespace

net::http_request blockchair_stats_request()
{
    return {.target = "/bitcoin/stats"};
}

// {"data":{"blocks":783771,"blocks_24h":148,"difficulty":46843400286277,
// "best_block_time":"2023-04-03 14:04:50","hashrate_24h":"345095835785586196564",...},...}: blocks
// are counted from 1. The hash rate is computed here, as of all sources, and theirs is not read.
// Source: blockchair.com/api/docs, and a recorded answer.
fetched<chain> read_blockchair_stats(const net::http_response& answer)
{
    using json::json_errc;
    const auto body = body_of(answer);
    if (!body)
        return body.error();
    const auto* data = json::member(&*body, "data");
    if (data == nullptr || !data->is_object())
        return fetch_error{json_errc::wrong_type, "data"};
    row_reader from{data};
    const auto blocks = count_in(from, "blocks");
    const auto difficulty = from.positive("difficulty");
    const auto mined = count_in(from, "blocks_24h");
    if (from.is_spoilt())
        return fetch_error{json_errc::wrong_type, "the statistics have a figure that is none"};
    if (!blocks || !difficulty)
        return fetch_error{json_errc::missing_field, "blocks or difficulty"};
    chain c{.height = *blocks - 1, .difficulty = *difficulty};
    c.mined_at = time_in(json::member(data, "best_block_time"));
    if (mined)
        c.day = block_window{
            .blocks = *mined,
            .span = stats_window,
            .difficulties = static_cast<double>(*mined) * *difficulty};
    return c;
}

}  // namespace tickertape::market
