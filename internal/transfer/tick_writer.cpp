#include "transfer/tick_writer.hpp"

#include "transfer/csv.hpp"
#include "json/json_text.hpp"

#include <cassert>

namespace tickertape::transfer {
namespace {

// Unix seconds with three decimals.
std::string seconds_of(wall_time at)
{
    const auto ms = at.time_since_epoch().count();
    auto decimals = std::to_string(ms % 1000);
    return std::to_string(ms / 1000) + '.' + decimals.insert(0, 3 - decimals.size(), '0');
}

std::string object_of(const record& r)
{
    json::object o;
    o.json("timestamp", seconds_of(r.at))
        .text("symbol", r.symbol)
        .value("price", r.value)
        .text("source", r.source);
    if (r.id)
        o.text("id", r.id->text());
    return std::move(o).done();
}

}  // namespace

tick_writer::tick_writer(format to) : format_{to}
{
    assert(to != format::bitcoincharts);
}

void tick_writer::begin(std::string& to) const
{
    if (format_ == format::csv)
        to += "timestamp,symbol,price,source,id\n";
    else if (format_ == format::json)
        to += "{\"version\":1,\"records\":[";
}

void tick_writer::add(std::string& to, const record& r)
{
    if (format_ == format::json)
        to += is_first_ ? "\n" : ",\n";
    is_first_ = false;
    if (format_ != format::csv) {
        to += object_of(r);
        if (format_ == format::jsonl)
            to += '\n';
        return;
    }
    to.append(seconds_of(r.at)).append(",").append(r.symbol).append(",").append(r.value.text());
    to += ',';
    append_csv_field(to, r.source);
    to += ',';
    if (r.id)
        to += r.id->text();
    to += '\n';
}

void tick_writer::end(std::string& to) const
{
    if (format_ == format::json)
        to += is_first_ ? "]}\n" : "\n]}\n";
}

}  // namespace tickertape::transfer
