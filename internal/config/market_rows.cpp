#include "config/row_list.hpp"

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

}  // namespace

void add_market_rows(row_list& rows)
{
    rows.group = "Market";
    rows.add(
            "MARKET", on_or_off(),
            "Whether there is a table of the market's coins at /api/cryptos, from CoinGecko, "
            "CoinPaprika or CoinLore, and Bitcoin's network at /api/bitcoin/network, from "
            "mempool.space or blockchain.info: the first of each that answers")
        .when_empty = "on where prices come from providers and RELAY is empty";
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
}

}  // namespace tickertape::config
