// The command line, taken apart: --port 8082 or --port=8082, and what is no setting.
#pragma once

#include "config/table.hpp"

#include <boost/system/result.hpp>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::config {

struct command_line {
    bool help = false;
    bool version = false;
    bool check_config = false;
    // With the subcommand `healthcheck`; none: to serve.
    std::optional<health_question> asks;
    std::optional<std::string> env_file;
    // By the name of the setting. A flag given twice counts as it was given last.
    std::map<std::string, std::string, std::less<>> settings;
};

struct usage_error {
    std::string line;
};

// The subcommand, which comes first where there is one.
inline constexpr std::string_view healthcheck_command = "healthcheck";

// `arguments`: without the name of the program.
boost::system::result<command_line, usage_error>
parse_command_line(std::span<const char* const> arguments, const setting_table& table);

// The candidate that `text` is most likely a slip of the finger for, if any is close enough.
std::optional<std::string>
nearest(std::string_view text, const std::vector<std::string>& candidates);

}  // namespace tickertape::config
