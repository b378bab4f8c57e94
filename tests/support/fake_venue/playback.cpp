#include "support/fake_venue/playback.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <stdexcept>

namespace fake_venue {

struct playback::field {
    std::string_view key;
    slot meaning;
};

namespace {

constexpr std::size_t remembered = std::size_t{1} << 20U;
constexpr double tick = 0.01;

struct value_place {
    std::size_t begin;
    std::size_t end;
};

// Where the text of the string, or the number, at `key` stands in a line. None: there is neither.
std::optional<value_place> find_value(std::string_view line, std::string_view key)
{
    const auto name = std::string{"\""}.append(key).append("\"");
    const auto at = line.find(name);
    auto begin = at == line.npos ? at : line.find_first_not_of(": ", at + name.size());
    if (begin == line.npos)
        return std::nullopt;
    const bool is_text = line[begin] == '"';
    begin += is_text ? 1 : 0;
    const auto end =
        is_text ? line.find('"', begin) : line.find_first_not_of("-+.eE0123456789", begin);
    if (end == line.npos || end == begin)
        return std::nullopt;
    return value_place{begin, end};
}

}  // namespace

std::span<const playback::field> playback::fields_of(const std::string& venue)
{
    // A time is a sequence number that is behind none there has been, recorded or not.
    static constexpr std::array coinbase{
        field{"product_id", slot::name}, field{"price", slot::price},
        field{"best_bid", slot::bid},    field{"best_ask", slot::ask},
        field{"time", slot::iso},        field{"sequence", slot::unix_us}};
    static constexpr std::array kraken{
        field{"symbol", slot::name}, field{"last", slot::price}, field{"bid", slot::bid},
        field{"ask", slot::ask}, field{"timestamp", slot::iso}};
    static constexpr std::array binance{field{"stream", slot::name}, field{"s", slot::name},
                                        field{"c", slot::price},     field{"p", slot::price},
                                        field{"b", slot::bid},       field{"a", slot::ask},
                                        field{"E", slot::unix_ms},   field{"T", slot::unix_ms}};
    static constexpr std::array bitstamp{
        field{"channel", slot::name}, field{"price", slot::price}, field{"price_str", slot::price},
        field{"timestamp", slot::unix_s}, field{"microtimestamp", slot::unix_us}};
    if (venue == "coinbase")
        return coinbase;
    if (venue == "kraken")
        return kraken;
    if (venue == "binance")
        return binance;
    if (venue == "bitstamp")
        return bitstamp;
    throw std::runtime_error{"no socket there: " + venue};
}

std::optional<playback::shape>
playback::shape_of(std::string_view line, std::span<const field> fields)
{
    std::vector<std::pair<value_place, slot>> places;
    for (const auto& f : fields)
        if (const auto at = find_value(line, f.key))
            places.emplace_back(*at, f.meaning);
    const auto has = [&](slot s) {
        return std::ranges::any_of(places, [s](const auto& p) { return p.second == s; });
    };
    if (!has(slot::name) || !has(slot::price))
        return std::nullopt;
    std::ranges::sort(places, {}, [](const auto& p) { return p.first.begin; });
    shape made;
    std::size_t from = 0;
    for (const auto& [place, meaning] : places) {
        made.push_back({std::string{line.substr(from, place.begin - from)}, meaning});
        from = place.end;
    }
    made.push_back({std::string{line.substr(from)}, slot::none});
    return made;
}

playback::playback(const std::string& venue, playback_settings settings)
    : settings_{std::move(settings)}, venue_{venue},
      sent_at_(std::clamp<std::size_t>(settings_.messages, 1, remembered))
{
    std::ifstream file{settings_.file};
    if (!file)
        throw std::runtime_error{"cannot read " + settings_.file};
    // The kind that is subscribed to; of Binance also trades, but those in candles.
    const std::string_view kind = venue == "bitstamp"  ? "\"trade\""
                                  : venue == "binance" ? "\"e\""
                                                       : "ticker";
    for (std::string line; std::getline(file, line);) {
        if (line.find(kind) == std::string::npos || line.find("@kline") != std::string::npos)
            continue;
        if (auto made = shape_of(line, fields_of(venue)))
            shapes_.push_back(std::move(*made));
    }
    if (shapes_.empty())
        throw std::runtime_error{"no prices of " + venue + " in " + settings_.file};
}

void playback::write(const part& one, const subscription& to, double price, wall_time now)
{
    text_ += one.before;
    switch (one.then) {
    case slot::none:
        return;
    case slot::name:
        // Binance's "btcusdt@ticker" is BTCUSDT within the message.
        text_ += venue_ == "binance" && one.before.ends_with("\"s\":\"")
                     ? upper(to.name.substr(0, to.name.find('@')))
                     : to.name;
        return;
    case slot::price:
        return append_decimal(text_, price, 2);
    case slot::bid:
        return append_decimal(text_, price - tick, 2);
    case slot::ask:
        return append_decimal(text_, price + tick, 2);
    case slot::iso:
        return append_iso(text_, now, 6);
    case slot::unix_s:
        text_ += std::to_string(unix_ms(now) / 1000);
        return;
    case slot::unix_ms:
        text_ += std::to_string(unix_ms(now));
        return;
    case slot::unix_us:
        text_ += std::to_string(now.time_since_epoch().count());
        return;
    }
}

std::string_view playback::next(std::span<const subscription> to)
{
    const auto now = wall_now();
    const auto& about = to[sent_ % to.size()];
    text_.clear();
    for (const auto& one : shapes_[sent_ % shapes_.size()])
        write(one, about, price_of(sent_), now);
    sent_at_[sent_ % sent_at_.size()] =
        std::chrono::nanoseconds{std::chrono::steady_clock::now().time_since_epoch()}.count();
    ++sent_;
    return text_;
}

std::optional<std::int64_t> playback::sent_at_ns(std::uint64_t sequence) const
{
    if (sequence >= sent_ || sequence + sent_at_.size() < sent_)
        return std::nullopt;
    return sent_at_[sequence % sent_at_.size()];
}

}  // namespace fake_venue
