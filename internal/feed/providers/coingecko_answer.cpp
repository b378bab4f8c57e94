#include "feed/providers/coingecko_answer.hpp"

#include "feed/json_reader.hpp"
#include "feed/provider_answer.hpp"
#include "feed/providers/coingecko_coins.hpp"

#include <boost/json/object.hpp>

#include <algorithm>

namespace tickertape {
namespace {

namespace json = boost::json;

std::string lower_case(std::string_view text)
{
    std::string lower{text};
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

// No spaces: CoinGecko silently loses the coin behind one.
std::string joined(std::vector<std::string> names)
{
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    std::string list;
    for (const auto& name : names)
        list += (list.empty() ? "" : ",") + name;
    return list;
}

fetched<quote> quote_in(const json::object& coin, symbol_id symbol, const std::string& currency)
{
    const auto* number = coin.if_contains(currency);
    if (number == nullptr)
        return fetch_error{feed_errc::unknown_symbol, "no price in " + currency};
    const auto value = price_of_number(*number);
    if (!value)
        return fetch_error{value.error(), currency};
    quote q{symbol, *value};
    if (const auto* time = coin.if_contains("last_updated_at")) {
        // Until the year 2500, as everywhere.
        const bool is_time =
            time->is_int64() && time->get_int64() > 0 && time->get_int64() < 16'725'225'600;
        if (!is_time)
            return fetch_error{feed_errc::bad_time, "last_updated_at"};
        q.upstream_time = wall_time{std::chrono::seconds{time->get_int64()}};
    }
    return q;
}

fetched<quote> quote_of(const json::object& coins, symbol_id symbol, const symbol_table& symbols)
{
    const auto id = coingecko_id(symbols.base(symbol));
    if (!id)
        return fetch_error{feed_errc::unknown_symbol, "no id known for the base"};
    const auto* coin = coins.if_contains({id->data(), id->size()});
    if (coin == nullptr)
        return fetch_error{feed_errc::unknown_symbol, "no coin " + std::string{*id}};
    if (!coin->is_object())
        return fetch_error{feed_errc::wrong_type, std::string{*id}};
    return quote_in(coin->get_object(), symbol, lower_case(symbols.quote(symbol)));
}

}  // namespace

std::string coingecko_target(std::span<const symbol_id> wanted, const symbol_table& symbols)
{
    std::vector<std::string> ids;
    std::vector<std::string> currencies;
    for (const auto symbol : wanted) {
        if (const auto id = coingecko_id(symbols.base(symbol))) {
            ids.emplace_back(*id);
            currencies.push_back(lower_case(symbols.quote(symbol)));
        }
    }
    if (ids.empty())
        return {};
    return "/simple/price?ids=" + joined(std::move(ids)) +
           "&vs_currencies=" + joined(std::move(currencies)) +
           "&include_last_updated_at=true&precision=full";
}

answers parse_coingecko_prices(
    std::span<const symbol_id> wanted, const symbol_table& symbols, int http_status,
    std::string_view content_type, std::string_view body)
{
    answers parsed(wanted.size());
    const auto read = json_of(http_status, content_type, body);
    if (!read) {
        answer_rest(parsed, read.error());
        return parsed;
    }
    const auto* coins = read->if_object();
    if (coins == nullptr) {
        answer_rest(parsed, {feed_errc::wrong_type, "the answer is not an object"});
        return parsed;
    }
    // An error at status 200 would otherwise look like coins nobody knows.
    if (const auto* status = coins->if_contains("status");
        status != nullptr && coins->size() == 1) {
        answer_rest(parsed, {feed_errc::http_status, words_of(body), http_status});
        return parsed;
    }
    for (std::size_t i = 0; i < wanted.size(); ++i)
        parsed[i] = quote_of(*coins, wanted[i], symbols);
    return parsed;
}

}  // namespace tickertape
