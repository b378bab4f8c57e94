// The subcommands that work on the archive, and their command lines: which flags are theirs, which
// are settings of the server, and what is neither. No I/O.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape {

struct command_option {
    std::string_view name;      // without its dashes
    std::string_view argument;  // empty: it takes none
    std::string_view meaning;
};

struct command {
    std::string_view name;      // "archive info"
    std::string_view operands;  // "FILE..."; empty: none
    std::size_t operands_min;
    std::size_t operands_max;
    std::string_view meaning;
    std::vector<command_option> options;
};

// All of them, in the order of --help.
std::span<const command> commands();
// The command that the arguments begin with, and how many of them are its name. The name "archive"
// alone is answered with a command that has no such name: null, and a line of what is accepted.
struct command_found {
    const command* what = nullptr;
    std::size_t words = 0;
    std::string problem;  // where something is wrong with the name
};
// None: the arguments begin with no command of these.
std::optional<command_found> find_command(std::span<const std::string> arguments);

struct command_call {
    const command* what;
    std::map<std::string, std::string, std::less<>> options;  // of the command, without dashes
    std::vector<std::string> operands;
    std::vector<std::string> settings;  // the rest, which configures as it does for the server
    bool help = false;

    bool has(std::string_view option) const { return options.find(option) != options.end(); }
    // The value of an option, or `otherwise`.
    std::string get(std::string_view option, std::string_view otherwise = {}) const
    {
        const auto at = options.find(option);
        return at == options.end() ? std::string{otherwise} : at->second;
    }
};

// `arguments`: behind the name. `setting_flags`: those that take a value, without dashes. The
// error is one line that says what is accepted.
boost::system::result<command_call, std::string> parse_call(
    const command& of, std::span<const std::string> arguments,
    std::span<const std::string> setting_flags);

std::string help_of(const command& of);
// Of all commands of the archive: `tickertape archive --help`.
std::string help_of_archive();

}  // namespace tickertape
