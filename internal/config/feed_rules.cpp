#include "config/feed_rules.hpp"

#include "config/present.hpp"
#include "core/symbol.hpp"
#include "core/text.hpp"

namespace tickertape::rules {
namespace {

constexpr std::size_t api_key_bytes_max = 512;
constexpr double rate_min = 0.1;
constexpr double rate_max = 6000;
constexpr std::array<std::string_view, 2> known_stablecoins{"USDT", "USDC"};

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
    const auto items = parse_list(text, providers_named_max);
    if (!items)
        return items.error();
    std::vector<std::string> names;
    for (const auto item : *items) {
        const auto name = lower_case(item);
        const bool local = std::ranges::find(local_providers, name) != local_providers.end();
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

parsed<std::vector<std::string>> parse_stablecoins(std::string_view text)
{
    std::vector<std::string> coins;
    if (trimmed(text).empty())
        return coins;
    const auto items = parse_list(text, known_stablecoins.size());
    if (!items)
        return items.error();
    for (std::size_t i = 0; i < items->size(); ++i) {
        auto coin = upper_case((*items)[i]);
        if (std::ranges::find(known_stablecoins, coin) == known_stablecoins.end())
            return because_of_item(i, items->size(), "is neither of them");
        if (std::ranges::find(coins, coin) == coins.end())
            coins.push_back(std::move(coin));
    }
    return coins;
}

// Whether the symbols are served and whether one is derived from itself is seen elsewhere.
parsed<std::vector<std::string>> parse_derivations(std::string_view text)
{
    std::vector<std::string> derivations;
    if (trimmed(text).empty())
        return derivations;
    const auto items = parse_list(text, symbol_table::symbols_max);
    if (!items)
        return items.error();
    for (const auto item : *items) {
        const auto names = symbols_of_derivation(item);
        if (!names)
            return because(
                "holds " + printable(item) + ", which is no product or quotient of two symbols");
        const char sign = item[item.find_first_of("*/")];
        derivations.push_back((*names)[0] + "=" + (*names)[1] + sign + (*names)[2]);
    }
    return derivations;
}

// A URL of one provider, or nothing, which is its own.
template <class Parse>
rule optional_url(
    std::string name, std::string_view schemes, std::string provider_access::*field, Parse parse)
{
    return {
        "empty, or " + std::string{schemes} + " with a host, perhaps a port and a path",
        {},
        [=](settings& s, std::string_view text) -> std::optional<complaint> {
            std::string given;
            if (!text.empty()) {
                auto url = parse(text);
                if (!url)
                    return url.error();
                given = *std::move(url);
            }
            s.access[name].*field = std::move(given);
            return std::nullopt;
        },
        [=](const settings& s) { return s.access.at(name).*field; }};
}

}  // namespace

rule symbols()
{
    return made_of(
        "1 to " + std::to_string(symbol_table::symbols_max) +
            " symbols such as BTC-USD, between commas",
        {}, &settings::symbols, parse_symbols, [](const auto& names) { return join(names, ","); });
}

rule provider_names(std::span<const network_provider> known)
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
        "empty, or USDT, USDC or both between commas", {}, &settings::accept_as_usd,
        parse_stablecoins, [](const auto& coins) { return join(coins, ","); });
}

rule derivations()
{
    return made_of(
        "empty, or items such as BTC-INR=BTC-USD*USD-INR or ETH-BTC=ETH-USD/BTC-USD, between "
        "commas",
        {}, &settings::derive, parse_derivations,
        [](const auto& items) { return join(items, ","); });
}

rule provider_url(std::string name)
{
    return optional_url(
        std::move(name), "http:// or https://", &provider_access::url, parse_base_url);
}

rule provider_stream_url(std::string name)
{
    return optional_url(
        std::move(name), "ws:// or wss://", &provider_access::stream_url, parse_stream_url);
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
            auto& key = s.access[name].api_key;
            if (text.empty())
                key.reset();
            else
                key = std::string{text};
            return std::nullopt;
        },
        [name](const settings& s) { return s.access.at(name).api_key.value_or(""); }};
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
            s.access[name].requests_per_minute = rate;
            return std::nullopt;
        },
        [name](const settings& s) {
            const auto& rate = s.access.at(name).requests_per_minute;
            return rate ? format_decimal(*rate) : std::string{};
        }};
}

}  // namespace tickertape::rules

namespace tickertape {

std::optional<std::array<std::string, 3>> symbols_of_derivation(std::string_view item)
{
    const auto equals = item.find('=');
    if (equals == std::string_view::npos)
        return std::nullopt;
    const auto right = item.substr(equals + 1);
    const auto sign = right.find_first_of("*/");
    if (sign == std::string_view::npos)
        return std::nullopt;
    const auto made = normalized_symbol(trimmed(item.substr(0, equals)));
    const auto left = normalized_symbol(trimmed(right.substr(0, sign)));
    const auto last = normalized_symbol(trimmed(right.substr(sign + 1)));
    if (!made || !left || !last)
        return std::nullopt;
    return std::array{*made, *left, *last};
}

}  // namespace tickertape
