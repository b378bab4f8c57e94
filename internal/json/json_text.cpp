#include "json/json_text.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace tickertape::json {

void append_string(std::string& out, std::string_view text)
{
    // Nearly all we write is plain, and a serializer is set up for each text that is not.
    const bool plain = std::ranges::all_of(
        text, [](unsigned char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
    if (plain) {
        out += '"';
        out += text;
        out += '"';
        return;
    }
    // Delete needs no escape in JSON, but would steer a terminal.
    for (const char c : boost::json::serialize(boost::json::string_view{text.data(), text.size()}))
        if (c == '\x7f')
            out += "\\u007f";
        else
            out += c;
}

object& object::reserve(std::size_t bytes)
{
    out_.reserve(out_.size() + bytes);
    return *this;
}

void object::begin(std::string_view name)
{
    if (out_.size() > 1)
        out_ += ',';
    append_string(out_, name);
    out_ += ':';
}

object& object::text(std::string_view name, std::string_view value)
{
    begin(name);
    append_string(out_, value);
    return *this;
}

object& object::number(std::string_view name, std::int64_t value)
{
    return json(name, std::to_string(value));
}

object& object::boolean(std::string_view name, bool value)
{
    return json(name, value ? "true" : "false");
}

object& object::value(std::string_view name, price p)
{
    return json(name, p.text());
}

object& object::null(std::string_view name)
{
    return json(name, "null");
}

object& object::decimal(std::string_view name, double value)
{
    if (!std::isfinite(value))
        return null(name);
    std::array<char, 400> digits;  // of the largest double there are 309 before the point
    const auto end =
        std::to_chars(digits.begin(), digits.end(), value, std::chars_format::fixed, 3).ptr;
    return json(name, {digits.data(), static_cast<std::size_t>(end - digits.data())});
}

object& object::real(std::string_view name, const std::optional<double>& value)
{
    if (!value || !std::isfinite(*value))
        return null(name);
    std::array<char, 32> digits;  // of the longest there are 24
    const auto end = std::to_chars(digits.begin(), digits.end(), *value).ptr;
    return json(name, {digits.data(), static_cast<std::size_t>(end - digits.data())});
}

object& object::seconds(std::string_view name, std::chrono::milliseconds ms)
{
    return thousandths(name, ms.count());
}

object& object::time(std::string_view name, const std::optional<wall_time>& at)
{
    return at ? seconds(name, at->time_since_epoch()) : null(name);
}

object& object::milliseconds(std::string_view name, std::chrono::microseconds us)
{
    return thousandths(name, us.count());
}

object& object::text_or_null(std::string_view name, std::string_view value)
{
    return value.empty() ? null(name) : text(name, value);
}

object& object::thousandths(std::string_view name, std::int64_t count)
{
    std::array<char, 32> text{};
    // The sign apart: of -0.5 the whole part has none.
    const int length = std::snprintf(
        text.data(), text.size(), "%s%lld.%03lld", count < 0 ? "-" : "",
        static_cast<long long>(std::abs(count / 1000)),
        static_cast<long long>(std::abs(count % 1000)));
    return json(name, {text.data(), static_cast<std::size_t>(length)});
}

object& object::json(std::string_view name, std::string_view value)
{
    begin(name);
    out_ += value;
    return *this;
}

std::string object::done() &&
{
    out_ += '}';
    return std::move(out_);
}

void array::begin()
{
    if (out_.size() > 1)
        out_ += ',';
}

array& array::text(std::string_view value)
{
    begin();
    append_string(out_, value);
    return *this;
}

array& array::json(std::string_view value)
{
    begin();
    out_ += value;
    return *this;
}

std::string array::done() &&
{
    out_ += ']';
    return std::move(out_);
}

}  // namespace tickertape::json
