#include "market/table_rows.hpp"

#include "market/checks.hpp"
#include "market/contradictions.hpp"
#include "provider/answer.hpp"
#include "provider/errors.hpp"
#include "json/errors.hpp"
#include "json/fields.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace tickertape::market {

using json::json_errc;
using provider::provider_errc;

fetched<boost::json::value> body_of(const net::http_response& answer)
{
    auto body = provider::json_of(answer);
    if (!body)
        return body;
    // {"status":{"error_code":429,...}} of CoinGecko, {"error":".."} of CoinPaprika.
    const auto* status = json::member(&*body, "status");
    if (status == nullptr)
        status = json::member(json::member(&*body, "error"), "status");
    if (json::integer_in(json::member(status, "error_code")) == 429)
        return provider::refusal(provider_errc::rate_limited, answer);
    if ((status != nullptr && status->is_object()) || provider::has_words(*body))
        return provider::refusal(provider_errc::http_status, answer);
    return body;
}

fetched<table>
table_of(std::string_view source, const boost::json::value* rows, coin_of_row read, wall_time now)
{
    const auto* list = rows == nullptr ? nullptr : rows->if_array();
    if (list == nullptr)
        return fetch_error{json_errc::wrong_type, "the answer has no list of coins"};
    table all{.source = source, .coins = {}, .dropped = 0, .updated_at = {}};
    std::set<std::string, std::less<>> ids;
    std::size_t place = 0;
    for (const auto& row : *list) {
        ++place;
        if (all.coins.size() == coins_max)
            break;
        auto one = read(row);
        if (!one || !ids.insert(one->id).second) {
            ++all.dropped;
            all.dropped_at.push_back(place);
            continue;
        }
        check(*one, now);
        check_together(*one);
        if (one->updated_at)
            all.updated_at = std::max(all.updated_at.value_or(*one->updated_at), *one->updated_at);
        all.coins.push_back(*std::move(one));
    }
    if (all.coins.empty())
        return fetch_error{
            json_errc::missing_field,
            "of " + std::to_string(list->size()) + " rows none can be read"};
    return all;
}

}  // namespace tickertape::market
