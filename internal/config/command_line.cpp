#include "config/command_line.hpp"

#include "config/present.hpp"
#include "core/text.hpp"

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <numeric>

namespace tickertape::config {
namespace {

namespace po = boost::program_options;

// The number of slips between two words: a letter too many, one too few, a wrong one, or two
// neighbours swapped.
std::size_t slips_between(std::string_view a, std::string_view b)
{
    // The rows of the usual table for the first i - 1, i and i + 1 letters of `a`.
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::vector<std::size_t> after(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        after[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t wrong = a[i] == b[j] ? 0 : 1;
            after[j + 1] = std::min({row[j] + wrong, row[j + 1] + 1, after[j] + 1});
            if (i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j])
                after[j + 1] = std::min(after[j + 1], before[j - 1] + 1);
        }
        std::swap(before, row);
        std::swap(row, after);
    }
    return row.back();
}

po::options_description known_options(const setting_table& table)
{
    po::options_description known;
    auto add = known.add_options();
    for (const auto& option : program_options())
        if (option.argument.empty())
            add(std::string{option.name}.c_str(), "");
        else
            add(std::string{option.name}.c_str(), po::value<std::string>(), "");
    for (const auto& row : table.rows())
        add(row.flag().c_str(), po::value<std::string>(), "");
    return known;
}

std::vector<std::string> known_flags(const setting_table& table)
{
    std::vector<std::string> flags;
    for (const auto& option : program_options())
        flags.push_back("--" + std::string{option.name});
    for (const auto& row : table.rows())
        flags.push_back("--" + row.flag());
    return flags;
}

usage_error unexpected(std::string_view argument)
{
    return {
        "unexpected argument " + printable(argument) +
        (argument == healthcheck_command ? "; it comes before all flags"
                                         : "; --help lists all flags")};
}

usage_error unknown(std::string_view token, const setting_table& table)
{
    const auto flag = token.substr(0, token.find('='));
    const auto meant = nearest(lower_case(flag), known_flags(table));
    if (meant == flag)  // one of ours, after the "--" that ends all flags
        return unexpected(token);
    return {
        "unknown flag " + printable(flag) +
        (meant ? "; did you mean " + *meant + "?" : "; --help lists all flags")};
}

usage_error without_value(std::string_view flag, const setting_table& table)
{
    std::string line = "--" + std::string{flag} + " needs a value";
    for (const auto& row : table.rows())
        if (row.flag() == flag)
            line += "; accepted: " + row.values.accepted;
    return {line};
}

// What program_options says in more words, or with less in them.
usage_error in_our_words(const po::error_with_option_name& e, const setting_table& table)
{
    auto flag = e.get_option_name();
    flag.erase(0, flag.find_first_not_of('-'));
    flag = flag.substr(0, flag.find('='));
    if (const auto* syntax = dynamic_cast<const po::invalid_command_line_syntax*>(&e))
        if (syntax->kind() == po::invalid_syntax::extra_parameter)
            return {"--" + flag + " takes no value"};
    return without_value(flag, table);
}

// "--static-dir=" takes a setting back to nothing, which program_options only reads as two tokens.
std::vector<std::string> split_empty_values(std::span<const char* const> arguments)
{
    std::vector<std::string> tokens;
    for (const std::string_view argument : arguments) {
        if (argument.starts_with("--") && argument.find('=') == argument.size() - 1) {
            tokens.emplace_back(argument.substr(0, argument.size() - 1));
            tokens.emplace_back();
        } else {
            tokens.emplace_back(argument);
        }
    }
    return tokens;
}

}  // namespace

boost::system::result<command_line, usage_error>
parse_command_line(std::span<const char* const> arguments, const setting_table& table)
{
    command_line out;
    if (!arguments.empty() && arguments.front() == healthcheck_command) {
        out.asks = health_question::alive;
        arguments = arguments.subspan(1);
    }
    const auto tokens = split_empty_values(arguments);
    const auto known = known_options(table);
    po::parsed_options options{&known};
    try {
        namespace style = po::command_line_style;
        options =
            po::command_line_parser{tokens}
                .options(known)
                .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
                .allow_unregistered()
                .run();
    } catch (const po::error_with_option_name& e) {
        return in_our_words(e, table);
    } catch (const po::error& e) {
        return usage_error{e.what()};
    }

    for (const auto& option : options.options) {
        const auto& token =
            option.original_tokens.empty() ? option.string_key : option.original_tokens.front();
        if (token == "-h") {
            out.help = true;
            continue;
        }
        if (option.unregistered || (option.string_key.empty() && token.starts_with('-')))
            return unknown(token, table);
        if (option.string_key.empty())
            return unexpected(token);
        const auto& flag = option.string_key;
        if (flag == "help")
            out.help = true;
        else if (flag == "version")
            out.version = true;
        else if (flag == "check-config")
            out.check_config = true;
        else if (flag == "ready") {
            if (!out.asks)
                return usage_error{"--ready belongs to tickertape healthcheck"};
            out.asks = health_question::ready;
        } else {
            // The value of "--port --threads 2" would be "--threads": the number was forgotten.
            if (option.value.empty() ||
                (option.original_tokens.size() > 1 && option.value.front().starts_with("--")))
                return without_value(flag, table);
            if (flag == "env-file") {
                out.env_file = option.value.front();
                continue;
            }
            for (const auto& row : table.rows())
                if (row.flag() == flag)
                    out.settings[row.name] = option.value.front();
        }
    }
    return out;
}

std::optional<std::string>
nearest(std::string_view text, const std::vector<std::string>& candidates)
{
    constexpr std::size_t text_bytes_max = 64;  // longer than any name of ours
    if (text.size() > text_bytes_max)
        return std::nullopt;
    std::optional<std::string> best;
    // A short name is close to many words of other programs.
    std::size_t fewest = text.size() < 8 ? 2 : 3;
    for (const auto& candidate : candidates) {
        const auto slips = slips_between(text, candidate);
        if (slips < fewest) {
            best = candidate;
            fewest = slips;
        }
    }
    return best;
}

}  // namespace tickertape::config
