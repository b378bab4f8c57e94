#include "web/market_request.hpp"

#include "core/text.hpp"
#include "market/currency_rates.hpp"
#include "market/table.hpp"
#include "web/answer_limits.hpp"
#include "web/parameters.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace tickertape::web {
namespace {

constexpr std::array<std::pair<std::string_view, coin_order>, 8> orders{{
    {"rank", coin_order::rank},
    {"name", coin_order::name},
    {"price", coin_order::price},
    {"market_cap", coin_order::market_cap},
    {"volume_24h", coin_order::volume_24h},
    {"change_1h_percent", coin_order::change_1h_percent},
    {"change_24h_percent", coin_order::change_24h_percent},
    {"change_7d_percent", coin_order::change_7d_percent},
}};
constexpr std::string_view accepted_orders =
    "rank, name, price, market_cap, volume_24h, change_1h_percent, change_24h_percent, "
    "change_7d_percent";

// The largest figure first, and the first rank or name.
bool is_usually_descending(coin_order by)
{
    return by != coin_order::rank && by != coin_order::name;
}

std::optional<http::problem> read_order(const http::request_target& target, market_request& into)
{
    if (const auto given = target.parameter("sort")) {
        const auto found =
            std::ranges::find(orders, *given, &std::pair<std::string_view, coin_order>::first);
        if (found == orders.end())
            return http::bad_parameter(
                "sort", http::quoted(*given) + " is not a column to sort by", accepted_orders);
        into.by = found->second;
    }
    into.is_descending = is_usually_descending(into.by);
    if (const auto given = target.parameter("order")) {
        if (*given != "asc" && *given != "desc")
            return http::bad_parameter(
                "order", http::quoted(*given) + " is neither asc nor desc", "asc, desc");
        into.is_descending = *given == "desc";
    }
    return std::nullopt;
}

std::optional<http::problem> read_search(const http::request_target& target, market_request& into)
{
    const auto given = target.parameter("q");
    if (!given)
        return std::nullopt;
    if (given->size() > market_search_bytes_max)
        return http::bad_parameter(
            "q", "the text to search for is too long",
            "up to " + std::to_string(market_search_bytes_max) + " bytes");
    into.search = lower_case(trimmed(*given));
    return std::nullopt;
}

}  // namespace

std::variant<market_request, http::problem> read_market_request(const http::request_target& target)
{
    static constexpr std::array<std::string_view, 6> known_names{"limit", "page", "sort",
                                                                 "order", "q",    "currency"};
    if (auto wrong = wrong_parameters(target, known_names))
        return *std::move(wrong);
    const auto limit = read_count(target, "limit", market_coins_usual, market::coins_max);
    if (const auto* bad = std::get_if<http::problem>(&limit))
        return *bad;
    const auto page = read_count(target, "page", 1, market::coins_max);
    if (const auto* bad = std::get_if<http::problem>(&page))
        return *bad;
    const auto given = target.parameter("currency");
    const auto currency = market::currency_code(given ? std::string_view{*given} : "USD");
    if (!currency)
        return http::bad_parameter(
            "currency", "there are no figures in " + http::quoted(*given),
            "usd, or one of /api/currencies");
    market_request read{
        .limit = std::get<std::size_t>(limit),
        .page = std::get<std::size_t>(page),
        .search = {},
        .currency = *currency};
    if (auto bad = read_order(target, read))
        return *std::move(bad);
    if (auto bad = read_search(target, read))
        return *std::move(bad);
    return read;
}

}  // namespace tickertape::web
