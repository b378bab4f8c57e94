// The table of settings as people read it: --help, --check-config, the documentation.
#pragma once

#include "config/table.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::config {

// A flag that is no setting.
struct program_option {
    std::string_view name;      // without its dashes
    std::string_view argument;  // empty: it takes none
    std::string_view meaning;
};
std::span<const program_option> program_options();

// "0.1.0"
std::string_view product_version() noexcept;

// What --help prints, at most `help_columns` wide.
inline constexpr std::size_t help_columns = 96;
std::string help_text(const setting_table& table);

// The settings as Markdown, a table per group; docs/configuration.md holds it.
std::string settings_markdown(const setting_table& table);

// The effective configuration as a .env file, each value with where it came from. `origins` goes
// with the rows of the table. A secret that is set is shown as secret_mask.
inline constexpr std::string_view secret_mask = "********";
std::string check_config_text(
    const setting_table& table, const settings& s, std::span<const std::string> origins,
    std::span<const std::string> warnings);

// A text from outside as one line may show it: quoted, control characters escaped, cut when long.
std::string printable(std::string_view text);

}  // namespace tickertape::config
