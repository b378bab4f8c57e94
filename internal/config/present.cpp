#include "config/present.hpp"

#include <cassert>

namespace tickertape::config {
namespace {

constexpr std::array<program_option, 5> options{{
    {"env-file", "PATH", "Reads this file instead of .env; it must exist"},
    {"ready", "", "With healthcheck: asks whether the server is ready instead of whether it lives"},
    {"check-config", "", "Prints the effective configuration, secrets masked, and exits"},
    {"help", "", "Prints this and exits"},
    {"version", "", "Prints the version and exits"},
}};

// Appends `text` word by word, beginning at `column`; further lines begin at `indent`.
void append_wrapped(std::string& out, std::string_view text, std::size_t column, std::size_t indent)
{
    bool first = true;
    while (!text.empty()) {
        const auto word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        if (!first && column + 1 + word.size() > help_columns) {
            out += '\n';
            out.append(indent, ' ');
            column = indent;
        } else if (!first) {
            out += ' ';
            ++column;
        }
        out += word;
        column += word.size();
        first = false;
    }
    out += '\n';
}

// "  --port             The TCP port ..."
void append_option(std::string& out, std::string_view flag, std::string_view text)
{
    constexpr std::size_t indent = 24;
    std::string head = "  --";
    head += flag;
    head.append(head.size() < indent - 1 ? indent - head.size() : 1, ' ');
    out += head;
    append_wrapped(out, text, head.size(), indent);
}

std::string accepted_with_unit(const setting& row)
{
    std::string text = row.values.accepted;
    if (!row.values.unit.empty() && row.values.unit != "duration" && row.values.unit != "bytes")
        text.append(" ").append(row.values.unit);
    return text;
}

// Quoted where parse_dotenv() would read something else from the bare text. No setting takes
// control characters.
std::string as_dotenv(std::string_view value)
{
    if (value.find_first_of(" \"'#\\$") == std::string_view::npos)
        return std::string{value};
    std::string out{'"'};
    for (const char c : value) {
        if (c == '"' || c == '\\' || c == '$')
            out += '\\';
        out += c;
    }
    out += '"';
    return out;
}

// A bar would end the cell.
std::string cell(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (c == '|')
            out += '\\';
        out += c;
    }
    return out;
}

}  // namespace

std::span<const program_option> program_options()
{
    return options;
}

std::string_view product_version() noexcept
{
    return TICKERTAPE_VERSION;
}

std::string help_text(const setting_table& table)
{
    std::string out = "Tickertape streams crypto prices over Server-Sent Events.\n\n"
                      "Usage: tickertape [--flag value]...\n"
                      "       tickertape healthcheck [--ready] [--flag value]...\n"
                      "       tickertape archive info|verify|backup|restore|compact [--help]\n"
                      "       tickertape export|import|backfill [--help]\n\n";
    append_wrapped(
        out,
        "healthcheck asks the server that runs here with the same settings how it is, ends with 0 "
        "where it is well, and with 1 and one line of why where it is not.",
        0, 0);
    out += '\n';
    append_wrapped(
        out,
        "Each setting is a flag, an environment variable and a line of .env, in this order of "
        "precedence: --store-size 8640, STORE_SIZE=8640. A duration is written with its unit (ms, "
        "s, m, h, d or w: 500ms, 10s, 1d), a size in bytes, KiB or MiB.",
        0, 0);
    for (std::string_view group; const auto& row : table.rows()) {
        if (row.group != group) {
            group = row.group;
            out.append("\n").append(group).append("\n");
        }
        append_option(
            out, row.flag(),
            row.meaning + ". Accepted: " + accepted_with_unit(row) + ". Default: " +
                (row.shown_default().empty() ? "empty" : row.shown_default()) + ".");
    }
    out += "\nOther flags\n";
    for (const auto& option : options) {
        std::string flag{option.name};
        if (!option.argument.empty())
            flag.append(" ").append(option.argument);
        append_option(out, flag, std::string{option.meaning} + ".");
    }
    return out;
}

std::string settings_markdown(const setting_table& table)
{
    std::string out;
    for (std::string_view group; const auto& row : table.rows()) {
        if (row.group != group) {
            out += group.empty() ? "" : "\n";
            group = row.group;
            out.append("### ").append(group).append("\n\n");
            out += "| setting | default | accepted | unit | meaning |\n"
                   "| --- | --- | --- | --- | --- |\n";
        }
        out += "| `" + row.name + "` | ";
        out += row.shown_default().empty() ? "" : "`" + row.shown_default() + "` ";
        out += "| " + cell(row.values.accepted) + " | ";
        out += row.values.unit.empty() ? "" : cell(row.values.unit) + " ";
        out += "| " + cell(row.meaning) + (row.secret ? " (secret)" : "") + " |\n";
    }
    return out;
}

std::string check_config_text(
    const setting_table& table, const settings& s, std::span<const std::string> origins,
    std::span<const std::string> warnings)
{
    assert(origins.size() == table.rows().size());
    std::string out;
    for (const auto& warning : warnings)
        out.append("# warning: ").append(warning).append("\n");
    for (std::size_t i = 0; i < origins.size(); ++i) {
        const auto& row = table.rows()[i];
        auto value = row.values.show(s);
        if (row.secret && !value.empty())
            value = secret_mask;
        out.append(row.name).append("=").append(as_dotenv(value));
        out.append("  # ").append(origins[i]);
        if (value.empty() && !row.when_empty.empty())
            out.append(": ").append(row.when_empty);
        out += '\n';
    }
    return out;
}

std::string printable(std::string_view text)
{
    constexpr std::size_t shown_bytes_max = 80;
    static constexpr std::string_view hex = "0123456789abcdef";
    auto end = std::min(text.size(), shown_bytes_max);
    // Not through the middle of a character of several bytes.
    while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
        --end;
    std::string out{'\''};
    for (const char c : text.substr(0, end)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) {
            out += "\\x";
            out += hex[byte >> 4];
            out += hex[byte & 15];
        } else {
            out += c;
        }
    }
    out += end < text.size() ? "...'" : "'";
    return out;
}

}  // namespace tickertape::config
