// From the command line, the environment and .env to settings, or to the text to print before the
// program ends. Decides everything and touches nothing: what it reads, it is given.
//
// Threads: one.
#pragma once

#include "config/settings.hpp"
#include "core/errors.hpp"
#include "provider/registry.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace tickertape::config {

struct config_inputs {
    std::span<const char* const> arguments;    // without the name of the program
    std::span<const provider::row> providers;  // there are
    // The value of an environment variable, if it is set.
    std::function<std::optional<std::string>(const std::string& name)> environment;
    // The first `bytes_max` bytes of a file. A file that does not exist is
    // boost::system::errc::no_such_file_or_directory.
    std::function<result<std::string>(const std::string& path, std::size_t bytes_max)> read_file;
    std::vector<std::string> environment_names{};  // of all variables that are set
    // Why the files that the settings name cannot be used, as one line; none: they can. Empty: no
    // file is looked at.
    std::function<std::optional<std::string>(const settings&)> wrong_with_files{};
};

struct configuration {
    settings values;
    // For the log: nothing is wrong enough to stop, but somebody should know.
    std::vector<std::string> warnings;
    // None: serve.
    std::optional<health_question> asks;
};

// The program ends here: `text`, whole lines, goes to standard output when the status is 0 and to
// standard error otherwise.
struct last_words {
    std::string text;
    int exit_status;
};

// What the program exits with when the configuration is refused.
inline constexpr int exit_bad_configuration = 2;

// A flag wins over the environment, that over .env, that over the default. Only the value that
// wins is looked at. The first value refused ends the program with one line.
std::variant<configuration, last_words> load(const config_inputs& from);

}  // namespace tickertape::config
