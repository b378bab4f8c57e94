#include "candles/candle_text.hpp"

#include "json/json_text.hpp"

#include <array>

namespace tickertape::candles {
namespace {

void append_price(std::string& to, std::string_view name, price p)
{
    std::array<char, price::text_bytes_max> digits;
    to += name;
    to.append(digits.data(), p.write(digits.data()));
}

}  // namespace

// In place, as the rows of a history: answers have thousands.
void append_members(std::string& to, const series::kept_candle& c)
{
    const auto& v = c.value;
    to += "\"time\":";
    to += std::to_string(v.opens.time_since_epoch().count());
    append_price(to, ",\"open\":", v.open);
    append_price(to, ",\"high\":", v.high);
    append_price(to, ",\"low\":", v.low);
    append_price(to, ",\"close\":", v.close);
    to += ",\"ticks\":";
    to += std::to_string(v.ticks);
    to += c.is_forming || v.overlaps_hole ? ",\"complete\":false" : ",\"complete\":true";
    if (c.is_forming)
        to += ",\"forming\":true";
    if (v.overlaps_hole)
        to += ",\"gap\":true";
    if (!c.source.empty()) {
        to += ",\"source\":";
        json::append_string(to, c.source);
    }
}

void append_event_data(
    std::string& to, std::string_view symbol, series::interval of, const series::kept_candle& c)
{
    to += "{\"symbol\":\"";
    to += symbol;
    to += "\",\"interval\":\"";
    to += series::text(of);
    to += "\",";
    append_members(to, c);
    to += '}';
}

}  // namespace tickertape::candles
