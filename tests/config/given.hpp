// What a configuration is read from, in memory.
#pragma once

#include "config/load.hpp"

#include <map>
#include <string>
#include <vector>

namespace tickertape {

struct given {
    std::vector<const char*> flags{};
    std::map<std::string, std::string> environment{};
    std::map<std::string, std::string> files{};
    // A file that is there and cannot be read.
    std::string unreadable{};

    std::variant<configuration, last_words> load() const
    {
        return tickertape::load(
            {.arguments = flags,
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
             }});
    }

    // The settings; a refusal fails the test that asked for them.
    settings values() const
    {
        auto outcome = load();
        if (const auto* words = std::get_if<last_words>(&outcome))
            throw std::runtime_error{"refused: " + words->text};
        return std::get<configuration>(std::move(outcome)).values;
    }

    std::vector<std::string> warnings() const { return std::get<configuration>(load()).warnings; }

    // What a refused configuration prints; empty when it is taken.
    std::string error() const
    {
        const auto outcome = load();
        const auto* words = std::get_if<last_words>(&outcome);
        if (words == nullptr || words->exit_status != exit_bad_configuration)
            return {};
        return words->text;
    }

    // What a program that ends well prints; empty when it goes on or was refused.
    std::string printed() const
    {
        const auto outcome = load();
        const auto* words = std::get_if<last_words>(&outcome);
        if (words == nullptr || words->exit_status != 0)
            return {};
        return words->text;
    }
};

}  // namespace tickertape
