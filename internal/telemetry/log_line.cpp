#include "telemetry/log_line.hpp"

#include "core/timestamp.hpp"
#include "json/json_text.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace tickertape::telemetry {
namespace {

// One character, so that it can neither end the line nor steer a terminal.
void append_visible(std::string& out, char c)
{
    static constexpr std::string_view hex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
        out += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
        out += "\\u00";
        out += hex[byte >> 4];
        out += hex[byte & 15];
    } else {
        out += c;
    }
}

// Words that a reader, and a grep, can tell from the next field without quotes.
bool is_plain(std::string_view text)
{
    if (text.empty())
        return false;
    for (const char c : text)
        if (static_cast<unsigned char>(c) <= 0x20 || c == '"' || c == '=' || c == '\\' || c == 0x7f)
            return false;
    return true;
}

struct append_value {
    std::string& out;
    log_format format;

    void operator()(std::string_view text) const
    {
        if (format == log_format::text && is_plain(text))
            out += text;
        else
            json::append_string(out, text);
    }
    void operator()(std::int64_t number) const { out += std::to_string(number); }
    void operator()(double number) const
    {
        if (!std::isfinite(number)) {
            out += "null";  // JSON has no word for it
            return;
        }
        std::array<char, 32> digits{};
        out.append(digits.data(), std::to_chars(digits.begin(), digits.end(), number).ptr);
    }
    void operator()(bool flag) const { out += flag ? "true" : "false"; }
};

void append_text(
    std::string& out, wall_time at, log_level level, std::string_view message, log_fields fields)
{
    static constexpr std::array<std::string_view, 4> words{"DEBUG", "INFO ", "WARN ", "ERROR"};
    out += format_rfc3339(at);
    out += ' ';
    out += words[static_cast<std::size_t>(level)];
    out += ' ';
    for (const char c : message)
        append_visible(out, c);
    for (const auto& field : fields) {
        out += ' ';
        out += field.key;
        out += '=';
        std::visit(append_value{out, log_format::text}, field.value);
    }
}

void append_json(
    std::string& out, wall_time at, log_level level, std::string_view message, log_fields fields)
{
    out += R"({"time":")";
    out += format_rfc3339(at);
    out += R"(","level":")";
    out += to_string(level);
    out += R"(","message":)";
    json::append_string(out, message);
    for (const auto& field : fields) {
        out += ',';
        json::append_string(out, field.key);
        out += ':';
        std::visit(append_value{out, log_format::json}, field.value);
    }
    out += '}';
}

}  // namespace

std::string_view to_string(log_level level) noexcept
{
    static constexpr std::array<std::string_view, 4> words{"debug", "info", "warn", "error"};
    return words[static_cast<std::size_t>(level)];
}

std::string log_line(
    log_format format, wall_time at, log_level level, std::string_view message, log_fields fields)
{
    std::string out;
    out.reserve(160);
    if (format == log_format::json)
        append_json(out, at, level, message, fields);
    else
        append_text(out, at, level, message, fields);
    return out;
}

}  // namespace tickertape::telemetry
