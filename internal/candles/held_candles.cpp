#include "candles/held_candles.hpp"

#include "tape/merged_reader.hpp"

#include <algorithm>

namespace tickertape::candles {
namespace {

// Adds candles as they close, oldest first, as far as they are asked for.
class page {
public:
    explicit page(const series::candle_query& of) : query_{of} {}

    void add(const std::optional<series::candle>& c, bool is_forming = false)
    {
        if (!c || c->opens < query_.from || c->opens >= query_.until)
            return;
        candles.push_back({.value = *c, .source = {}, .is_forming = is_forming});
        if (candles.size() <= query_.candles_max)
            return;
        has_more = true;
        if (query_.first == series::end::oldest)
            candles.pop_back();
        else
            candles.erase(candles.begin());
    }

    std::vector<series::kept_candle> candles;
    bool has_more = false;

private:
    const series::candle_query& query_;
};

}  // namespace

series::candle_answer held_candles(const tape::tapes& of, const series::candle_query& query)
{
    const auto settled = of.settled();
    const auto until = of.committed();
    tape::merged_reader reader{of};
    page found{query};
    series::candle_builder builder{query.of};
    position at;
    // Nothing is known of the time before.
    const auto lose = [&](position to) {
        if (to > at)
            builder.note_hole({position{}, to});
        at = std::max(at, to);
    };
    lose(of.epoch());
    std::vector<series::hole> holes;
    while (at < until) {
        const auto missing = of.next_hole(at, until);
        if (missing && missing->after <= at) {
            holes.push_back({missing->from, missing->to});
            builder.note_hole(holes.back());
            at = missing->end;
            continue;
        }
        const auto bound = missing ? missing->after : until;
        reader.start({&query.symbol, 1}, at, bound);
        for (const auto& lost : reader.lost())
            lose(lost.to);
        while (const auto t = reader.next()) {
            found.add(builder.take(t->at, t->value));
            at = t->at;
        }
        if (reader.is_complete())
            at = std::max(at, bound);
    }
    const auto closed_until = series::bucket_open(query.of, settled);
    found.add(builder.advance(closed_until));
    found.add(builder.forming(), true);

    series::candle_answer answer;
    answer.candles = std::move(found.candles);
    answer.has_more = found.has_more;
    answer.closed_until = closed_until;
    answer.state = builder.state();
    // Asked after the ticks were read: none of those is among what is missing.
    if (const auto known_after = std::max(of.epoch(), of.of(query.symbol).evicted());
        known_after > position::at(query.from))
        answer.holes.push_back({position::at(query.from).previous(), known_after});
    for (const auto& h : holes)
        if (h.to > position::at(query.from) && h.from < position::at(query.until))
            answer.holes.push_back(h);
    std::ranges::sort(answer.holes, {}, &series::hole::from);
    return answer;
}

}  // namespace tickertape::candles
