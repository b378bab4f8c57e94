#include "config/feed_rules.hpp"

#include "config/present.hpp"
#include "core/symbol.hpp"
#include "core/text.hpp"
#include "pricing/price_policy.hpp"
#include "synthetic/settings.hpp"

namespace tickertape::config::rules {
namespace {

constexpr std::size_t api_key_bytes_max = 512;
constexpr double rate_min = 0.1;
constexpr double rate_max = 6000;
constexpr std::size_t stablecoins_max = 2;

bool is_local(std::string_view name)
{
    return std::ranges::find(synthetic::feed_names, name) != synthetic::feed_names.end();
}

parsed<std::vector<std::string>> parse_symbols(std::string_view text)
{
    const auto items = parse_list(text, symbol_table::symbols_max);
    if (!items)
        return items.error();
    std::vector<std::string> symbols;
    for (std::size_t i = 0; i < items->size(); ++i) {
        auto name = normalized_symbol((*items)[i]);
        if (!name)
            return because_of_item(i, items->size(), "is not a symbol");
        if (std::ranges::find(symbols, *name) == symbols.end())
            symbols.push_back(*std::move(name));
    }
    return symbols;
}

parsed<std::vector<std::string>>
parse_providers(std::string_view text, const std::vector<std::string>& known)
{
    const auto items = parse_list(text, pricing::providers_max);
    if (!items)
        return items.error();
    std::vector<std::string> names;
    for (const auto item : *items) {
        const auto name = lower_case(item);
        const bool local = is_local(name);
        if (!local && std::ranges::find(known, name) == known.end())
            return because("names a provider that does not exist");
        if (std::ranges::find(names, name) != names.end())
            return because("names '" + name + "' twice");
        if (local && items->size() > 1)
            return because(
                "mixes '" + name +
                "' with others: prices made up or played back never stand in for real ones");
        names.push_back(name);
    }
    return names;
}

parsed<std::vector<usd_standin>> parse_stablecoins(std::string_view text)
{
    std::vector<usd_standin> coins;
    if (trimmed(text).empty())
        return coins;
    const auto items = parse_list(text, stablecoins_max);
    if (!items)
        return items.error();
    for (std::size_t i = 0; i < items->size(); ++i) {
        const auto coin = parse_usd_standin((*items)[i]);
        if (!coin)
            return because_of_item(i, items->size(), "is neither of them");
        if (std::ranges::find(coins, *coin) == coins.end())
            coins.push_back(*coin);
    }
    return coins;
}

// Whether the symbols are served and whether one is derived from itself is seen when all settings
// are known: see consistency.hpp.
parsed<std::vector<pricing::cross_rate_names>> parse_cross_rates(std::string_view text)
{
    std::vector<pricing::cross_rate_names> cross_rates;
    if (trimmed(text).empty())
        return cross_rates;
    const auto items = parse_list(text, symbol_table::symbols_max);
    if (!items)
        return items.error();
    for (const auto item : *items) {
        auto names = pricing::parse_cross_rate(item);
        if (!names)
            return because(
                "holds " + printable(item) + ", which is no product or quotient of two symbols");
        cross_rates.push_back(*std::move(names));
    }
    return cross_rates;
}

// What is set of a provider; nothing yet is nothing.
feed::provider_settings access_of(const settings& s, const std::string& name)
{
    const auto found = s.access.find(name);
    return found == s.access.end() ? feed::provider_settings{} : found->second;
}

// A URL of one provider, or nothing, which is its own.
template <class Parse>
rule optional_url(
    std::string name, std::string_view schemes, std::string_view scheme,
    std::optional<net::base_url> feed::provider_settings::*field, Parse parse)
{
    return {
        "empty, or " + std::string{schemes} + " with a host, perhaps a port and a path",
        {},
        [=](settings& s, std::string_view text) -> std::optional<complaint> {
            std::optional<net::base_url> given;
            if (!text.empty()) {
                auto url = parse(text);
                if (!url)
                    return url.error();
                given = *std::move(url);
            }
            s.access[name].*field = std::move(given);
            return std::nullopt;
        },
        [=](const settings& s) {
            const auto url = access_of(s, name).*field;
            return url ? net::text_of(*url, scheme) : std::string{};
        }};
}

}  // namespace

rule symbols()
{
    return made_of(
        "1 to " + std::to_string(symbol_table::symbols_max) +
            " symbols such as BTC-USD, between commas",
        {}, &settings::symbols, parse_symbols, [](const auto& names) { return join(names, ","); });
}

rule provider_names(std::span<const provider::row> known)
{
    std::vector<std::string> names;
    for (const auto& p : known)
        names.emplace_back(p.name);
    return made_of(
        "a list out of " + join(names, ", ") + "; or one of simulator, replay, pipe alone", {},
        &settings::providers,
        [names](std::string_view text) { return parse_providers(text, names); },
        [](const auto& items) { return join(items, ","); });
}

rule stablecoins()
{
    return made_of(
        "empty, or USDT, USDC or both between commas", {},
        [](auto& s) -> auto& { return s.live.accept_as_usd; }, parse_stablecoins,
        [](const auto& coins) {
            std::vector<std::string> names;
            for (const auto coin : coins)
                names.emplace_back(to_string(coin));
            return join(names, ",");
        });
}

rule cross_rates()
{
    return made_of(
        "empty, or items such as BTC-INR=BTC-USD*USD-INR or ETH-BTC=ETH-USD/BTC-USD, between "
        "commas",
        {}, &settings::derive, parse_cross_rates, [](const auto& items) {
            std::vector<std::string> texts;
            for (const auto& item : items)
                texts.push_back(item.text());
            return join(texts, ",");
        });
}

rule provider_url(std::string name)
{
    return optional_url(
        std::move(name), "http:// or https://", "http", &feed::provider_settings::url,
        parse_base_url);
}

rule provider_socket_url(std::string name)
{
    return optional_url(
        std::move(name), "ws:// or wss://", "ws", &feed::provider_settings::socket_url,
        parse_socket_url);
}

rule provider_api_key(std::string name)
{
    return {
        "empty, or up to " + std::to_string(api_key_bytes_max) + " visible ASCII characters",
        {},
        [name](settings& s, std::string_view text) -> std::optional<complaint> {
            if (text.size() > api_key_bytes_max)
                return because("is too long");
            // It becomes a header of a request: a line break in it would begin another one.
            if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; }))
                return because("holds a blank or a character that is not visible ASCII");
            s.access[name].api_key = text;
            return std::nullopt;
        },
        [name](const settings& s) { return access_of(s, name).api_key; }};
}

rule provider_rate(std::string name)
{
    return {
        "empty, or " + format_decimal(rate_min) + " to " + format_decimal(rate_max),
        "requests a minute",
        [name](settings& s, std::string_view text) -> std::optional<complaint> {
            std::optional<double> rate;
            if (!text.empty()) {
                const auto value = parse_decimal(text, rate_min, rate_max);
                if (!value)
                    return value.error();
                rate = *value;
            }
            s.access[name].per_minute = rate;
            return std::nullopt;
        },
        [name](const settings& s) {
            const auto rate = access_of(s, name).per_minute;
            return rate ? format_decimal(*rate) : std::string{};
        }};
}

}  // namespace tickertape::config::rules
