#include "archive/candle_store.hpp"

#include "archive/candle_row.hpp"

#include <algorithm>
#include <utility>

namespace tickertape::archive {
namespace {

using series::interval;

std::string name_of_asked(const std::string& symbol, interval of, std::string_view source)
{
    return "asked " + std::string{source} + ' ' + symbol + ' ' + std::string{text(of)};
}

std::string name_of_change(const std::string& series, std::size_t number, std::string_view part)
{
    return series + ' ' + std::to_string(number) + ' ' + std::string{part};
}

}  // namespace

bool is_covered(const candle_damage& range, std::span<const candle_damage> by)
{
    auto left = range.from;
    for (bool is_further = true; is_further && left < range.until;) {
        is_further = false;
        for (const auto& b : by)
            if (b.symbol == range.symbol && b.of == range.of && b.from <= left && b.until > left) {
                left = b.until;
                is_further = true;
            }
    }
    return left >= range.until;
}

wall_time candle_store::last_loss()
{
    return time_of(fact(last_loss_fact));
}

void candle_store::set_last_loss(wall_time at)
{
    set_fact(last_loss_fact, seconds_of(std::chrono::floor<std::chrono::seconds>(at)));
}

wall_time candle_store::era()
{
    return wall_time{std::chrono::milliseconds{fact(era_fact)}};
}

void candle_store::set_era(wall_time began)
{
    set_fact(era_fact, began.time_since_epoch().count());
}

std::optional<candle_store::time_range> candle_store::to_make()
{
    const time_range left{time_of(fact(make_from_fact)), time_of(fact(make_until_fact))};
    return left.from < left.until ? std::optional{left} : std::nullopt;
}

void candle_store::set_to_make(std::optional<time_range> of)
{
    set_fact(make_from_fact, of ? seconds_of(of->from) : 0);
    set_fact(make_until_fact, of ? seconds_of(of->until) : 0);
}

candle_store::time_range candle_store::asked(symbol_id id, interval of, std::string_view source)
{
    const auto series = name_of_asked(symbols().name(id), of, source);
    return {time_of(fact(series + " from")), time_of(fact(series + " until"))};
}

void candle_store::set_asked(
    symbol_id id, interval of, std::string_view source, const time_range& range)
{
    const auto series = name_of_asked(symbols().name(id), of, source);
    set_fact(series + " from", seconds_of(range.from));
    set_fact(series + " until", seconds_of(range.until));
}

void candle_store::note_changed(const series::changed_candles& what, position at)
{
    if (what.from >= what.until)
        return;
    const auto series = "changed " + (what.symbol ? symbols().name(*what.symbol) : "*") + ' ' +
                        (what.of ? std::string{text(*what.of)} : "*");
    const auto before = changes_noted(series);
    auto now = before;
    series::add_change(now, {what.from, what.until, at});
    for (std::size_t i = 0; i < now.size(); ++i) {
        if (i < before.size() && before[i] == now[i])
            continue;
        set_fact(name_of_change(series, i, "from"), seconds_of(now[i].from));
        set_fact(name_of_change(series, i, "until"), seconds_of(now[i].until));
        set_fact(name_of_change(series, i, "at"), static_cast<std::int64_t>(now[i].at.packed()));
    }
    if (now.size() != before.size())
        set_fact(series, static_cast<std::int64_t>(now.size()));
    changed_.push_back(what);
}

std::vector<series::changed_candles> candle_store::take_changed()
{
    return std::exchange(changed_, {});
}

std::vector<series::dated_change> candle_store::changes_noted(const std::string& series)
{
    std::vector<series::dated_change> all;
    const auto count = std::clamp<std::int64_t>(fact(series), 0, series::dated_changes_max);
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
        all.push_back(
            {time_of(fact(name_of_change(series, i, "from"))),
             time_of(fact(name_of_change(series, i, "until"))),
             position::from_packed(
                 static_cast<std::uint64_t>(fact(name_of_change(series, i, "at"))))});
    return all;
}

std::vector<series::dated_change> candle_store::changes(symbol_id id, interval of)
{
    auto all = changes_noted("changed " + symbols().name(id) + ' ' + std::string{text(of)});
    const auto of_all = changes_noted("changed * *");
    all.insert(all.end(), of_all.begin(), of_all.end());
    std::ranges::sort(all, {}, &series::dated_change::at);
    return all;
}

}  // namespace tickertape::archive
