// How the keeper makes candles of ticks that came to times of before: an import puts whole days
// between those that are there.
//
// A day is one transaction, with every longer candle that it has a part in, and with what is still
// to be made. So the end of the process at any moment leaves what the next start goes on with.
#include "archive/candle_keeper.hpp"
#include "archive/candle_pieces.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace tickertape::archive {
namespace {

using series::candle_time;
using series::interval;

constexpr std::chrono::days one_day{1};
constexpr std::chrono::seconds one_second{1};

// Candles that are put at once.
constexpr std::size_t rows_max = 20'000;

candle_time minute_of(position at) noexcept
{
    return bucket_open(interval::m1, at.time());
}

}  // namespace

// Beside imported days there is a hole, of which the candles on its other side do not know yet.
candle_store::time_range candle_keeper::with_neighbours(candle_store::time_range days) const
{
    const auto held = of_.holds->look().held;
    auto whole = days;
    for (const auto& d : held->days) {
        if (d.key.day < days.from)
            whole.from = minute_of(d.last);
        if (d.key.day >= days.until) {
            whole.until = std::max(whole.until, minute_of(d.previous) + length(interval::m1));
            break;
        }
    }
    return whole;
}

// Days of which no ticks are kept are left as they are.
void candle_keeper::make_next_day()
{
    const auto held = of_.holds->look().held;
    auto left = *to_make_;
    left.until = std::min(left.until, closed_until_);
    const auto next = std::ranges::find_if(
        held->days, [&left](const held_day& d) { return d.key.day + one_day > left.from; });
    const bool is_over = next == held->days.end() || left.until <= next->key.day;
    file_->begin();
    if (!is_over) {
        const candle_time until = next->key.day + one_day;
        make_between(std::max<candle_time>(left.from, next->key.day), std::min(until, left.until));
        left.from = until;
    }
    file_->set_to_make(is_over ? std::nullopt : std::optional{left});
    file_->commit();
    file_->checkpoint_if_long();
    if (!is_over) {
        to_make_ = left;
        return;
    }
    to_make_.reset();
    // What is forming may have pieces that have just been made.
    load();
}

// Within one day.
void candle_keeper::make_between(candle_time from, candle_time until)
{
    make_minutes_between(from, until);
    const auto holes = holes_after(bucket_open(interval::w1, from));
    for (const auto of : series::intervals) {
        const auto finer = finer_of(of);
        if (!finer)
            continue;
        const auto first = bucket_open(of, from);
        const auto end = std::min(
            end_of(of, bucket_open(of, until - one_second)), bucket_open(of, closed_until_));
        std::vector<candle_row> rows;
        for (const auto symbol : of_.symbols.all()) {
            std::vector<series::candle> ours;
            for (const auto& piece : file_->read({symbol, *finer, first, end}).candles)
                if (piece.source.empty())
                    ours.push_back(piece.value);
            for (const auto& made : series::rolled_up(ours, *finer, of, holes))
                rows.push_back({symbol, of, made});
        }
        put_unless_fewer(rows);
    }
}

void candle_keeper::make_minutes_between(candle_time from, candle_time until)
{
    const auto holes = holes_after(from);
    const auto& all = of_.symbols.all();
    std::vector<series::candle_builder> builders(all.size());
    std::vector<candle_row> rows;
    const auto add = [&](symbol_id symbol, const std::optional<series::candle>& closed) {
        if (!closed)
            return;
        rows.push_back({symbol, interval::m1, *closed});
        rows.back().value.overlaps_hole = series::overlaps_any(holes, interval::m1, closed->opens);
        if (rows.size() == rows_max) {
            put_unless_fewer(rows);
            rows.clear();
        }
    };
    const auto last = position::at(until).previous();
    for (auto after = position::at(from).previous(); after < last;) {
        const auto batch = of_.read({{all.begin(), all.end()}, after, last, limits_.batch_max});
        if (!batch)
            throw thrown_failure{batch.error()};
        for (const auto& t : batch->ticks)
            if (t.at <= last)
                add(t.symbol, builders[index_of(t.symbol)].take(t.at, t.value));
        if (batch->to <= after)
            break;
        after = batch->to;
    }
    for (const auto symbol : all)
        add(symbol, builders[index_of(symbol)].advance(until));
    put_unless_fewer(rows);
}

// Leaves candles of our own that have more ticks than can be read now: those were dropped.
void candle_keeper::put_unless_fewer(std::span<const candle_row> rows)
{
    auto sorted = std::vector(rows.begin(), rows.end());
    const auto series_of = [](const candle_row& r) { return std::pair{r.symbol, r.of}; };
    std::ranges::stable_sort(sorted, {}, series_of);
    std::vector<candle_row> better;
    for (auto first = sorted.begin(); first != sorted.end();) {
        const auto end = std::ranges::find_if(first, sorted.end(), [&](const candle_row& r) {
            return series_of(r) != series_of(*first);
        });
        const auto there = file_
                               ->read(
                                   {first->symbol, first->of, first->value.opens,
                                    end_of(first->of, std::prev(end)->value.opens)})
                               .candles;
        auto held = there.begin();
        for (; first != end; ++first) {
            while (held != there.end() && held->value.opens < first->value.opens)
                ++held;
            const bool is_less = held != there.end() && held->value.opens == first->value.opens &&
                                 held->source.empty() && held->value.ticks > first->value.ticks;
            if (!is_less)
                better.push_back(*first);
        }
    }
    figures_.candles.add(file_->put(better));
}

}  // namespace tickertape::archive
