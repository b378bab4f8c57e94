#include "archive/candle_store.hpp"

#include "archive/candle_row.hpp"

namespace tickertape::archive {
namespace {

using series::interval;

std::string name_of_asked(const std::string& symbol, interval of, std::string_view source)
{
    return "asked " + std::string{source} + ' ' + symbol + ' ' + std::string{text(of)};
}

}  // namespace

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

}  // namespace tickertape::archive
