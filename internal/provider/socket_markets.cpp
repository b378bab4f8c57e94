#include "provider/socket_markets.hpp"

#include "core/fetch_error.hpp"
#include "core/text.hpp"
#include "provider/answer.hpp"
#include "provider/errors.hpp"
#include "json/errors.hpp"

#include <algorithm>

namespace tickertape::provider {
namespace {

// So many in a row that are older: it was the newest that was wrong, or the provider began to count
// again. One absurd order must not silence a market for the life of a connection.
constexpr int older_in_a_row_max = 8;

// As much of a message as helps to see what it was instead of JSON.
constexpr std::size_t sample_bytes_max = 80;

bool is_older(asked_market& of, std::optional<std::int64_t> order)
{
    if (!order)
        return false;
    if (of.newest && *order < *of.newest && ++of.older_in_a_row < older_in_a_row_max)
        return true;
    of.newest = order;
    of.older_in_a_row = 0;
    return false;
}

}  // namespace

void socket_markets::ask(
    std::span<const market> markets, std::size_t markets_max, socket_news& news)
{
    for (const auto& asked : markets) {
        const auto place = std::lower_bound(
            by_name_.begin(), by_name_.end(), asked.spelled.name,
            [&](auto i, auto& name) { return all_[i].name < name; });
        if (place != by_name_.end() && all_[*place].name == asked.spelled.name) {
            all_[*place].symbols.push_back(asked.symbol);
        } else if (all_.size() == markets_max) {
            news.refused.push_back(
                {asked.symbol,
                 {provider_errc::subscription_refused,
                  "one connection has at most " + std::to_string(markets_max) + " markets"}});
        } else {
            by_name_.insert(place, all_.size());
            all_.push_back({asked.spelled.name, {asked.symbol}});
        }
    }
}

std::span<asked_market>
socket_markets::part(std::size_t number, std::size_t markets_per_part) noexcept
{
    const std::span<asked_market> all{all_};
    if (number > all.size() / markets_per_part)
        return {};
    const auto first = number * markets_per_part;
    return all.subspan(first, std::min(markets_per_part, all.size() - first));
}

std::span<asked_market>
socket_markets::of_request(std::optional<std::int64_t> id, std::size_t markets_per_part) noexcept
{
    return id && *id > 0 ? part(static_cast<std::size_t>(*id - 1), markets_per_part)
                         : std::span<asked_market>{};
}

asked_market* socket_markets::find(std::string_view name) noexcept
{
    const auto place =
        std::lower_bound(by_name_.begin(), by_name_.end(), name, [&](auto i, auto wanted) {
            return all_[i].name < wanted;
        });
    return place != by_name_.end() && all_[*place].name == name ? &all_[*place] : nullptr;
}

void accept(asked_market& of, socket_news& news)
{
    if (of.state == subscription_state::accepted)
        return;
    of.state = subscription_state::accepted;
    news.accepted.insert(news.accepted.end(), of.symbols.begin(), of.symbols.end());
}

void refuse(asked_market& of, const fetch_error& why, socket_news& news)
{
    if (of.state != subscription_state::asked)
        return;
    of.state = subscription_state::refused;
    for (const auto symbol : of.symbols)
        news.refused.push_back({symbol, why});
}

void take(
    asked_market& of, const fetched<quote>& said, std::optional<std::int64_t> order,
    socket_news& news)
{
    if (!said) {
        for (const auto symbol : of.symbols)
            news.refused.push_back({symbol, said.error()});
        return;
    }
    if (is_older(of, order))
        return;
    for (const auto symbol : of.symbols)
        news.quotes.emplace_back(*said).symbol = symbol;
}

void note_unreadable(
    const boost::system::error_code& why, std::string_view message, socket_news& news)
{
    if (why == json::json_errc::not_json)
        news.failed = fetch_error{why, clean_words(message.substr(0, sample_bytes_max))};
    else
        ++news.unknown;
}

void add_notice(std::string_view words, socket_news& news)
{
    const std::string_view apart = news.notice.empty() ? "" : "; ";
    news.notice = clean_words(news.notice + std::string{apart} + std::string{words});
}

bool mentions(std::string_view text, std::string_view words) noexcept
{
    const auto is_same = [](char a, char b) { return lower(a) == b; };
    return std::search(text.begin(), text.end(), words.begin(), words.end(), is_same) != text.end();
}

void append_quoted(std::string& to, std::string_view name)
{
    if (to.ends_with('"'))
        to += ',';
    to += '"';
    to += name;
    to += '"';
}

}  // namespace tickertape::provider
