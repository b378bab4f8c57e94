// mempool.space: https://mempool.space/docs/api/rest. Others run the same program.
#include "market/block_rows.hpp"
#include "market/errors.hpp"
#include "market/network_api.hpp"
#include "market/row_reader.hpp"
#include "market/table_rows.hpp"
#include "json/errors.hpp"
#include "json/fields.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace tickertape::market {

using json::json_errc;

namespace {

// A whole number that a double holds exactly.
std::optional<std::int64_t> whole(const std::optional<double>& value)
{
    constexpr double most = 9'007'199'254'740'992.0;
    if (!value || *value < 0 || *value > most || std::floor(*value) != *value)
        return std::nullopt;
    return static_cast<std::int64_t>(*value);
}

// {"id":"0000..","height":810613,"timestamp":1696424982,"difficulty":57321508229258.04,
// "mediantime":..,"extras":{..}}: times in seconds, and the difficulty with a fraction.
// Source: mempool.space/docs/api/rest (Get Blocks), and a recorded block of its WebSocket.
std::optional<block> read_block(const boost::json::value& row)
{
    row_reader from{&row};
    const auto height = whole(from.figure("height"));
    const auto difficulty = from.positive("difficulty");
    const auto mined_at =
        json::time_in(json::member(&row, "timestamp"), json::time_form::seconds, "timestamp");
    if (!height || !difficulty || !mined_at)
        return std::nullopt;
    return block{.height = *height, .mined_at = *mined_at, .difficulty = *difficulty};
}

}  // namespace

net::http_request mempool_blocks_request(std::optional<std::int64_t> from)
{
    return {.target = from ? "/v1/blocks/" + std::to_string(*from) : "/v1/blocks"};
}

net::http_request mempool_adjustment_request()
{
    return {.target = "/v1/difficulty-adjustment"};
}

net::http_request mempool_fees_request()
{
    return {.target = "/v1/fees/recommended"};
}

net::http_request mempool_backlog_request()
{
    return {.target = "/mempool"};
}

fetched<block_list> read_mempool_blocks(const net::http_response& answer)
{
    const auto body = body_of(answer);
    if (!body)
        return body.error();
    const auto* rows = body->if_array();
    if (rows == nullptr)
        return fetch_error{json_errc::wrong_type, "the answer has no list of blocks"};
    const auto count = std::min(rows->size(), blocks_read_max);
    std::vector<placed_block> all;
    for (std::size_t i = 0; i < count; ++i)
        if (const auto one = read_block((*rows)[i]))
            all.push_back({.place = static_cast<std::int64_t>(i), .what = *one});
    const auto readable = all.size();
    if (all.empty())
        return fetch_error{
            json_errc::missing_field,
            "of " + std::to_string(rows->size()) + " blocks none can be read"};
    auto blocks = rows_of_one_chain(std::move(all));
    if (blocks.empty())
        return fetch_error{
            market_errc::not_the_chain,
            "of " + std::to_string(readable) + " blocks no more than half fit each other"};
    const auto left_out = count - blocks.size();
    return block_list{.blocks = std::move(blocks), .rows_left_out = left_out};
}

// {"difficultyChange":-1.909509687533617,"remainingBlocks":1720,"nextRetargetHeight":971712,...}:
// the change in percent; beside it `timeAvg` in milliseconds and `previousTime` in seconds, which
// we do not read.
// Source: mempool.space/docs/api/rest (Get Difficulty Adjustment), and recorded answers.
fetched<adjustment> read_mempool_adjustment(const net::http_response& answer)
{
    const auto body = body_of(answer);
    if (!body)
        return body.error();
    row_reader from{&*body};
    const auto change = from.figure("difficultyChange");
    const auto retarget = whole(from.figure("nextRetargetHeight"));
    const auto left = whole(from.figure("remainingBlocks"));
    if (from.is_spoilt())
        return fetch_error{json_errc::wrong_type, "the adjustment has a figure that is none"};
    if (!change || !retarget || !left || *left > *retarget)
        return fetch_error{
            json_errc::missing_field, "difficultyChange, nextRetargetHeight or remainingBlocks"};
    return adjustment{
        .height = *retarget - *left, .retarget_height = *retarget, .change_percent = *change};
}

// {"fastestFee":6,"halfHourFee":5,"hourFee":4,"economyFee":2,"minimumFee":1}: fractions on some
// days.
// Source: mempool.space/docs/api/rest (Get Recommended Fees), and recorded answers.
fetched<fee_rates> read_mempool_fees(const net::http_response& answer)
{
    const auto body = body_of(answer);
    if (!body)
        return body.error();
    row_reader from{&*body};
    fee_rates rates;
    rates.fastest = from.figure("fastestFee");
    rates.half_hour = from.figure("halfHourFee");
    rates.hour = from.figure("hourFee");
    rates.economy = from.figure("economyFee");
    rates.minimum = from.figure("minimumFee");
    if (from.is_spoilt())
        return fetch_error{json_errc::wrong_type, "the fees have one that is no number"};
    if (!rates.fastest && !rates.half_hour && !rates.hour && !rates.economy && !rates.minimum)
        return fetch_error{json_errc::missing_field, "fastestFee"};
    return rates;
}

// {"count":90420,"vsize":47364518,"total_fee":20247916,"fee_histogram":[...]}.
// Source: mempool.space/docs/api/rest (Get Mempool), and recorded answers.
fetched<backlog> read_mempool_backlog(const net::http_response& answer)
{
    const auto body = body_of(answer);
    if (!body)
        return body.error();
    row_reader from{&*body};
    backlog waiting;
    waiting.transactions = from.figure("count");
    waiting.vsize = from.figure("vsize");
    if (from.is_spoilt())
        return fetch_error{json_errc::wrong_type, "count or vsize is no number"};
    if (!waiting.transactions && !waiting.vsize)
        return fetch_error{json_errc::missing_field, "count"};
    return waiting;
}

}  // namespace tickertape::market
