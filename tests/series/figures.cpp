// Prints what this room makes of recorded history, for reference.py to compare: a JSON object a
// line, {"of":"trades","figure":"mean","value":10826.1}.
//
//   series_figures FOLDER     of the recorded histories
//
// Numbers have 17 digits, so that they are read back as the double they were.
#include "series/averages.hpp"
#include "series/candle.hpp"
#include "series/candle_builder.hpp"
#include "series/histogram.hpp"
#include "series/statistics.hpp"

#include <charconv>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

using namespace tickertape;
using namespace tickertape::series;

namespace {

std::vector<std::vector<std::string>> rows_of(const std::string& path)
{
    std::ifstream file{path};
    if (!file)
        throw std::runtime_error{"cannot read " + path};
    std::vector<std::vector<std::string>> rows;
    std::string line;
    std::getline(file, line);  // the names of the columns
    while (std::getline(file, line)) {
        auto& row = rows.emplace_back();
        std::istringstream fields{line};
        for (std::string field; std::getline(fields, field, ',');)
            row.push_back(field);
    }
    return rows;
}

std::string shown(double value)
{
    char text[32];
    return {text, static_cast<std::size_t>(std::snprintf(text, sizeof text, "%.17g", value))};
}

std::string shown(const std::optional<double>& value)
{
    return value ? shown(*value) : "null";
}

std::string shown(std::string_view text)
{
    return "\"" + std::string{text} + "\"";
}

std::string shown(wall_time at)
{
    return std::to_string(at.time_since_epoch().count());
}

template <class T, class Text>
std::string list_of(const std::vector<T>& all, Text text)
{
    std::string out = "[";
    for (const T& one : all)
        out += (out.size() > 1 ? "," : "") + text(one);
    return out + "]";
}

std::string shown(const std::vector<candle>& candles)
{
    return list_of(candles, [](const candle& c) {
        return "[" + std::to_string(c.opens.time_since_epoch().count()) + "," +
               shown(c.open.value()) + "," + shown(c.high.value()) + "," + shown(c.low.value()) +
               "," + shown(c.close.value()) + "," + std::to_string(c.ticks) + "]";
    });
}

std::string shown(const std::vector<std::optional<double>>& values)
{
    return list_of(values, [](const auto& value) { return shown(value); });
}

class printer {
public:
    explicit printer(std::string of) : of_{std::move(of)} {}

    void say(const std::string& figure, const std::string& value) const
    {
        std::printf(
            "{\"of\":\"%s\",\"figure\":\"%s\",\"value\":%s}\n", of_.c_str(), figure.c_str(),
            value.c_str());
    }

private:
    std::string of_;
};

void print_statistics(const printer& out, const std::vector<point>& points)
{
    const auto s = describe(points).value();
    out.say("count", std::to_string(s.count));
    out.say("first", shown(s.first.value()));
    out.say("last", shown(s.last.value()));
    out.say("min", shown(s.min.value()));
    out.say("max", shown(s.max.value()));
    out.say("mean", shown(s.mean));
    out.say("median", shown(s.median));
    out.say("standard_deviation", shown(s.standard_deviation));
    out.say("change", shown(s.change));
    out.say("change_percent", shown(s.change_percent));
    out.say("volatility_percent", shown(s.volatility_percent));
    const auto& fall = s.largest_drawdown.value();
    out.say("drawdown_percent", shown(fall.percent));
    out.say("drawdown_from", shown(fall.from));
    out.say("drawdown_to", shown(fall.to));
    out.say("trend", shown(text(s.trend.value().towards)));
    out.say("slope_per_day", shown(s.trend->slope_per_day));
    out.say("rise_percent", shown(s.trend->rise_percent));
    out.say("r2", shown(s.trend->r2));

    const auto h = histogram_of(points).value();
    out.say("histogram_edges", list_of(h.edges, [](double e) { return shown(e); }));
    out.say("histogram_counts", list_of(h.counts, [](auto n) { return std::to_string(n); }));
}

void print_averages(const printer& out, const std::vector<candle>& candles)
{
    for (const std::size_t period : {1U, 7U, 20U, 50U}) {
        const auto of = std::to_string(period);
        out.say("sma_" + of, shown(simple_average(candles, period).value()));
        out.say("ema_" + of, shown(exponential_average(candles, period).value()));
        const auto all = bands(candles, period).value();
        std::vector<std::optional<double>> lower;
        std::vector<std::optional<double>> upper;
        for (const auto& one : all) {
            lower.push_back(one ? std::optional{one->lower} : std::nullopt);
            upper.push_back(one ? std::optional{one->upper} : std::nullopt);
        }
        out.say("band_lower_" + of, shown(lower));
        out.say("band_upper_" + of, shown(upper));
    }
}

// All that is rolled up of these candles, step by step.
void print_roll_ups(const printer& out, interval from, std::vector<candle> candles)
{
    std::map<interval, std::vector<candle>> rolled;
    rolled[from] = std::move(candles);
    for (const interval of : intervals) {
        const auto finer = finer_of(of);
        if (finer && rolled.contains(*finer))
            rolled[of] = rolled_up(rolled[*finer], *finer, of);
        if (rolled.contains(of))
            out.say("candles_" + std::string{text(of)}, shown(rolled[of]));
    }
}

// An hour of trades: irregular ticks, two of them at one time.
void print_trades(const std::string& path)
{
    const printer out{"trades"};
    std::vector<point> points;
    std::vector<candle> minutes;
    candle_builder builder;
    std::uint64_t counter = 0;
    for (const auto& row : rows_of(path)) {
        const wall_time at{std::chrono::milliseconds{std::stoll(row.at(0))}};
        const price value = price::parse(row.at(1)).value();
        counter = !points.empty() && points.back().at == at ? counter + 1 : 0;
        points.push_back({at, value});
        const position place{static_cast<std::uint64_t>(at.time_since_epoch().count()), counter};
        if (const auto closed = builder.take(place, value))
            minutes.push_back(*closed);
    }
    const auto end = points.back().at + std::chrono::minutes{10};
    if (const auto closed = builder.advance(end))
        minutes.push_back(*closed);

    print_statistics(out, points);
    print_averages(out, minutes);
    out.say(
        "filled_1m", shown(filled(
                               minutes, interval::m1,
                               {points.front().at - std::chrono::minutes{10}, end}, fill::previous)
                               .value()));
    print_roll_ups(out, interval::m1, std::move(minutes));
}

// Five weeks of hours, among them 2020-03-12: one point each, at the hour's end.
void print_hours(const std::string& path)
{
    const printer out{"hours"};
    std::vector<candle> hours;
    std::vector<point> closes;
    for (const auto& row : rows_of(path)) {
        const auto part = [&](std::size_t i) { return price::parse(row.at(i)).value(); };
        const candle_time opens{std::chrono::seconds{std::stoll(row.at(0))}};
        hours.push_back({opens, part(1), part(2), part(3), part(4), 1 + hours.size() % 5});
        closes.push_back({end_of(interval::h1, opens), part(4)});
    }
    print_statistics(out, closes);
    print_averages(out, hours);
    print_roll_ups(out, interval::h1, std::move(hours));
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fputs("usage: series_figures FOLDER\n", stderr);
        return 2;
    }
    try {
        const std::string folder = argv[1];
        print_trades(folder + "/btc_usd_trades.kraken.2019-07-01T00h.csv");
        print_hours(folder + "/btc_usd_1h.bitstamp.2020-03.csv");
    } catch (const std::exception& e) {
        std::fprintf(stderr, "series_figures: %s\n", e.what());
        return 1;
    }
    return 0;
}
