// GET /api/prices/{symbol}/candles.
//
// Measured: an answer of candles_max candles is 570 KB of text, which takes the lane 2 ms.
#include "web/history_answers.hpp"

#include "candles/candle_text.hpp"
#include "core/text.hpp"
#include "web/answer_limits.hpp"
#include "web/parameters.hpp"
#include "web/problems.hpp"
#include "json/json_text.hpp"

#include <algorithm>
#include <array>

namespace tickertape::web {
namespace {

using series::candle_time;

constexpr std::size_t candle_bytes_usual = 128;
constexpr std::size_t around_candles_bytes = 512;

struct candle_request {
    symbol_id symbol{};
    series::interval of{};
    asked_range range{};
    std::size_t limit = candles_usual;
    series::fill empty = series::fill::none;
    bool with_forming = true;
};

std::variant<candle_request, http::problem>
read_candle_request(const http::request& r, const tape::tapes& from)
{
    static constexpr std::array<std::string_view, 6> known_names{"interval", "since", "until",
                                                                 "limit",    "fill",  "forming"};
    if (auto wrong = wrong_parameters(r.url, known_names))
        return *std::move(wrong);
    candle_request wanted;
    auto of = read_interval(r.url);
    if (auto* bad = std::get_if<http::problem>(&of))
        return std::move(*bad);
    auto range = read_range(r.url, from, r.now);
    if (auto* bad = std::get_if<http::problem>(&range))
        return std::move(*bad);
    auto forming = read_flag(r.url, "forming", true);
    if (auto* bad = std::get_if<http::problem>(&forming))
        return std::move(*bad);
    if (const auto given = r.url.parameter("limit")) {
        const auto limit = parse_count(*given, candles_max);
        if (!limit)
            return http::bad_parameter(
                "limit", http::quoted(*given) + " is not a number of candles",
                "a whole number from 1 to " + std::to_string(candles_max));
        wanted.limit = *limit;
    }
    if (const auto given = r.url.parameter("fill")) {
        if (*given != "none" && *given != "previous")
            return http::bad_parameter(
                "fill", http::quoted(*given) + " is no way to fill empty candles",
                "none, previous");
        wanted.empty = *given == "none" ? series::fill::none : series::fill::previous;
    }
    wanted.of = std::get<0>(of);
    wanted.range = std::get<0>(range);
    wanted.with_forming = std::get<bool>(forming);
    return wanted;
}

// The candles of an answer, and on which side of them there are more.
struct candle_page {
    std::vector<series::kept_candle> candles;
    bool has_more = false;
};

// `until` as the opening of the first bucket that opens no earlier.
candle_time first_open_from(series::interval of, wall_time at)
{
    const auto open = series::bucket_open(of, at);
    return open < at ? series::end_of(of, open) : open;
}

// Fills the empty buckets of what was found. Only those are filled of which it is known that they
// are empty: no later than the newest price, and no later than what the archive has closed or
// given. The side that `limit` cuts is the one where the page goes on.
candle_page filled_page(
    const candle_request& wanted, const series::candle_answer& found,
    std::optional<wall_time> newest)
{
    candle_page page{.candles = {}, .has_more = found.has_more};
    std::vector<series::candle> all;
    all.reserve(found.candles.size() + 1);
    if (found.before)
        all.push_back(*found.before);
    for (const auto& c : found.candles)
        all.push_back(c.value);
    if (all.empty())
        return page;
    const auto length = series::length(wanted.of);
    const bool is_forwards = wanted.range.has_begin;
    const auto last_open = all.back().opens;
    auto end = first_open_from(wanted.of, wanted.range.until);
    const auto known = std::max(found.closed_until, last_open + length);
    const auto priced = std::max(newest.value_or(wall_time{}), wall_time{last_open});
    end = std::min({end, known, series::bucket_open(wanted.of, priced) + length});
    if (found.has_more && is_forwards)
        end = std::min(end, last_open + length);
    auto begin = first_open_from(wanted.of, wanted.range.from);
    if (!found.before || (found.has_more && !is_forwards) || !is_forwards)
        begin = std::max(
            begin, found.candles.empty() ? all.front().opens : found.candles.front().value.opens);
    if (end <= begin)
        return page;
    const auto most = length * static_cast<std::int64_t>(wanted.limit);
    if (end - begin > most) {
        page.has_more = true;
        (is_forwards ? end : begin) = is_forwards ? begin + most : end - most;
    }
    const auto full =
        series::filled(all, wanted.of, {begin, end}, series::fill::previous, found.holes);
    if (!full)  // there are no more buckets than `limit`
        return page;
    auto next = found.candles.begin();
    for (const auto& c : *full) {
        while (next != found.candles.end() && next->value.opens < c.opens)
            ++next;
        if (next != found.candles.end() && next->value.opens == c.opens)
            page.candles.push_back(*next);
        else
            page.candles.push_back({.value = c, .source = {}, .is_forming = false});
    }
    return page;
}

// Drops the gaps that lie on the other pages.
void keep_gaps_of(
    const candle_page& page, const candle_request& wanted, std::vector<series::hole>& holes)
{
    if (!page.has_more || page.candles.empty())
        return;
    const wall_time first = page.candles.front().value.opens;
    const wall_time end = series::end_of(wanted.of, page.candles.back().value.opens);
    std::erase_if(holes, [&](const series::hole& missing) {
        return wanted.range.has_begin ? missing.from.time() >= end : missing.to.time() < first;
    });
}

// In place, as the rows of a history.
void append_candle(std::string& to, const series::kept_candle& c)
{
    to += to.empty() ? "[{" : ",{";
    candles::append_members(to, c);
    to += '}';
}

// The time as a parameter: whole seconds, or with three decimals.
std::string seconds_text(wall_time at)
{
    const auto ms = at.time_since_epoch().count();
    auto text = std::to_string(ms / 1000);
    if (const auto rest = ms % 1000; rest != 0)
        text += '.' + std::to_string(1000 + rest).substr(1);
    return text;
}

// The address of the next page: later candles where the request has a beginning, else earlier ones.
std::string
next_link(const candle_request& wanted, const candle_page& page, const std::string& name)
{
    auto link = "/api/prices/" + lower_case(name) +
                "/candles?interval=" + std::string{series::text(wanted.of)};
    if (wanted.range.has_begin) {
        link +=
            "&since=" + seconds_text(series::end_of(wanted.of, page.candles.back().value.opens));
        if (wanted.range.has_end)
            link += "&until=" + seconds_text(wanted.range.until);
    } else {
        link += "&until=" + seconds_text(page.candles.front().value.opens);
    }
    link += "&limit=" + std::to_string(wanted.limit);
    if (wanted.empty == series::fill::previous)
        link += "&fill=previous";
    if (!wanted.with_forming)
        link += "&forming=false";
    return link;
}

// Whether nothing can come into this page from elsewhere: each bucket has a candle of ours. An
// empty one may yet get a candle that is fetched or imported, and one that was fetched may give
// way.
bool is_settled(const candle_request& wanted, const candle_page& page)
{
    const auto& all = page.candles;
    const auto length = series::length(wanted.of);
    const bool is_forwards = wanted.range.has_begin;
    const auto first = page.has_more && !is_forwards
                           ? all.front().value.opens
                           : first_open_from(wanted.of, wanted.range.from);
    const auto end = page.has_more && is_forwards ? all.back().value.opens + length
                                                  : first_open_from(wanted.of, wanted.range.until);
    return end - first == length * std::ssize(all) &&
           std::ranges::all_of(all, [](const series::kept_candle& c) {
               return c.source.empty() && c.value.ticks != 0;
           });
}

// Whether the same address brings this answer for as long as candles are kept. A range that has
// gaps or empty buckets, or nothing in it, may yet get candles from elsewhere.
bool is_lasting(
    const candle_request& wanted, const series::candle_answer& found, const candle_page& page)
{
    const auto& range = wanted.range;
    if (!range.has_end || !range.is_absolute || page.candles.empty() || !found.holes.empty())
        return false;
    const auto last = series::bucket_open(wanted.of, range.until - std::chrono::milliseconds{1});
    return series::end_of(wanted.of, last) <= found.closed_until && is_settled(wanted, page) &&
           std::ranges::none_of(page.candles, &series::kept_candle::is_forming);
}

http::response answer_with(
    const site& s, const http::request& r, const candle_request& wanted,
    series::candle_answer found)
{
    candle_page page;
    const auto newest = s.prices.newest_tick(wanted.symbol);
    if (wanted.empty == series::fill::previous)
        page = filled_page(wanted, found, newest ? std::optional{newest->at.time()} : std::nullopt);
    else
        page = {.candles = std::move(found.candles), .has_more = found.has_more};
    keep_gaps_of(page, wanted, found.holes);
    std::string rows;
    rows.reserve(candle_bytes_usual * page.candles.size());
    for (const auto& c : page.candles)
        append_candle(rows, c);
    rows += rows.empty() ? "[]" : "]";
    const auto& name = s.prices.symbols().name(wanted.symbol);
    json::object o;
    o.reserve(rows.size() + around_candles_bytes);
    o.text("symbol", name).text("interval", series::text(wanted.of));
    o.json("candles", rows).json("gaps", gaps_array(found.holes));
    const bool has_next = page.has_more && !page.candles.empty();
    o.boolean("has_more", page.has_more);
    o.text_or_null("next", has_next ? next_link(wanted, page, name) : std::string{});
    return tagged_json(std::move(o).done(), r, is_lasting(wanted, found, page));
}

boost::asio::awaitable<http::answer> candles(const site& s, const http::request& r)
{
    const auto& name = r.captured[0];
    const auto id = s.prices.symbols().find(name);
    if (!id)
        co_return http::to_response(unknown_symbol(name, s.prices.symbols()));
    auto read = read_candle_request(r, s.prices);
    if (const auto* bad = std::get_if<http::problem>(&read))
        co_return http::to_response(*bad);
    if (s.history == nullptr)
        co_return http::to_response(no_history(s));
    auto& wanted = std::get<candle_request>(read);
    wanted.symbol = *id;
    auto found = co_await ask(
        *s.history, series::candle_query{
                        .symbol = *id,
                        .of = wanted.of,
                        .from = wanted.range.from,
                        .until = wanted.range.until,
                        .candles_max = wanted.limit,
                        .first = wanted.range.has_begin ? series::end::oldest : series::end::newest,
                        .with_forming = wanted.with_forming});
    if (!found)
        co_return refusal_of(found.error());
    co_return answer_with(s, r, wanted, std::move(*found));
}

}  // namespace

void add_candle_route(http::router& to, const site& of)
{
    to.add(http::route{
        .pattern = "/api/prices/{}/candles",
        .handle =
            http::waiting_handler{
                [of](const http::request& r) -> boost::asio::awaitable<http::answer> {
                    return candles(of, r);
                }},
        .about = "candles of one symbol: interval, since, until, limit, fill, forming"});
}

}  // namespace tickertape::web
