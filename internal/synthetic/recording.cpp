#include "synthetic/recording.hpp"

#include "core/errors.hpp"
#include "core/quote.hpp"
#include "core/text.hpp"
#include "core/timestamp.hpp"
#include "synthetic/errors.hpp"
#include "json/errors.hpp"
#include "json/fields.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace tickertape::synthetic {
namespace {

// More columns than this no recording of prices has.
constexpr std::size_t columns_max = 64;

struct row {
    std::array<std::string_view, columns_max> fields;
    std::size_t count = 0;

    std::string_view at(std::size_t column) const
    {
        return column < count ? fields[column] : std::string_view{};
    }
};

// A field in quotes may hold commas, and loses its quotes. Doubled quotes stay: no field that we
// read has any.
row split(std::string_view line)
{
    row r;
    while (r.count < columns_max) {
        const bool is_quoted = line.starts_with('"');
        const auto closing = is_quoted ? line.find('"', 1) : std::string_view::npos;
        const auto from = closing == std::string_view::npos ? 0 : closing;
        const auto comma = line.find(',', from);
        auto field = line.substr(0, comma);
        if (is_quoted && field.size() >= 2 && field.ends_with('"'))
            field = field.substr(1, field.size() - 2);
        r.fields[r.count++] = field;
        if (comma == std::string_view::npos)
            break;
        line.remove_prefix(comma + 1);
    }
    return r;
}

std::optional<std::size_t> column(const row& header, std::string_view name)
{
    const auto end = header.fields.begin() + static_cast<std::ptrdiff_t>(header.count);
    const auto found = std::find_if(header.fields.begin(), end, [&](std::string_view field) {
        return std::ranges::equal(field, name, {}, lower);
    });
    if (found == end)
        return std::nullopt;
    return static_cast<std::size_t>(found - header.fields.begin());
}

result<wall_time> time_of_ms(std::string_view text)
{
    std::int64_t ms = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, ms);
    // Until the year 2500, as everywhere.
    if (read.ec != std::errc{} || read.ptr != end || ms < 0 || ms >= 16'725'225'600'000)
        return core_errc::implausible_time;
    return wall_time{std::chrono::milliseconds{ms}};
}

// As tables and scripts write times: a blank for the T, no zone where UTC is meant, only the day.
result<wall_time> time_of_any(std::string_view text)
{
    // No such text is longer, and a line may have 64 KiB.
    constexpr std::size_t text_max = 48;
    constexpr std::size_t day_length = 10;
    if (const auto time = parse_timestamp(text))
        return *time;
    if (text.size() < day_length || text.size() > text_max)
        return core_errc::implausible_time;
    std::string full{text};
    if (full.ends_with(" UTC"))
        full.replace(full.size() - 4, 4, "Z");
    if (full.size() == day_length)
        full += "T00:00:00";
    else if (full[day_length] == ' ')
        full[day_length] = 'T';
    for (const auto* zone : {"", "Z"})
        if (const auto time = parse_rfc3339(full + zone))
            return *time;
    return core_errc::implausible_time;
}

std::string without_separators(std::string_view name)
{
    std::string bare;
    for (const char c : name)
        if (c != '-' && c != '/' && c != '_')
            bare += upper(c);
    return bare;
}

result<wall_time> time_in(const boost::json::value& at)
{
    if (const auto* text = at.if_string())
        return time_of_any({text->data(), text->size()});
    // Back to the shortest text: 13 digits are milliseconds, decimals of a second are kept.
    std::array<char, 32> text;
    std::to_chars_result end{};
    if (at.is_int64())
        end = std::to_chars(text.data(), text.data() + text.size(), at.get_int64());
    else if (at.is_double())
        end = std::to_chars(
            text.data(), text.data() + text.size(), at.get_double(), std::chars_format::fixed);
    else
        return json::json_errc::wrong_type;
    if (end.ec != std::errc{})
        return core_errc::implausible_time;
    const auto time = parse_timestamp({text.data(), end.ptr});
    return time ? *time : result<wall_time>{core_errc::implausible_time};
}

}  // namespace

recorded_names::recorded_names(const symbol_table& symbols)
    : symbols_{symbols.size()}, first_{symbols.all().front()}
{
    for (const auto symbol : symbols.all())
        by_name_.emplace(without_separators(symbols.name(symbol)), symbol);
    for (const auto symbol : symbols.all())
        if (symbols.quote(symbol) == "USD")
            by_name_.emplace(symbols.base(symbol), symbol);
}

std::optional<symbol_id> recorded_names::find(std::string_view name) const
{
    if (name.empty())
        return first_;
    const auto found = by_name_.find(without_separators(name));
    if (found == by_name_.end())
        return std::nullopt;
    return found->second;
}

result<recording> recording::of_first_line(std::string_view line, recorded_names names)
{
    recording r{std::move(names)};
    if (line.starts_with("\xef\xbb\xbf"))
        line.remove_prefix(3);
    if (line.starts_with('{'))
        return r;

    r.is_csv_ = true;
    const auto header = split(line);
    std::optional<std::size_t> time;
    for (const auto& [name, unit] :
         {std::pair{"time_ms", time_unit::ms}, std::pair{"time_s", time_unit::s},
          std::pair{"time", time_unit::any}, std::pair{"timestamp", time_unit::any},
          std::pair{"date", time_unit::any}}) {
        time = column(header, name);
        r.unit_ = unit;
        if (time)
            break;
    }
    std::optional<std::size_t> value;
    for (const auto* name : {"price", "close", "price_usd", "close_usd"})
        if (!value)
            value = column(header, name);
    if (!time || !value)
        return synthetic_errc::no_usable_column;
    r.time_column_ = *time;
    r.price_column_ = *value;
    r.symbol_column_ = column(header, "symbol");
    if (!r.symbol_column_)
        r.symbol_column_ = column(header, "pair");
    return r;
}

result<recorded_price> recording::parse(std::string_view line, json::reader& reader) const
{
    return is_csv_ ? parse_row(line) : parse_object(line, reader);
}

result<recorded_price> recording::parse_row(std::string_view line) const
{
    const auto r = split(line);
    if (r.count <= std::max(time_column_, price_column_))
        return json::json_errc::missing_field;
    std::optional<symbol_id> symbol = names_.find({});
    if (symbol_column_) {
        const auto name = r.at(*symbol_column_);
        if (name.empty())
            return json::json_errc::missing_field;
        symbol = names_.find(name);
    }
    if (!symbol)
        return synthetic_errc::unknown_symbol;

    const auto text = r.at(time_column_);
    const auto at = [&]() -> result<wall_time> {
        switch (unit_) {
        case time_unit::ms:
            return time_of_ms(text);
        case time_unit::s:
            return parse_timestamp(text);
        case time_unit::any:
            return time_of_any(text);
        }
        return core_errc::implausible_time;
    }();
    if (!at)
        return core_errc::implausible_time;
    const auto value = plausible_price(r.at(price_column_));
    if (!value)
        return value.error();
    return recorded_price{*symbol, *value, *at};
}

result<recorded_price> recording::parse_object(std::string_view line, json::reader& reader) const
{
    if (line.starts_with("\xef\xbb\xbf"))
        line.remove_prefix(3);
    const auto read = reader.read(line);
    if (!read)
        return read.error();
    const auto* object = read->if_object();
    if (object == nullptr)
        return json::json_errc::wrong_type;

    std::string_view name;
    if (const auto* symbol = object->if_contains("symbol")) {
        const auto* text = symbol->if_string();
        if (text == nullptr || text->empty())
            return json::json_errc::wrong_type;
        name = {text->data(), text->size()};
    }
    const auto symbol = names_.find(name);
    if (!symbol)
        return synthetic_errc::unknown_symbol;
    const auto* number = object->if_contains("price");
    if (number == nullptr)
        return json::json_errc::missing_field;
    const auto value = json::price_of_number(*number);
    if (!value)
        return value.error();
    recorded_price recorded{*symbol, *value};
    if (const auto* timestamp = object->if_contains("timestamp")) {
        const auto at = time_in(*timestamp);
        if (!at)
            return at.error();
        recorded.at = *at;
    }
    return recorded;
}

}  // namespace tickertape::synthetic
