#include "command.hpp"

#include "config/present.hpp"

#include <algorithm>
#include <array>

namespace tickertape {
namespace {

constexpr std::string_view archive_word = "archive";

const command_option symbols_option{
    "symbols", "LIST", "Only these, separated by commas; default: all that the archive has"};

const std::array<command, 8> all_commands{{
    {"archive info",
     "",
     0,
     0,
     "Says what the archive holds. Works beside a running server.",
     {{"json", "", "As one JSON object"}}},
    {"archive verify",
     "",
     0,
     0,
     "Reads the whole archive and tells what does not verify, what is missing and which days are "
     "suspect. Exits with 1 where something is wrong. Works beside a running server.",
     {{"json", "", "As one JSON object"}}},
    {"archive backup",
     "",
     0,
     0,
     "Makes a backup of the archive. Works beside a running server.",
     {{"to", "DIR", "Makes it there; default: BACKUP_DIR"}}},
    {"archive restore",
     "FROM",
     1,
     1,
     "Verifies a backup and makes an archive of it. FROM is a backup, or a directory of backups, "
     "of "
     "which the newest is taken.",
     {{"to", "DIR", "Makes it there; default: the directory of ARCHIVE"}}},
    {"archive compact",
     "",
     0,
     0,
     "Seals the days that are over and empties the logs. No tick is dropped. Needs the archive for "
     "itself.",
     {}},
    {"export",
     "",
     0,
     0,
     "Writes ticks or candles of the archive as text. Works beside a running server.",
     {{"format", "NAME", "csv, json or jsonl; default: by the name of the file, else csv"},
      {"candles", "INTERVAL", "Closed candles of that length instead of ticks: 1m to 1w"},
      symbols_option,
      {"since", "TIME",
       "From then on: Unix seconds, RFC 3339, 2020-01-31, or a span back such as -2h"},
      {"until", "TIME", "Up to then, itself excluded"},
      {"output", "FILE", "Writes to this file; default: -, which is standard output"}}},
    {"import",
     "FILE...",
     1,
     1'000,
     "Puts ticks into the archive, on days of which it has none, or candles of an exchange. Needs "
     "the archive for itself. - is standard input.",
     {{"format", "NAME",
       "Ticks: csv, json, jsonl or bitcoincharts. Candles: coinbase, binance or kraken. "
       "Default: by the file"},
      {"symbol", "NAME", "Of a file that names none, as those of Bitcoincharts and candles"},
      {"source", "NAME", "Of ticks that name none; default: import. Of candles; default: --format"},
      {"interval", "NAME", "How long candles are: 1m to 1w; default: as the file says"},
      {"replace", "", "Candles take the place of those that are there, also of our own"},
      {"dry-run", "", "Reads and checks all, and writes nothing"}}},
    {"backfill",
     "",
     0,
     0,
     "Fetches candles of before from the providers that have some, and keeps them beside those of "
     "the archive's own ticks. What is there is not asked for again, so a run that was cut short "
     "is "
     "simply done once more. Needs the archive for itself.",
     {{"symbols", "LIST", "These, separated by commas; default: SYMBOLS"},
      {"from", "DATE",
       "Candles from then on: 2020-01-31, RFC 3339 or Unix seconds; default: ten "
       "years ago, or RETENTION_1M"},
      {"to", "DATE", "Candles before then; default: up to now"},
      {"interval", "NAME", "1d, 1h or 1m; default: 1d. Longer ones follow where that is exact"},
      {"provider", "NAME",
       "Asks this one: coinbase, kraken, bitstamp or binance; default: those of PROVIDERS"},
      {"replace", "", "Asks for all, and puts it in place of what is there, our own candles too"},
      {"dry-run", "",
       "Asks nobody: says what is missing and how many requests that takes. Works "
       "beside a running server"}}},
}};

std::string accepted(const command& of)
{
    std::string text;
    for (const auto& o : of.options)
        text += "--" + std::string{o.name} + ", ";
    return text + "--help, and every flag of the server; see --help";
}

const command_option* option_of(const command& of, std::string_view name)
{
    const auto at = std::ranges::find(of.options, name, &command_option::name);
    return at == of.options.end() ? nullptr : &*at;
}

}  // namespace

std::span<const command> commands()
{
    return all_commands;
}

std::optional<command_found> find_command(std::span<const std::string> arguments)
{
    if (arguments.empty())
        return std::nullopt;
    const auto& first = arguments.front();
    const bool is_archive = first == archive_word;
    const auto second = is_archive && arguments.size() > 1 ? ' ' + arguments[1] : std::string{};
    std::string names;
    for (const auto& c : all_commands) {
        if (c.name == first + second)
            return command_found{&c, is_archive ? std::size_t{2} : std::size_t{1}, {}};
        if (c.name.starts_with(archive_word))
            names.append(names.empty() ? "" : ", ").append(c.name.substr(archive_word.size() + 1));
    }
    if (!is_archive)
        return std::nullopt;
    return command_found{
        nullptr, 0,
        (second.empty() ? std::string{"archive needs a word behind it"}
                        : "no such command: archive " + config::printable(arguments[1])) +
            "; accepted: " + names};
}

boost::system::result<command_call, std::string> parse_call(
    const command& of, std::span<const std::string> arguments,
    std::span<const std::string> setting_flags)
{
    command_call call{&of, {}, {}, {}, false};
    bool only_operands = false;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto& argument = arguments[i];
        if (!only_operands && argument == "--") {
            only_operands = true;
            continue;
        }
        if (only_operands || argument == "-" || !argument.starts_with('-')) {
            call.operands.push_back(argument);
            continue;
        }
        if (argument == "--help" || argument == "-h") {
            call.help = true;
            continue;
        }
        const auto equals = argument.find('=');
        const auto name = argument.starts_with("--") ? argument.substr(2, equals - 2) : argument;
        const auto* option = option_of(of, name);
        const bool is_setting = std::ranges::find(setting_flags, name) != setting_flags.end();
        if (option == nullptr && !is_setting)
            return std::string{of.name} + ": unknown flag " +
                   config::printable(argument.substr(0, equals)) + "; accepted: " + accepted(of);
        if (option != nullptr && option->argument.empty()) {
            if (equals != std::string::npos)
                return std::string{of.name} + ": --" + name + " takes no value";
            call.options[name];
            continue;
        }
        std::string value;
        if (equals != std::string::npos)
            value = argument.substr(equals + 1);
        else if (i + 1 < arguments.size() && !arguments[i + 1].starts_with("--"))
            value = arguments[++i];
        else
            return std::string{of.name} + ": --" + name + " needs a value";
        if (option != nullptr)
            call.options[name] = value;
        else
            call.settings.push_back(std::string{"--"}.append(name).append("=").append(value));
    }
    if (!call.help && call.operands.size() < of.operands_min)
        return std::string{of.name} + ": needs " + std::string{of.operands};
    if (call.operands.size() > of.operands_max)
        return std::string{of.name} + ": unexpected argument " +
               config::printable(call.operands[of.operands_max]) + "; accepted: " + accepted(of);
    return call;
}

std::string help_of(const command& of)
{
    constexpr std::size_t indent = 24;
    std::string text = "Usage: tickertape " + std::string{of.name};
    if (!of.operands.empty())
        text.append(" ").append(of.operands);
    text.append(" [flags]\n\n").append(of.meaning).append("\n\n");
    for (const auto& o : of.options) {
        std::string line = "  --" + std::string{o.name};
        if (!o.argument.empty())
            line.append(" ").append(o.argument);
        line.append(line.size() < indent - 1 ? indent - line.size() : 1, ' ');
        text.append(line).append(o.meaning).append("\n");
    }
    return text + "\nEvery flag, variable and .env line of the server counts as well: ARCHIVE and\n"
                  "PROVIDERS say which archive is meant. tickertape --help lists them.\n";
}

std::string help_of_archive()
{
    std::string text = "Usage: tickertape archive COMMAND [flags]\n\n";
    for (const auto& c : all_commands)
        if (c.name.starts_with(archive_word))
            text.append(c.name.substr(archive_word.size() + 1)).append(": ").append(c.meaning) +=
                '\n';
    return text + "\ntickertape archive COMMAND --help lists the flags of one.\n";
}

}  // namespace tickertape
