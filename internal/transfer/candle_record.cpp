#include "transfer/candle_record.hpp"

#include "core/symbol.hpp"
#include "core/text.hpp"
#include "transfer/csv.hpp"
#include "transfer/record.hpp"
#include "transfer/words.hpp"
#include "json/fields.hpp"
#include "json/json_text.hpp"
#include "json/reader.hpp"

#include <array>
#include <cassert>
#include <charconv>
#include <utility>
#include <vector>

namespace tickertape::transfer {
namespace {

using series::candle_time;

constexpr std::array<std::string_view, 10> columns{
    "time", "symbol", "interval", "open", "high", "low", "close", "ticks", "complete", "source"};
constexpr std::string_view heading =
    "time,symbol,interval,open,high,low,close,ticks,complete,source";
constexpr std::string_view json_begin = "{\"version\":1,\"records\":[";

// The texts of a candle's fields, in the order of the columns.
using fields = std::array<std::string, columns.size()>;

std::optional<fields> fields_of_object(json::reader& json, std::string_view text)
{
    const auto value = json.read(text);
    if (!value || !value->is_object())
        return std::nullopt;
    fields f;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto* at = json::member(&*value, columns[i]);
        if (at == nullptr)
            continue;
        if (const auto said = json::text_in(at))
            f[i] = *said;
        else if (at->is_bool())
            f[i] = at->get_bool() ? "true" : "false";
        else if (const auto whole = json::integer_in(at))
            f[i] = std::to_string(*whole);
        else if (const auto amount = json::price_in(at, columns[i]))
            f[i] = amount->text();
    }
    return f;
}

}  // namespace

candle_writer::candle_writer(format to) : format_{to}
{
    assert(to != format::bitcoincharts);
}

void candle_writer::begin(std::string& to) const
{
    if (format_ == format::csv)
        to.append(heading).append("\n");
    else if (format_ == format::json)
        to += json_begin;
}

void candle_writer::add(std::string& to, const candle_record& c)
{
    const auto& v = c.value;
    const auto time = std::to_string(v.opens.time_since_epoch().count());
    const std::string_view complete = v.overlaps_hole ? "false" : "true";
    if (format_ == format::csv) {
        to.append(time).append(",").append(c.symbol).append(",").append(series::text(c.of));
        for (const auto p : {v.open, v.high, v.low, v.close})
            to.append(",").append(p.text());
        to.append(",").append(std::to_string(v.ticks)).append(",").append(complete).append(",");
        append_csv_field(to, c.source);
        to += '\n';
        return;
    }
    json::object o;
    o.json("time", time).text("symbol", c.symbol).text("interval", series::text(c.of));
    o.value("open", v.open).value("high", v.high).value("low", v.low).value("close", v.close);
    o.json("ticks", std::to_string(v.ticks)).boolean("complete", !v.overlaps_hole);
    o.text_or_null("source", c.source);
    if (format_ == format::json)
        to += is_first_ ? "\n" : ",\n";
    is_first_ = false;
    to += std::move(o).done();
    if (format_ == format::jsonl)
        to += '\n';
}

void candle_writer::end(std::string& to) const
{
    if (format_ == format::json)
        to += "\n]}\n";
}

std::optional<candle_text> candle_text_of(std::string_view begin)
{
    if (begin.starts_with(byte_order_mark))
        begin.remove_prefix(byte_order_mark.size());
    const auto line_end = begin.find('\n');
    const auto first = trimmed(begin.substr(0, line_end));
    const auto rest =
        line_end == std::string_view::npos ? std::string_view{} : begin.substr(line_end + 1);
    const auto second = trimmed(rest.substr(0, rest.find('\n')));
    const auto read = [](std::string_view said) -> std::optional<series::interval> {
        const auto of = series::parse_interval(said);
        return of ? std::optional{*of} : std::nullopt;
    };
    if (first == heading) {
        const auto values = parse_csv_line(second);
        const bool is_whole = values && values->size() == columns.size();
        return candle_text{format::csv, is_whole ? read((*values)[2]) : std::nullopt};
    }
    const bool is_document = first == json_begin;
    auto object = is_document ? second : first;
    if (object.ends_with(','))
        object.remove_suffix(1);
    json::reader json;
    const auto f = fields_of_object(json, object);
    if (!f || (*f)[0].empty() || (*f)[2].empty())
        return std::nullopt;
    return candle_text{is_document ? format::json : format::jsonl, read((*f)[2])};
}

struct candle_record_reader::impl {
    expected what;
    on_candle take;
    on_bad complain;
    line_splitter lines{};
    record_splitter records{};
    json::reader json{};
    std::map<std::string, std::pair<candle_time, std::uint64_t>> last{};  // of each symbol
    bool has_heading = false;
    bool is_refused = false;

    void give(const piece& p);
    std::string read(std::string_view text, std::uint64_t line);
    std::string read_fields(const fields& f, std::uint64_t line);
};

void candle_record_reader::impl::give(const piece& p)
{
    auto text = trimmed(p.text);
    if (is_refused || (text.empty() && !p.is_too_long))
        return;
    auto why = p.is_too_long ? std::string{"longer than 65536 bytes"} : std::string{};
    if (what.from == format::csv && !std::exchange(has_heading, true)) {
        if (text.starts_with(byte_order_mark))
            text.remove_prefix(byte_order_mark.size());
        is_refused = text != heading;
        if (!is_refused)
            return;
        why = "the first line is not " + std::string{heading};
    }
    if (why.empty())
        why = read(text, p.line);
    if (!why.empty())
        complain(p.line, why);
}

std::string candle_record_reader::impl::read(std::string_view text, std::uint64_t line)
{
    if (what.from != format::csv) {
        const auto f = fields_of_object(json, text);
        return f ? read_fields(*f, line) : "no JSON object";
    }
    auto values = parse_csv_line(text);
    if (!values)
        return "quotes or commas are not those of CSV";
    if (values->size() != columns.size())
        return std::to_string(values->size()) + " columns instead of " +
               std::to_string(columns.size());
    fields f;
    for (std::size_t i = 0; i < f.size(); ++i)
        f[i] = trimmed((*values)[i]);
    return read_fields(f, line);
}

// Returns what is wrong with it.
std::string candle_record_reader::impl::read_fields(const fields& f, std::uint64_t line)
{
    const auto symbol = normalized_symbol(f[1]);
    if (!symbol)
        return quoted(f[1]) + " is no symbol";
    if (f[2] != series::text(what.of))
        return quoted(f[2]) + " is not the interval of the others, " +
               std::string{series::text(what.of)};
    const auto seconds = whole_number(f[0]);
    const bool is_time = seconds && std::cmp_less_equal(*seconds, position::ms_max / 1'000);
    const candle_time opens{std::chrono::seconds{is_time ? *seconds : 0}};
    if (!is_time || series::bucket_open(what.of, opens) != opens)
        return quoted(f[0]) + " is not the beginning of a candle of " +
               std::string{series::text(what.of)} + ", in Unix seconds";
    if (!is_closed(what.of, opens, what.now))
        return "the candle is not over yet";
    std::vector<price> prices;
    for (std::size_t i = 3; i <= 6; ++i) {
        const auto p = price::parse(f[i]);
        if (!p)
            return "the " + std::string{columns[i]} + " is " + quoted(f[i]) +
                   ", which is no price above zero";
        prices.push_back(*p);
    }
    const auto high = prices[1].value();
    const auto low = prices[2].value();
    for (const auto& p : prices)
        if (p.value() > high || p.value() < low)
            return "its prices are not all between the low and the high";
    const auto ticks = whole_number(f[7]);
    if (!ticks || std::cmp_greater(*ticks, position::ms_max))
        return quoted(f[7]) + " is no number of ticks";
    if (f[8] != "true" && f[8] != "false")
        return quoted(f[8]) + " is not true or false, as complete is";
    if (const auto why = f[9].empty() ? std::string_view{} : wrong_with_source(f[9]); !why.empty())
        return std::string{why};
    const auto [before, is_first] = last.try_emplace(*symbol, opens, line);
    if (!is_first && opens <= before->second.first)
        return (opens == before->second.first ? "has the time of line " : "lies before line ") +
               std::to_string(before->second.second) +
               "; the oldest candle of a symbol comes first, and each once";
    before->second = {opens, line};
    take(
        line, {*symbol,
               what.of,
               {opens, prices[0], prices[1], prices[2], prices[3],
                static_cast<std::uint64_t>(*ticks), f[8] == "false"},
               f[9]});
    return {};
}

candle_record_reader::candle_record_reader(const expected& what, on_candle take, on_bad complain)
    : impl_{new impl{what, std::move(take), std::move(complain)}}
{
}

candle_record_reader::~candle_record_reader() = default;

void candle_record_reader::feed(std::string_view bytes)
{
    const auto give = [this](const piece& p) { impl_->give(p); };
    if (impl_->what.from == format::json)
        impl_->records.feed(bytes, give);
    else
        impl_->lines.feed(bytes, give);
}

void candle_record_reader::finish()
{
    if (impl_->what.from != format::json)
        impl_->lines.finish([this](const piece& p) { impl_->give(p); });
    else if (!impl_->records.is_complete())
        impl_->complain(1, "the text is cut off");
}

}  // namespace tickertape::transfer
