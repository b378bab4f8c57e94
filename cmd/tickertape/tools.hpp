// The subcommands that work on the archive: what each does, and what it prints.
//
// What a command was asked for goes to standard output; all else is a line on standard error. They
// end with 0, with exit_found_wrong, or with that of a bad configuration. Threads: one.
#pragma once

#include "archive/kind.hpp"
#include "command.hpp"
#include "config/load.hpp"
#include "config/settings.hpp"
#include "core/clock.hpp"

#include <filesystem>
#include <stdexcept>

namespace tickertape {

// Something is wrong with what was looked at, or could not be done.
inline constexpr int exit_found_wrong = 1;
// A flag or a setting was refused.
inline constexpr int exit_refused = config::exit_bad_configuration;

// A flag of a command is refused: one line.
struct bad_flag : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// What a command works on.
struct tool_context {
    const command_call& call;
    const config::settings& settings;
    std::filesystem::path archive;  // the directory of the kind of feed
    archive::feed_kind kind;
    const clock& time;
};

// Runs `tickertape ARGUMENTS`, which begin with a command. Returns the exit status.
int run_command(std::span<const std::string> arguments, const clock& time);

int archive_info(const tool_context& c);
int archive_verify(const tool_context& c);
int archive_backup(const tool_context& c);
int archive_restore(const tool_context& c);
int archive_compact(const tool_context& c);
int export_ticks(const tool_context& c);
int import_files(const tool_context& c);
int backfill_candles(const tool_context& c);

// Prints "tickertape: LINE" on standard error.
void complain(const std::string& line);

}  // namespace tickertape
