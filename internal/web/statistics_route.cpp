// GET /api/prices/{symbol}/stats: what the prices of a range amount to.
#include "web/history_answers.hpp"

#include "core/timestamp.hpp"
#include "series/averages.hpp"
#include "web/answer_limits.hpp"
#include "web/parameters.hpp"
#include "web/problems.hpp"
#include "json/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <vector>

namespace tickertape::web {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds window_usual{std::chrono::days{1}};

// An exponential average remembers what it began with: after that many periods next to nothing.
constexpr std::size_t periods_before = 4;

struct averages_request {
    series::interval of{};
    std::vector<std::size_t> simple{};
    std::vector<std::size_t> exponential{};
    std::vector<std::size_t> bands{};

    std::size_t count() const { return simple.size() + exponential.size() + bands.size(); }
    std::size_t longest() const
    {
        std::size_t most = 0;
        for (const auto& periods : {simple, exponential, bands})
            for (const auto period : periods)
                most = std::max(most, period);
        return most;
    }
};

struct statistics_request {
    asked_range range{};
    bool with_histogram = false;
    averages_request averages{};
};

// "24h", "30m", "7d" or whole seconds: the span up to `until`.
std::variant<asked_range, http::problem>
read_window(const http::request_target& target, asked_range range)
{
    const auto given = target.parameter("window");
    if (given && range.has_begin)
        return http::bad_parameter(
            "window", "since and window both say where to begin", "one of the two");
    auto window = window_usual;
    if (given) {
        constexpr std::size_t seconds_max = 3'155'760'000;  // 100 years
        const auto count = parse_count(*given, seconds_max);
        const auto back = parse_span_back("-" + std::string{*given});
        if (!count && (!back || *back < seconds{1}))
            return http::bad_parameter(
                "window", http::quoted(*given) + " is not a span of time",
                "whole seconds, or a span such as 30m, 24h or 7d");
        window = count ? seconds{static_cast<std::int64_t>(*count)} : *back;
    }
    if (!range.has_begin)
        range.from = std::max(range.until - window, wall_time{});
    return range;
}

// "20,50"
std::variant<std::vector<std::size_t>, http::problem>
read_periods(const http::request_target& target, std::string_view name)
{
    std::vector<std::size_t> periods;
    const auto given = target.parameter(name);
    if (!given)
        return periods;
    std::string_view rest = *given;
    for (;;) {
        const auto comma = rest.find(',');
        const auto period = parse_count(rest.substr(0, comma), average_period_max);
        if (!period)
            return http::bad_parameter(
                name, http::quoted(*given) + " are not numbers of candles",
                "whole numbers from 1 to " + std::to_string(average_period_max) +
                    ", with commas between");
        if (std::ranges::find(periods, *period) == periods.end())
            periods.push_back(*period);
        if (periods.size() > averages_max)
            return http::bad_parameter(
                name, "too many averages for one answer",
                "at most " + std::to_string(averages_max) + " in all");
        if (comma == std::string_view::npos)
            return periods;
        rest.remove_prefix(comma + 1);
    }
}

// The buckets that a range touches.
std::size_t buckets_of(series::interval of, const asked_range& range)
{
    if (range.until <= range.from)
        return 0;
    const auto last = series::bucket_open(of, range.until - milliseconds{1});
    return static_cast<std::size_t>(
        (last - series::bucket_open(of, range.from)) / series::length(of) + 1);
}

http::problem
too_many_candles(std::size_t count, const averages_request& asked, const asked_range& range)
{
    std::string accepted = "a shorter range";
    for (const auto of : series::intervals)
        if (buckets_of(of, range) <= average_candles_max) {
            accepted = std::string{series::text(of)} + " or longer, or a shorter range";
            break;
        }
    return http::bad_parameter(
        "interval",
        "the range has " + std::to_string(count) + " candles of " +
            std::string{series::text(asked.of)} + "; averages are taken over " +
            std::to_string(average_candles_max) + " at most",
        accepted);
}

std::variant<averages_request, http::problem>
read_averages(const http::request_target& target, const asked_range& range)
{
    auto of = read_interval(target);
    if (auto* bad = std::get_if<http::problem>(&of))
        return std::move(*bad);
    averages_request asked{.of = std::get<0>(of)};
    for (const auto& [name, to] :
         {std::pair{"sma", &asked.simple}, {"ema", &asked.exponential}, {"band", &asked.bands}}) {
        auto periods = read_periods(target, name);
        if (auto* bad = std::get_if<http::problem>(&periods))
            return std::move(*bad);
        *to = std::get<0>(std::move(periods));
        if (asked.count() > averages_max)
            return http::bad_parameter(
                name, "too many averages for one answer",
                "at most " + std::to_string(averages_max) + " in all");
    }
    if (asked.count() == 0) {
        if (target.parameter("interval"))
            return http::bad_parameter(
                "interval", "interval says of which candles averages are taken, and none is asked",
                "sma, ema or band beside it");
        return asked;
    }
    if (const auto count = buckets_of(asked.of, range); count > average_candles_max)
        return too_many_candles(count, asked, range);
    return asked;
}

std::variant<statistics_request, http::problem>
read_statistics_request(const http::request& r, const tape::tapes& from)
{
    static constexpr std::array<std::string_view, 8> known_names{
        "since", "until", "window", "histogram", "interval", "sma", "ema", "band"};
    if (auto wrong = wrong_parameters(r.url, known_names))
        return *std::move(wrong);
    auto range = read_range(r.url, from, r.now);
    if (auto* bad = std::get_if<http::problem>(&range))
        return std::move(*bad);
    auto windowed = read_window(r.url, std::get<0>(range));
    if (auto* bad = std::get_if<http::problem>(&windowed))
        return std::move(*bad);
    auto histogram = read_flag(r.url, "histogram", false);
    if (auto* bad = std::get_if<http::problem>(&histogram))
        return std::move(*bad);
    auto averages = read_averages(r.url, std::get<0>(windowed));
    if (auto* bad = std::get_if<http::problem>(&averages))
        return std::move(*bad);
    return statistics_request{
        std::get<0>(windowed), std::get<bool>(histogram), std::get<0>(std::move(averages))};
}

std::string drawdown_object(const series::drawdown& fall)
{
    json::object o;
    o.real("percent", fall.percent).time("from", fall.from).time("to", fall.to);
    return std::move(o).done();
}

std::string trend_object(const series::trend& t)
{
    json::object o;
    o.text("direction", series::text(t.towards)).real("slope_per_day", t.slope_per_day);
    o.real("rise_percent", t.rise_percent).real("r2", t.r2);
    return std::move(o).done();
}

void append_figures(json::object& to, const series::statistics& f)
{
    to.number("count", static_cast<std::int64_t>(f.count));
    to.value("first", f.first).value("last", f.last).value("min", f.min).value("max", f.max);
    to.real("mean", f.mean).real("median", f.median);
    to.real("standard_deviation", f.standard_deviation);
    to.real("change", f.change).real("change_percent", f.change_percent);
    to.real("volatility_percent", f.volatility_percent);
    to.json("largest_drawdown", f.largest_drawdown ? drawdown_object(*f.largest_drawdown) : "null");
    to.json("trend", f.trend ? trend_object(*f.trend) : "null");
}

// There is no price in the range.
void append_no_figures(json::object& to)
{
    to.number("count", 0);
    for (const auto* name :
         {"first", "last", "min", "max", "mean", "median", "standard_deviation", "change",
          "change_percent", "volatility_percent", "largest_drawdown", "trend"})
        to.null(name);
}

std::string histogram_object(const series::histogram& h)
{
    // Numbers alone, so that there is nothing to escape.
    const auto listed = [](const auto& values, auto&& append) {
        std::string text{"["};
        for (const auto& value : values) {
            text += text.size() > 1 ? "," : "";
            append(text, value);
        }
        return text + "]";
    };
    json::object o;
    o.json("edges", listed(h.edges, [](std::string& to, double edge) {
               to += price::from(edge) ? price::from(edge)->text() : "0";
           }));
    o.json("counts", listed(h.counts, [](std::string& to, std::uint64_t n) {
               to += std::to_string(n);
           }));
    return std::move(o).done();
}

void append_real(std::string& to, std::string_view name, double value)
{
    std::array<char, 32> digits;  // of the longest there are 24
    to += name;
    to.append(digits.data(), std::to_chars(digits.begin(), digits.end(), value).ptr);
}

void append_value(std::string& to, double value)
{
    append_real(to, ",\"value\":", value);
}

void append_value(std::string& to, const series::band& value)
{
    append_real(to, ",\"lower\":", value.lower);
    append_real(to, ",\"middle\":", value.middle);
    append_real(to, ",\"upper\":", value.upper);
}

// One line of an average: the points from `from` on. In place, as the rows of a history.
template <class Value>
std::string line_of(
    std::span<const series::candle> candles,
    const result<std::vector<std::optional<Value>>>& values, wall_time from)
{
    std::string text;
    for (std::size_t i = 0; values && i < candles.size(); ++i) {
        if (!(*values)[i] || candles[i].opens < from)
            continue;
        text += text.empty() ? "[{\"time\":" : ",{\"time\":";
        text += std::to_string(candles[i].opens.time_since_epoch().count());
        append_value(text, *(*values)[i]);
        text += '}';
    }
    return text += text.empty() ? "[]" : "]";
}

// {"20":[{"time":…,"value":…},…],"50":[…]} of each kind that was asked for.
void append_averages(
    json::object& to, const averages_request& asked, std::span<const series::candle> candles,
    wall_time from)
{
    const auto append_kind = [&](std::string_view name, const std::vector<std::size_t>& periods,
                                 auto&& average) {
        if (periods.empty())
            return;
        json::object kind;
        for (const auto period : periods)
            kind.json(std::to_string(period), line_of(candles, average(period), from));
        to.json(name, std::move(kind).done());
    };
    append_kind("sma", asked.simple, [&](std::size_t period) {
        return series::simple_average(candles, period);
    });
    append_kind("ema", asked.exponential, [&](std::size_t period) {
        return series::exponential_average(candles, period);
    });
    append_kind(
        "band", asked.bands, [&](std::size_t period) { return series::bands(candles, period); });
}

http::response answer_with(
    const site& s, const http::request& r, symbol_id id, const statistics_request& wanted,
    const series::statistics_answer& found, const std::optional<series::candle_answer>& closes)
{
    json::object o;
    o.text("symbol", s.prices.symbols().name(id));
    o.time("from", wanted.range.from).time("until", wanted.range.until);
    o.text("of", found.closes_of ? series::text(*found.closes_of) : "ticks");
    if (found.figures)
        append_figures(o, *found.figures);
    else
        append_no_figures(o);
    o.json("gaps", gaps_array(found.holes));
    if (wanted.with_histogram)
        o.json("histogram", found.prices ? histogram_object(*found.prices) : "null");
    if (closes) {
        std::vector<series::candle> candles;
        candles.reserve(closes->candles.size());
        for (const auto& c : closes->candles)
            candles.push_back(c.value);
        o.text("interval", series::text(wanted.averages.of));
        append_averages(o, wanted.averages, candles, wanted.range.from);
    }
    return tagged_json(std::move(o).done(), r);
}

boost::asio::awaitable<http::answer> statistics(const site& s, const http::request& r)
{
    const auto& name = r.captured[0];
    const auto id = s.prices.symbols().find(name);
    if (!id)
        co_return http::to_response(unknown_symbol(name, s.prices.symbols()));
    const auto read = read_statistics_request(r, s.prices);
    if (const auto* bad = std::get_if<http::problem>(&read))
        co_return http::to_response(*bad);
    if (s.history == nullptr)
        co_return http::to_response(no_history(s));
    const auto& wanted = std::get<statistics_request>(read);
    const auto found = co_await ask(
        *s.history, series::statistics_query{
                        .symbol = *id,
                        .from = wanted.range.from,
                        .until = wanted.range.until,
                        .with_histogram = wanted.with_histogram});
    if (!found)
        co_return refusal_of(found.error());
    std::optional<series::candle_answer> closes;
    const auto& averages = wanted.averages;
    if (averages.count() > 0) {
        // The newest before the end, and so many more that the first of the range have theirs.
        auto candles = co_await ask(
            *s.history, series::candle_query{
                            .symbol = *id,
                            .of = averages.of,
                            .from = wall_time{},
                            .until = wanted.range.until,
                            .candles_max = buckets_of(averages.of, wanted.range) +
                                           periods_before * averages.longest(),
                            .first = series::end::newest,
                            .with_forming = false});
        if (!candles)
            co_return refusal_of(candles.error());
        closes = std::move(*candles);
    }
    co_return answer_with(s, r, *id, wanted, *found, closes);
}

}  // namespace

void add_statistics_route(http::router& to, const site& of)
{
    to.add(http::route{
        .pattern = "/api/prices/{}/stats",
        .handle =
            http::waiting_handler{
                [of](const http::request& r) -> boost::asio::awaitable<http::answer> {
                    return statistics(of, r);
                }},
        .about = "statistics of one symbol: since, until, window, histogram; interval, sma, ema, "
                 "band"});
}

}  // namespace tickertape::web
