#include "config/row_list.hpp"
#include "feed/news_feed.hpp"
#include "market/currency_rates.hpp"
#include "market/fear_greed.hpp"
#include "market/realised.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace tickertape::config {

using namespace rules;
using namespace std::chrono_literals;

namespace {

rule on_or_off()
{
    return made_of(
        "empty, on or off", {}, [](auto& s) -> auto& { return s.market.is_on; },
        [](std::string_view text) -> parsed<std::optional<bool>> {
            const auto word = lower_case(text);
            if (word.empty())
                return std::optional<bool>{};
            if (word != "on" && word != "off")
                return because("is neither");
            return std::optional{word == "on"};
        },
        [](const std::optional<bool>& value) {
            return std::string{!value ? "" : *value ? "on" : "off"};
        });
}

// Coin Metrics is asked only where the operator says so.
rule coin_metrics_wanted()
{
    return made_of(
        "on or off", {}, [](auto& s) -> auto& { return s.market.has_coin_metrics; },
        [](std::string_view text) -> parsed<bool> {
            const auto word = lower_case(text);
            if (word != "on" && word != "off")
                return because("is neither");
            return word == "on";
        },
        [](bool value) { return std::string{value ? "on" : "off"}; });
}

// The addresses of feeds between commas. What a feed is asked for may be secret, so it is not for
// this to show more of them than the operator wrote.
rule feeds()
{
    return made_of(
        "default, off, or up to " + std::to_string(news::feeds_max) +
            " addresses between commas, http:// or https://",
        {}, [](auto& s) -> auto& { return s.news.feeds; },
        [](std::string_view text) -> parsed<std::optional<std::vector<std::string>>> {
            using list = std::optional<std::vector<std::string>>;
            const auto word = lower_case(trimmed(text));
            if (word == "default")
                return list{};
            if (word.empty() || word == "off")
                return list{std::in_place};
            const auto items = parse_list(text, news::feeds_max);
            if (!items)
                return items.error();
            std::vector<std::string> all;
            for (std::size_t i = 0; i < items->size(); ++i) {
                const auto address = feed::parse_feed_address((*items)[i]);
                if (!address)
                    return because_of_item(
                        i, items->size(), "is no address: " + address.error().message());
                if (std::ranges::find(all, (*items)[i]) != all.end())
                    return because_of_item(i, items->size(), "is there twice");
                all.emplace_back((*items)[i]);
            }
            return list{std::move(all)};
        },
        [](const std::optional<std::vector<std::string>>& value) {
            return !value ? "default" : value->empty() ? "off" : join(*value, ",");
        });
}

}  // namespace

void add_market_rows(row_list& rows)
{
    rows.group = "Market";
    rows.add(
            "MARKET", on_or_off(),
            "Whether there is a table of the market's coins at /api/cryptos, from CoinGecko, "
            "CoinPaprika or CoinLore, and Bitcoin's network at /api/bitcoin/network, from "
            "mempool.space, blockchain.info or blockchair: the first of each that answers; and "
            "Bitcoin's key "
            "figures at /api/bitcoin/kpis, which follow from both")
        .when_empty = "on where prices come from providers, unless RELAY names another server";
    rows.add(
        "MARKET_INTERVAL",
        duration(
            [](auto& s) -> auto& { return s.market.interval; }, 1s, 24h),
        "The time from one table to the next while somebody reads it; an hour while nobody does. "
        "Twice that for Bitcoin's network");
    rows.add(
        "MARKET_CALLS",
        count(
            [](auto& s) -> auto& { return s.market.calls_a_month; }, 100, 10'000'000, "requests"),
        "Requests for the market that each source gets in a month at most, a twenty-fifth of them "
        "at once; beyond that tables are rarer");
    rows.add("COINPAPRIKA_URL", provider_url("coinpaprika"), "Where CoinPaprika is asked")
        .when_empty = "https://api.coinpaprika.com/v1";
    rows.add("COINLORE_URL", provider_url("coinlore"), "Where CoinLore is asked").when_empty =
        "https://api.coinlore.net/api";
    rows.add(
            "MEMPOOL_URL", provider_url("mempool"),
            "Where mempool.space, or another server of the same program, is asked for Bitcoin's "
            "network")
        .when_empty = "https://mempool.space/api";
    rows.add(
            "BLOCKCHAIN_URL", provider_url("blockchain"),
            "Where blockchain.info is asked for it, if that fails")
        .when_empty = "https://api.blockchain.info";
    rows.add(
            "BLOCKCHAIR_URL", provider_url("blockchair"),
            "Where blockchair is asked for it, if both fail")
        .when_empty = "https://api.blockchair.com";
    rows.add(
            "FEAR_GREED_URL", provider_url(std::string{market::alternative_me}),
            "Where alternative.me is asked for the Fear and Greed Index at /api/bitcoin/kpis")
        .when_empty = "https://api.alternative.me";
    rows.add(
        "COINMETRICS", coin_metrics_wanted(),
        "Whether Coin Metrics is asked for Bitcoin's realised cap and MVRV at /api/bitcoin/kpis, "
        "while MARKET is on. Its figures are for use that is not commercial (CC BY-NC 4.0)");
    rows.add(
            "COINMETRICS_URL", provider_url(std::string{market::coin_metrics}),
            "Where Coin Metrics is asked for them")
        .when_empty = "https://community-api.coinmetrics.io/v4";
    rows.add(
            "FRANKFURTER_URL", provider_url(std::string{market::frankfurter}),
            "Where frankfurter is asked for the European Central Bank's rates of currencies, for "
            "/api/currencies and prices in other currencies than dollars")
        .when_empty = "https://api.frankfurter.dev/v1";
    rows.add(
        "NEWS_FEEDS", feeds(),
        "The RSS and Atom feeds whose items are at /api/news; default: those of seven publishers "
        "where MARKET is on, and none elsewhere");
    rows.add(
        "NEWS_INTERVAL",
        duration(
            [](auto& s) -> auto& { return s.news.interval; }, 1s, 24h),
        "The time from one request for a feed to the next while somebody reads the news; an hour "
        "while nobody does");
}

}  // namespace tickertape::config
