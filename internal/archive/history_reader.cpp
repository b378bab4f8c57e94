#include "archive/history_reader.hpp"

#include <boost/system/errc.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

namespace tickertape::archive {
namespace {

using series::candle_time;
using series::interval;

constexpr std::chrono::milliseconds one_ms{1};

// Holes in which a question about statistics looks for candles; the newest ones.
constexpr std::ptrdiff_t holes_looked_at_max = 256;

boost::system::error_code code_of(boost::system::errc::errc_t e) noexcept
{
    return boost::system::errc::make_error_code(e);
}

// The first whole second at or after that time, within the times that have positions.
candle_time second_of(wall_time t) noexcept
{
    const auto most = position{position_ms_max, 0}.time();
    return std::chrono::ceil<std::chrono::seconds>(std::clamp(t, wall_time{}, most));
}

}  // namespace

history_reader::history_reader(parts of, std::size_t waiting_most, std::size_t points_most)
    : of_{std::move(of)}, waiting_most_{waiting_most}, points_most_{points_most}
{
    for (auto* each : {&candles_, &statistics_, &ticks_})
        each->thread = std::thread{[this, each] { run(*each); }};
}

history_reader::~history_reader()
{
    for (auto* each : {&candles_, &statistics_, &ticks_}) {
        {
            const std::lock_guard held{each->mutex};
            each->stopping = true;
        }
        each->asked.notify_one();
        each->thread.join();
        for (auto& question : each->waiting)
            question(false);
    }
}

void history_reader::candles(series::candle_query query, on_candles answer)
{
    ask(candles_, query, std::move(answer), &history_reader::answer_candles);
}

void history_reader::statistics_of(series::statistics_query query, on_statistics answer)
{
    ask(statistics_, query, std::move(answer), &history_reader::answer_statistics);
}

void history_reader::ticks(series::tick_query query, on_ticks answer)
{
    ask(ticks_, query, std::move(answer), &history_reader::answer_ticks);
}

template <class Answer, class Query, class Callback>
void history_reader::ask(
    worker& of, Query query, Callback answer, Answer (history_reader::*with)(const Query&))
{
    auto question = [this, query, answer, with](bool is_answered) {
        if (!is_answered) {
            ++figures_.refused;
            answer(code_of(boost::system::errc::device_or_resource_busy));
            return;
        }
        auto found = guarded([&] { return (this->*with)(query); });
        if (found) {
            ++figures_.answers;
            answer(std::move(*found));
            return;
        }
        ++figures_.failures;
        answer(code_of(
            found.error().code == archive_errc::busy ? boost::system::errc::device_or_resource_busy
                                                     : boost::system::errc::io_error));
    };
    {
        const std::lock_guard held{of.mutex};
        if (!of.stopping && of.waiting.size() < waiting_most_) {
            of.waiting.emplace_back(std::move(question));
            of.asked.notify_one();
            return;
        }
    }
    question(false);
}

void history_reader::run(worker& of)
{
    for (;;) {
        std::unique_lock held{of.mutex};
        of.asked.wait(held, [&of] { return of.stopping || !of.waiting.empty(); });
        if (of.stopping)
            return;
        const auto next = std::move(of.waiting.front());
        of.waiting.pop_front();
        held.unlock();
        next(true);
    }
}

candle_store& history_reader::file_of(worker& of, const candle_board::view& now)
{
    if (!of.file || of.file_number != now.file) {
        of.file = of_.place.open(of_.symbols, false);
        of.file_number = now.file;
    }
    return *of.file;
}

candle_store::answer history_reader::read_candles(worker& of, const candle_store::query& asked)
{
    try {
        auto found = file_of(of, of_.board.look(asked.symbol)).read(asked);
        for (const auto& d : found.damaged) {
            ++figures_.damaged;
            of_.board.report(d);
        }
        return found;
    } catch (const thrown_failure& e) {
        if (e.said().code == archive_errc::damaged)
            of_.board.report_unreadable();
        of.file.reset();  // opened anew for the next question
        throw;
    }
}

std::vector<series::dated_change> history_reader::read_changes(symbol_id symbol, interval of)
{
    try {
        return file_of(candles_, of_.board.look(symbol)).changes(symbol, of);
    } catch (const thrown_failure&) {
        candles_.file.reset();  // opened anew for the next question
        throw;
    }
}

// What is missing of the time from one up to another.
std::vector<series::hole> history_reader::holes_of(wall_time from, wall_time until) const
{
    const auto first = position::at(from).previous();
    const auto last = position::at(until).previous();
    std::vector<series::hole> holes;
    const auto held = of_.holds->look().held;
    for (const auto& h : held->holes)
        if (h.to > first && h.from < last)
            holes.push_back({std::max(h.from, first), std::min(h.to, last)});
    return holes;
}

series::candle_answer history_reader::answer_candles(const series::candle_query& query)
{
    const auto from = second_of(query.from);
    const auto until = second_of(query.until);
    const auto most = std::clamp<std::size_t>(query.candles_max, 1, series::answer_candles_max);
    // Looked at before the file, which then has all that is closed by what it says, or more.
    const auto now = of_.board.look(query.symbol);
    series::candle_answer answer;
    answer.revision = of_.board.changes().revision();
    auto found = read_candles(candles_, {query.symbol, query.of, from, until, most, query.first});
    if (query.with_changes)
        answer.changes = read_changes(query.symbol, query.of);
    answer.candles = std::move(found.candles);
    answer.has_more = found.has_more;
    // A bucket that opens before that has been closed.
    answer.closed_until = bucket_open(query.of, now.closed_until);
    answer.holes = holes_of(from, until);
    if (found.before)
        answer.before = found.before->value;
    auto forming =
        query.with_forming && !now.is_behind ? forming_of(now.builders, query.of) : std::nullopt;
    if (forming)
        forming->overlaps_hole = forming->overlaps_hole ||
                                 series::overlaps_any(
                                     holes_of(forming->opens, end_of(query.of, forming->opens)),
                                     query.of, forming->opens);
    if (query.with_forming && !now.is_behind)
        answer.state = series::candle_builder_state{
            .of = query.of,
            .passed = std::max(
                now.builders.front().state().passed, position::at(now.closed_until).previous()),
            .forming = forming,
            .missing = now.builders[static_cast<std::size_t>(query.of)].state().missing};
    const bool is_new =
        forming && forming->opens >= from && forming->opens < until &&
        (answer.candles.empty() || forming->opens > answer.candles.back().value.opens) &&
        (!found.before || forming->opens > found.before->value.opens);
    if (is_new) {
        if (query.first == series::end::newest) {
            answer.candles.push_back({*forming, {}, true});
            if (answer.candles.size() > most) {
                answer.before = answer.candles.front().value;
                answer.candles.erase(answer.candles.begin());
                answer.has_more = true;
            }
        } else if (!answer.has_more && answer.candles.size() < most) {
            answer.candles.push_back({*forming, {}, true});
        } else {
            answer.has_more = true;
        }
    }
    for (const auto& d : found.damaged)
        answer.holes.push_back({position::at(d.from).previous(), position::at(d.until).previous()});
    std::ranges::sort(answer.holes, {}, &series::hole::from);
    return answer;
}

// Every tick of the range, unless there are too many or some are no longer kept. What is missing is
// a hole, which is told as well.
bool history_reader::read_ticks(
    const series::statistics_query& query, std::vector<series::point>& points)
{
    if (query.from < of_.holds->look().held->dropped_before)
        return false;
    const auto until = position::at(query.until).previous();
    for (auto after = position::at(query.from).previous(); after < until;) {
        const auto batch = of_.read({{query.symbol}, after, until, batch_max});
        if (!batch)
            throw thrown_failure{batch.error()};
        for (const auto& t : batch->ticks) {
            if (t.at > until)
                break;
            if (points.size() == points_most_)
                return false;
            points.push_back({t.at.time(), t.value});
        }
        if (batch->to <= batch->from)
            break;
        after = batch->to;
    }
    // A day may have been dropped meanwhile.
    return query.from >= of_.holds->look().held->dropped_before;
}

// Whether candles are there of a time of which ticks are not: fetched or imported ones, perhaps, or
// those of ticks that were dropped before older ones were imported.
bool history_reader::has_candles_without_ticks(const series::statistics_query& query)
{
    auto missing = holes_of(query.from, query.until);
    const auto last = position::at(query.until).previous();
    const auto held = of_.holds->look().held;
    const auto before_all = held->days.empty() ? last : held->days.front().previous;
    missing.push_back({position::at(query.from).previous(), std::min(before_all, last)});
    if (std::ssize(missing) > holes_looked_at_max)
        missing.erase(missing.begin(), missing.end() - holes_looked_at_max);
    return std::ranges::any_of(missing, [&](const series::hole& h) {
        // A tick at h.from has made the candle of its own millisecond.
        const auto first = h.from.time() + one_ms;
        return std::ranges::any_of(series::intervals, [&](interval of) {
            const auto from = bucket_open(of, first + length(of) - one_ms);
            const auto until = bucket_open(of, h.to.next().time());
            return from < until &&
                   !read_candles(statistics_, {query.symbol, of, from, until, 1}).candles.empty();
        });
    });
}

// The finest candles that begin as early as any of the range do, and are not too many. Where longer
// ones were fetched of years before, those of a minute would leave the years out.
candle_store::answer
history_reader::read_closes(const series::statistics_query& query, interval& of)
{
    const auto from = second_of(query.from);
    // Candles that end later have prices of after the range.
    const auto until = [&](interval each) { return bucket_open(each, query.until); };
    std::array<std::optional<candle_time>, series::intervals.size()> opens;
    auto first_open = candle_time::max();
    auto earliest = candle_time::max();
    for (const auto each : series::intervals) {
        if (until(each) <= from)
            continue;
        const auto first =
            read_candles(statistics_, {query.symbol, each, from, until(each), 1}).candles;
        if (first.empty())
            continue;
        const auto begins = first.front().value.opens;
        opens[static_cast<std::size_t>(each)] = begins;
        first_open = std::min(first_open, begins);
        earliest = std::min(earliest, end_of(each, begins));
    }
    candle_store::answer found;
    for (const auto each : series::intervals) {
        const auto begins = opens[static_cast<std::size_t>(each)];
        // What begins within the bucket of another begins as early, and so does the first whole
        // bucket of a range that begins within one.
        if (!begins || (*begins >= earliest && *begins >= first_open + length(each)))
            continue;
        of = each;
        const std::size_t ends = each == interval::m1 ? 0 : 2;
        found = read_candles(
            statistics_, {query.symbol, each, from, until(each),
                          std::max(points_most_, ends + 1) - ends, series::end::newest});
        if (!found.has_more)
            break;
    }
    if (of != interval::m1 && !found.candles.empty())
        add_ends(query, of, found.candles);
    return found;
}

// The minutes of the range before the first candle, and those after the last closed one, each as
// one candle.
void history_reader::add_ends(
    const series::statistics_query& query, interval of, std::vector<series::kept_candle>& to)
{
    const auto first = to.front().value.opens;
    const auto after = end_of(of, to.back().value.opens);
    const auto head =
        joined_minutes(query.symbol, std::max(second_of(query.from), first - length(of)), first);
    const auto tail = joined_minutes(query.symbol, after, bucket_open(interval::m1, query.until));
    if (head)
        to.insert(to.begin(), {*head, {}, false});
    if (tail)
        to.push_back({*tail, {}, true});
}

std::optional<series::candle>
history_reader::joined_minutes(symbol_id symbol, candle_time from, candle_time until)
{
    std::optional<series::candle> all;
    if (from < until)
        for (const auto& c : read_candles(statistics_, {symbol, interval::m1, from, until}).candles)
            all = all ? series::joined(*all, c.value) : c.value;
    return all;
}

series::tick_answer history_reader::answer_ticks(const series::tick_query& query)
{
    return tick_page_of(query, *of_.holds, of_.read_page);
}

series::statistics_answer history_reader::answer_statistics(const series::statistics_query& asked)
{
    auto query = asked;
    const auto most = position{position_ms_max, 0}.time();
    query.from = std::clamp(query.from, wall_time{}, most);
    query.until = std::clamp(query.until, wall_time{}, most);
    series::statistics_answer answer;
    answer.holes = holes_of(query.from, query.until);
    std::vector<series::point> points;
    std::vector<series::candle> candles;
    if (!read_ticks(query, points) || has_candles_without_ticks(query)) {
        points.clear();
        answer.closes_of = interval::m1;
        const auto found = read_closes(query, *answer.closes_of);
        for (const auto& c : found.candles) {
            points.push_back({c.value.opens, c.value.close});
            candles.push_back(c.value);
        }
        for (const auto& d : found.damaged)
            answer.holes.push_back(
                {position::at(d.from).previous(), position::at(d.until).previous()});
        std::ranges::sort(answer.holes, {}, &series::hole::from);
    }
    if (points.empty())
        return answer;
    const auto described = answer.closes_of
                               ? series::describe(std::span<const series::candle>{candles})
                               : series::describe(std::span<const series::point>{points});
    if (described)
        answer.figures = *described;
    if (query.with_histogram)
        if (auto prices = series::histogram_of(points))
            answer.prices = std::move(*prices);
    return answer;
}

}  // namespace tickertape::archive
