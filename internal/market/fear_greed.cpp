// https://alternative.me/crypto/fear-and-greed-index/#api
#include "market/fear_greed.hpp"

#include "market/row_reader.hpp"
#include "market/table_rows.hpp"
#include "provider/answer.hpp"
#include "provider/errors.hpp"
#include "json/errors.hpp"
#include "json/fields.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace tickertape::market {
namespace {

using json::json_errc;

constexpr double index_max = 100;

// The word becomes a part of our answers: only visible ASCII and blanks.
std::string word_in(const boost::json::value* at)
{
    const auto text = json::text_in(at);
    const bool is_shown = text && text->size() <= mood_word_bytes_max &&
                          std::ranges::all_of(*text, [](char c) { return c >= ' ' && c < 0x7f; });
    return is_shown ? std::string{*text} : std::string{};
}

std::optional<fear_greed> day_in(const boost::json::value& row, wall_time now)
{
    row_reader from{&row};
    const auto value = from.figure("value").value_or(-1);
    if (from.is_spoilt() || value < 0 || value > index_max)
        return std::nullopt;
    const auto day =
        json::time_in(json::member(&row, "timestamp"), json::time_form::seconds, "timestamp");
    if (!day || *day > now + mood_ahead_max)
        return std::nullopt;
    return fear_greed{
        .value = value, .word = word_in(json::member(&row, "value_classification")), .day = *day};
}

}  // namespace

// Two days, so that yesterday's is there where today's cannot be read.
net::http_request fear_greed_request()
{
    return {.target = "/fng/?limit=2"};
}

// {"name":"Fear and Greed Index","data":[{"value":"41","value_classification":"Fear",
// "timestamp":"1787011200","time_until_update":"56949"},...],"metadata":{"error":null}}
// Source: alternative.me, and a recorded answer.
fetched<fear_greed> read_fear_greed(const net::http_response& answer, wall_time now)
{
    const auto body = body_of(answer);
    if (!body)
        return body.error();
    const auto* failure = json::member(json::member(&*body, "metadata"), "error");
    if (failure != nullptr && !failure->is_null())
        return provider::refusal(provider::provider_errc::http_status, answer);
    const auto* data = json::member(&*body, "data");
    const auto* days = data == nullptr ? nullptr : data->if_array();
    if (days == nullptr)
        return fetch_error{json_errc::wrong_type, "the answer has no list of days"};
    std::optional<fear_greed> newest;
    for (const auto& row : *days) {
        auto one = day_in(row, now);
        if (one && (!newest || one->day > newest->day))
            newest = std::move(one);
    }
    if (!newest)
        return fetch_error{
            json_errc::missing_field,
            "of " + std::to_string(days->size()) + " days none can be read"};
    return *std::move(newest);
}

}  // namespace tickertape::market
