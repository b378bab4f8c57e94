#include "transfer/candle_reader.hpp"

#include "core/text.hpp"
#include "core/timestamp.hpp"
#include "transfer/csv.hpp"
#include "transfer/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace tickertape::transfer {
namespace {

using series::candle_time;
using series::interval;

using names = std::vector<std::string_view>;

// The columns of lines without a heading, by how many they are; none: no such lines.
const names* columns_of(candle_format of, std::size_t width)
{
    static const names coinbase{"time", "low", "high", "open", "close", "volume"};
    static const names binance{
        "open_time",
        "open",
        "high",
        "low",
        "close",
        "volume",
        "close_time",
        "quote_volume",
        "count",
        "taker_buy_volume",
        "taker_buy_quote_volume",
        "ignore"};
    static const names kraken{"time", "open", "high", "low", "close", "volume", "trades"};
    static const names kraken_vwap{"time",  "open", "high",   "low",
                                   "close", "vwap", "volume", "trades"};
    for (const auto& [format, columns] :
         {std::pair{candle_format::coinbase, &coinbase},
          {candle_format::binance, &binance},
          {candle_format::kraken, &kraken},
          {candle_format::kraken, &kraken_vwap}})
        if (format == of && columns->size() == width)
            return columns;
    return nullptr;
}

// One name for what exchanges and those who copy from them call differently.
std::string column_name(std::string_view said, candle_format from)
{
    auto name = lower_case(trimmed(said));
    std::ranges::replace(name, ' ', '_');
    if (from == candle_format::binance)
        return name == "number_of_trades" || name == "trades" ? "count" : name;
    if (name == "timestamp" || name == "unix" || name == "time_s")
        return "time";
    return name == "count" ? "trades" : name;
}

std::optional<double> amount(std::string_view text)
{
    double value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || !std::isfinite(value) ||
        value < 0)
        return std::nullopt;
    return value;
}

bool is_heading(const std::vector<std::string>& fields)
{
    const auto first = trimmed(fields.front());
    return first.empty() || first.find_first_not_of("0123456789.-+") != std::string_view::npos;
}

// Binance says milliseconds, and microseconds since 2025. How many of them a second has.
std::optional<std::int64_t> units_of_second(std::string_view time)
{
    if (time.size() == 13)
        return 1'000;
    return time.size() == 16 ? std::optional{std::int64_t{1'000'000}} : std::nullopt;
}

// How long a candle of Binance is by its two times.
std::optional<interval> interval_between(std::string_view opens, std::string_view closes)
{
    const auto from = whole_number(opens);
    const auto until = whole_number(closes);
    const auto units = units_of_second(opens);
    if (!from || !until || !units || opens.size() != closes.size())
        return std::nullopt;
    for (const auto of : series::intervals)
        if (*until - *from + 1 == length(of).count() * *units)
            return of;
    return std::nullopt;
}

}  // namespace

std::string_view text_of(candle_format f) noexcept
{
    switch (f) {
    case candle_format::coinbase:
        return "coinbase";
    case candle_format::binance:
        return "binance";
    case candle_format::kraken:
        break;
    }
    return "kraken";
}

std::optional<candle_format> parse_candle_format(std::string_view text) noexcept
{
    for (const auto f : {candle_format::coinbase, candle_format::binance, candle_format::kraken})
        if (text_of(f) == text)
            return f;
    return std::nullopt;
}

candle_guess guess_candles(std::string_view first_line, std::string_view second_line)
{
    candle_guess guess;
    if (first_line.starts_with(byte_order_mark))
        first_line.remove_prefix(byte_order_mark.size());
    auto fields = parse_csv_line(first_line);
    if (!fields)
        return guess;
    const bool has_heading = is_heading(*fields);
    if (has_heading) {
        std::vector<std::string> said;
        for (const auto& field : *fields)
            said.push_back(column_name(field, candle_format::binance));
        const auto has = [&said](std::string_view name) {
            return std::ranges::find(said, name) != said.end();
        };
        guess.is_candles = has("open") && has("high") && has("low") && has("close");
        if (!guess.is_candles)
            return guess;
        // The order that nobody else has.
        if (said.size() == 6 && std::ranges::equal(said, *columns_of(candle_format::coinbase, 6)))
            guess.whose = candle_format::coinbase;
        if (!has("open_time") || !has("close_time"))
            return guess;
        guess.whose = candle_format::binance;
        const auto values = parse_csv_line(second_line);
        if (values && values->size() == said.size()) {
            const auto at = [&](std::string_view name) {
                return trimmed((*values)[static_cast<std::size_t>(
                    std::ranges::find(said, name) - said.begin())]);
            };
            guess.of = interval_between(at("open_time"), at("close_time"));
        }
        return guess;
    }
    const bool are_numbers = std::ranges::all_of(
        *fields, [](const std::string& f) { return amount(trimmed(f)).has_value(); });
    // Six columns or more, none of them a name: no ticks are like that.
    guess.is_candles = are_numbers && fields->size() >= 6 && fields->size() <= 12;
    if (guess.is_candles && fields->size() == 12) {
        guess.of = interval_between(trimmed((*fields)[0]), trimmed((*fields)[6]));
        if (guess.of)
            guess.whose = candle_format::binance;
    }
    return guess;
}

struct candle_reader::row {
    candle_time opens{};
    std::optional<series::candle> value{};
};

candle_reader::candle_reader(const expected& what, on_candle take, on_bad complain)
    : what_{what}, take_{std::move(take)}, complain_{std::move(complain)}
{
}

void candle_reader::feed(std::string_view bytes)
{
    lines_.feed(bytes, [this](const piece& p) { give(p); });
}

void candle_reader::finish()
{
    lines_.finish([this](const piece& p) { give(p); });
    for (auto longer = series::intervals.rbegin();
         rows_ >= doubted_min && longer != series::intervals.rend() && *longer > what_.of; ++longer)
        if (nearest_ >= length(*longer) && !is_off_grid_[static_cast<std::size_t>(*longer)]) {
            complain_(
                last_line_, "all candles up to here are " + std::string{text(*longer)} +
                                " apart or more: they are not those of --interval " +
                                std::string{text(what_.of)});
            return;
        }
}

void candle_reader::watch_distance(candle_time opens)
{
    ++rows_;
    if (last_)
        nearest_ = std::min(nearest_, opens - *last_);
    for (const auto of : series::intervals)
        if (bucket_open(of, opens) != opens)
            is_off_grid_[static_cast<std::size_t>(of)] = true;
}

void candle_reader::give(const piece& p)
{
    if (is_refused_)
        return;
    if (p.is_too_long) {
        complain_(p.line, "longer than 65536 bytes");
        return;
    }
    auto text = p.text;
    const bool is_first = std::exchange(is_first_, false);
    if (is_first && text.starts_with(byte_order_mark))
        text.remove_prefix(byte_order_mark.size());
    if (trimmed(text).empty()) {
        is_first_ = is_first;
        return;
    }
    const auto values = parse_csv_line(text);
    std::string why = "quotes or commas are not those of CSV";
    if (values && columns_.empty()) {
        why = read_heading(*values);
        is_refused_ = !why.empty();
        if (why.empty() && width_ == 0)
            return;
    }
    if (values && !is_refused_)
        why = read(*values, p.line);
    if (!why.empty())
        complain_(p.line, why);
}

// Or what stands for a heading where there is none.
std::string candle_reader::read_heading(const std::vector<std::string>& fields)
{
    const auto name = std::string{text_of(what_.from)};
    if (!is_heading(fields)) {
        const auto* columns = columns_of(what_.from, fields.size());
        if (columns == nullptr)
            return std::to_string(fields.size()) + " columns are not those of " + name;
        width_ = fields.size();
        for (std::size_t i = 0; i < columns->size(); ++i)
            columns_.emplace((*columns)[i], i);
        return {};
    }
    for (std::size_t i = 0; i < fields.size(); ++i)
        columns_.emplace(column_name(fields[i], what_.from), i);
    const auto* wanted = columns_of(
        what_.from, what_.from == candle_format::binance  ? 12
                    : what_.from == candle_format::kraken ? 7
                                                          : 6);
    // Volume, or how many trades, says whether there was one; the rest of Binance's is not read.
    for (const auto& column : *wanted) {
        const bool is_needed = column != "volume" && column != "trades" &&
                               (what_.from != candle_format::binance ||
                                std::ranges::find(*wanted, column) - wanted->begin() < 7);
        if (is_needed && columns_.find(column) == columns_.end())
            return "the first line names no column " + std::string{column} + ", which " + name +
                   " has";
    }
    return {};
}

std::string_view
candle_reader::value_of(const std::vector<std::string>& values, std::string_view column) const
{
    const auto at = columns_.find(column);
    return at == columns_.end() || at->second >= values.size() ? std::string_view{}
                                                               : trimmed(values[at->second]);
}

std::string candle_reader::read_time(const std::vector<std::string>& values, row& to) const
{
    const bool is_binance = what_.from == candle_format::binance;
    const auto said = value_of(values, is_binance ? "open_time" : "time");
    const auto number = whole_number(said);
    const auto units = is_binance ? units_of_second(said) : std::optional{std::int64_t{1}};
    if (!number || !units || (!is_binance && said.size() > 10))
        return quoted(said) + " is no time; accepted: " +
               (is_binance ? "Unix milliseconds or microseconds" : "Unix seconds");
    to.opens = candle_time{std::chrono::seconds{*number / *units}};
    const auto length_text = "of a candle of " + std::string{text(what_.of)};
    if (*number % *units != 0 || bucket_open(what_.of, to.opens) != to.opens)
        return quoted(said) + " is not the beginning " + length_text;
    if (is_binance && interval_between(said, value_of(values, "close_time")) != what_.of)
        return quoted(value_of(values, "close_time")) + " is not the end " + length_text +
               " that begins at " + quoted(said);
    if (!is_closed(what_.of, to.opens, what_.now))
        return "the candle is not over yet";
    return {};
}

std::string candle_reader::read_prices(const std::vector<std::string>& values, row& to) const
{
    std::array<std::optional<price>, 4> prices;
    constexpr std::array<std::string_view, 4> columns{"open", "high", "low", "close"};
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto said = value_of(values, columns[i]);
        const auto read = price::parse(said);
        if (!read)
            return "the " + std::string{columns[i]} + " is " + quoted(said) +
                   ", which is no price above zero";
        prices[i] = *read;
    }
    const auto& [open, high, low, close] = prices;
    if (high->value() < low->value())
        return "the high is below the low";
    for (const auto& [p, name] : {std::pair{open, "open"}, {close, "close"}})
        if (p->value() > high->value() || p->value() < low->value())
            return "the " + std::string{name} + " is not between the low and the high";
    to.value = series::candle{to.opens, *open, *high, *low, *close, 0};
    return {};
}

std::string candle_reader::read(const std::vector<std::string>& values, std::uint64_t line)
{
    if (width_ != 0 && values.size() != width_)
        return std::to_string(values.size()) + " columns instead of " + std::to_string(width_);
    row r;
    if (auto why = read_time(values, r); !why.empty())
        return why;
    if (auto why = read_prices(values, r); !why.empty())
        return why;
    if (last_ && r.opens <= *last_)
        return (r.opens == *last_ ? "has the time of line " : "lies before line ") +
               std::to_string(last_line_) + "; the oldest candle comes first, and each once";
    watch_distance(r.opens);
    last_ = r.opens;
    last_line_ = line;
    const auto* traded = what_.from == candle_format::coinbase  ? "volume"
                         : what_.from == candle_format::binance ? "count"
                                                                : "trades";
    const auto* counted = columns_.contains(traded) ? traded : "volume";
    if (columns_.contains(counted)) {
        const auto how_much = amount(value_of(values, counted));
        if (!how_much)
            return quoted(value_of(values, counted)) + " is no " + counted;
        if (*how_much == 0) {
            ++left_out_;
            return {};
        }
    }
    take_(line, *r.value);
    return {};
}

}  // namespace tickertape::transfer
