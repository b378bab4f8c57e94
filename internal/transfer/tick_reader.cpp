#include "transfer/tick_reader.hpp"

#include "core/symbol.hpp"
#include "core/text.hpp"
#include "core/timestamp.hpp"
#include "transfer/csv.hpp"
#include "transfer/splitter.hpp"
#include "transfer/words.hpp"
#include "json/fields.hpp"
#include "json/reader.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <variant>

namespace tickertape::transfer {
namespace {

// A record or the reason why it is none.
using outcome = std::variant<record, std::string>;

// The texts of a tick's fields; empty: it has none.
struct fields {
    std::string symbol;
    std::string timestamp;
    std::string source;
    std::string id;
};

// Unix seconds until the year 5138; a larger number is milliseconds.
constexpr double seconds_max = 1e11;

outcome record_of(const fields& f, price value, const tick_reader::defaults& otherwise)
{
    const auto& named = f.symbol.empty() ? otherwise.symbol : f.symbol;
    if (named.empty())
        return std::string{"no symbol"};
    const auto symbol = normalized_symbol(named);
    if (!symbol)
        return quoted(named) + " is no symbol; accepted: two names with a dash, such as BTC-USD";
    if (f.timestamp.empty())
        return std::string{"no timestamp"};
    const auto at = parse_timestamp(f.timestamp);
    if (!at || at->time_since_epoch().count() == 0)
        return quoted(f.timestamp) + " is no time; accepted: Unix seconds, RFC 3339";
    record r{*symbol, value, *at, f.source.empty() ? otherwise.source : f.source, {}};
    if (const auto why = wrong_with_source(r.source); !why.empty())
        return std::string{why};
    if (f.id.empty())
        return r;
    const auto id = position::parse(f.id);
    if (!id)
        return quoted(f.id) + " is no id; accepted: 1712525476123-0";
    // Streams say whole seconds.
    const bool is_whole = r.at == std::chrono::floor<std::chrono::seconds>(r.at);
    if (id->time() != r.at &&
        !(is_whole && std::chrono::floor<std::chrono::seconds>(id->time()) == r.at))
        return "the id " + quoted(f.id) + " and the timestamp differ";
    r.id = *id;
    r.at = id->time();
    return r;
}

// A time as a JSON number, as text that parse_timestamp() reads.
std::string text_of_number(double value)
{
    if (!(value > 0) || value > seconds_max * 1000)
        return "-";
    const auto ms = std::llround(value < seconds_max ? value * 1000 : value);
    auto decimals = std::to_string(ms % 1000);
    return std::to_string(ms / 1000) + '.' + decimals.insert(0, 3 - decimals.size(), '0');
}

}  // namespace

struct tick_reader::impl {
    format from;
    defaults otherwise;
    on_tick take;
    on_bad complain;
    line_splitter lines{};
    record_splitter records{};
    json::reader json{};
    // Of a CSV: the place of each column; empty until the heading has been read.
    std::map<std::string, std::size_t, std::less<>> columns{};
    bool is_refused = false;  // a heading that is none: one complaint is enough
    bool is_first = true;

    void give(const piece& p);
    outcome parse_json(std::string_view text);
    outcome parse_csv(std::string_view text);
    outcome parse_bitcoincharts(std::string_view text);
    std::string read_heading(std::string_view text);
};

outcome tick_reader::impl::parse_json(std::string_view text)
{
    const auto value = json.read(text);
    if (!value || !value->is_object())
        return std::string{"no JSON object"};
    fields f;
    const auto text_at = [&](std::string_view name) {
        return std::string{json::text_in(json::member(&*value, name)).value_or("")};
    };
    f.symbol = text_at("symbol");
    f.source = text_at("source");
    f.id = text_at("id");
    f.timestamp = text_at("timestamp");
    const auto* at = json::member(&*value, "timestamp");
    if (at != nullptr && at->is_number())
        f.timestamp = text_of_number(json::number_in(*at).value_or(0));
    const auto* amount = json::member(&*value, "price");
    if (amount == nullptr)
        return std::string{"no price"};
    const auto paid = json::price_in(amount, "price");
    if (!paid)
        return std::string{"the price is no number above zero"};
    return record_of(f, *paid, otherwise);
}

// Returns what is wrong with it.
std::string tick_reader::impl::read_heading(std::string_view text)
{
    const auto names = parse_csv_line(text);
    for (std::size_t i = 0; names && i < names->size(); ++i)
        columns.emplace(lower_case(trimmed((*names)[i])), i);
    const auto has = [this](std::string_view name) { return columns.find(name) != columns.end(); };
    if (has("timestamp") && has("price") && (has("symbol") || !otherwise.symbol.empty()))
        return {};
    columns.clear();
    is_refused = true;
    return "the first line has to name the columns timestamp, price and symbol (or give --symbol); "
           "accepted besides: source, id. A file of Bitcoincharts has no such line: --format "
           "bitcoincharts";
}

outcome tick_reader::impl::parse_csv(std::string_view text)
{
    const auto values = parse_csv_line(text);
    if (!values)
        return std::string{"quotes or commas are not those of CSV"};
    const auto value_of = [&](std::string_view name) {
        const auto at = columns.find(name);
        return at == columns.end() || at->second >= values->size()
                   ? std::string{}
                   : std::string{trimmed((*values)[at->second])};
    };
    const auto paid = price::parse(value_of("price"));
    if (!paid)
        return quoted(value_of("price")) + " is no price above zero";
    return record_of(
        {value_of("symbol"), value_of("timestamp"), value_of("source"), value_of("id")}, *paid,
        otherwise);
}

outcome tick_reader::impl::parse_bitcoincharts(std::string_view text)
{
    const auto values = parse_csv_line(text);
    if (!values || values->size() != 3)
        return std::string{"not of the form unix,price,amount"};
    const auto paid = price::parse((*values)[1]);
    if (!paid)
        return quoted((*values)[1]) + " is no price above zero";
    return record_of({{}, (*values)[0], {}, {}}, *paid, otherwise);
}

void tick_reader::impl::give(const piece& p)
{
    if (p.is_too_long) {
        complain(p.line, "longer than 65536 bytes");
        return;
    }
    auto text = p.text;
    if (std::exchange(is_first, false) && text.starts_with(byte_order_mark))
        text.remove_prefix(byte_order_mark.size());
    if (trimmed(text).empty() || is_refused)
        return;
    if (from == format::csv && columns.empty()) {
        if (const auto why = read_heading(text); !why.empty())
            complain(p.line, why);
        return;
    }
    auto read = from == format::csv             ? parse_csv(text)
                : from == format::bitcoincharts ? parse_bitcoincharts(text)
                                                : parse_json(text);
    if (auto* r = std::get_if<record>(&read))
        take(p.line, std::move(*r));
    else
        complain(p.line, std::get<std::string>(read));
}

tick_reader::tick_reader(format from, defaults otherwise, on_tick take, on_bad complain)
    : impl_{new impl{from, std::move(otherwise), std::move(take), std::move(complain)}}
{
}

tick_reader::~tick_reader() = default;

void tick_reader::feed(std::string_view bytes)
{
    const auto give = [this](const piece& p) { impl_->give(p); };
    if (impl_->from == format::json)
        impl_->records.feed(bytes, give);
    else
        impl_->lines.feed(bytes, give);
}

void tick_reader::finish()
{
    if (impl_->from != format::json) {
        impl_->lines.finish([this](const piece& p) { impl_->give(p); });
        return;
    }
    const auto frame = impl_->json.read(impl_->records.frame());
    const auto version = frame ? json::integer_in(json::member(&*frame, "version")) : std::nullopt;
    const auto* records = frame ? json::member(&*frame, "records") : nullptr;
    if (!impl_->records.is_complete() || version != 1 || records == nullptr || !records->is_array())
        impl_->complain(1, "not of the form {\"version\":1,\"records\":[...]}, or cut off");
}

}  // namespace tickertape::transfer
