// What a configuration is read from, in memory.
#pragma once

#include "config/load.hpp"
#include "config/table.hpp"

#include <array>
#include <map>
#include <string>
#include <vector>

namespace tickertape {

// Small, and of every kind: with and without a key, a stream, and by default.
inline constexpr std::array test_providers{
    provider::row{
        .name = "coinbase",
        .title = "Coinbase",
        .urls = {"https://api.exchange.coinbase.com"},
        .limit = {.per_minute = 600},
        .limit_with_key = {.per_minute = 600},
        .socket_url = "wss://ws-feed.exchange.coinbase.com",
        .is_default = true},
    provider::row{
        .name = "coingecko",
        .title = "CoinGecko",
        .urls = {"https://api.coingecko.com/api/v3"},
        .key = provider::key_use::optional,
        .limit = {.per_minute = 6.5},
        .limit_with_key = {.per_minute = 30},
        .is_default = true},
    provider::row{
        .name = "coinmarketcap",
        .title = "CoinMarketCap",
        .urls = {"https://pro-api.coinmarketcap.com"},
        .key = provider::key_use::required,
        .limit = {.per_minute = 30},
        .limit_with_key = {.per_minute = 30}},
};

inline const config::setting_table& test_table()
{
    static const config::setting_table table{test_providers};
    return table;
}

// Every setting as its row shows it: what two configurations are compared by.
inline std::vector<std::string> shown(const config::settings& s)
{
    std::vector<std::string> texts;
    for (const auto& row : test_table().rows())
        texts.push_back(row.values.show(s));
    return texts;
}

struct given {
    std::vector<const char*> flags{};
    std::map<std::string, std::string> environment{};
    std::map<std::string, std::string> files{};
    // A file that is there and cannot be read.
    std::string unreadable{};
    std::span<const provider::row> providers = test_providers;
    // What is wrong with the files that settings name; empty: nothing.
    std::string wrong_with_files{};

    std::variant<config::configuration, config::last_words> load() const
    {
        std::vector<std::string> names;
        for (const auto& [name, value] : environment)
            names.push_back(name);
        return tickertape::config::load(
            {.arguments = flags,
             .providers = providers,
             .environment = [this](const std::string& name) -> std::optional<std::string> {
                 const auto found = environment.find(name);
                 if (found == environment.end())
                     return std::nullopt;
                 return found->second;
             },
             .read_file =
                 [this](const std::string& path, std::size_t bytes_max) -> result<std::string> {
                 if (path == unreadable)
                     return make_error_code(boost::system::errc::permission_denied);
                 const auto found = files.find(path);
                 if (found == files.end())
                     return make_error_code(boost::system::errc::no_such_file_or_directory);
                 return found->second.substr(0, bytes_max);
             },
             .environment_names = names,
             .wrong_with_files = [this](const config::settings&) -> std::optional<std::string> {
                 return wrong_with_files.empty() ? std::nullopt : std::optional{wrong_with_files};
             }});
    }

    // The settings; a refusal fails the test that asked for them.
    config::settings values() const
    {
        auto outcome = load();
        if (const auto* words = std::get_if<config::last_words>(&outcome))
            throw std::runtime_error{"refused: " + words->text};
        return std::get<config::configuration>(std::move(outcome)).values;
    }

    std::vector<std::string> warnings() const
    {
        return std::get<config::configuration>(load()).warnings;
    }

    // What a refused configuration prints; empty when it is taken.
    std::string error() const
    {
        const auto outcome = load();
        const auto* words = std::get_if<config::last_words>(&outcome);
        if (words == nullptr || words->exit_status != config::exit_bad_configuration)
            return {};
        return words->text;
    }

    // What a program that ends well prints; empty when it goes on or was refused.
    std::string printed() const
    {
        const auto outcome = load();
        const auto* words = std::get_if<config::last_words>(&outcome);
        if (words == nullptr || words->exit_status != 0)
            return {};
        return words->text;
    }
};

}  // namespace tickertape
