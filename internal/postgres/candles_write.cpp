// What changes the candles in PostgreSQL.
#include "postgres/candles.hpp"

#include <array>
#include <utility>

namespace tickertape::postgres {

using archive::archive_errc;
using series::candle_time;

namespace {

std::string text_of(candle_time t)
{
    return std::to_string(t.time_since_epoch().count());
}

}  // namespace

// The row is held until the end: a process that begins a life waits for it, and after that this one
// is refused.
void candle_table::begin()
{
    connection_.run("BEGIN");
    is_within_ = true;
    const auto now = connection_.ask("SELECT life FROM archive FOR SHARE");
    if (now.size() != 1 || now.integer(0, 0) != life_)
        connection_.fail(
            archive_errc::in_use, "another server has written to it since: start this one anew");
}

void candle_table::commit()
{
    connection_.run("COMMIT");
    is_within_ = false;
}

void candle_table::roll_back() noexcept
{
    if (!std::exchange(is_within_, false) || connection_.is_broken())
        return;
    try {
        connection_.run("ROLLBACK");
    } catch (const archive::thrown_failure&) {  // what follows fails with the reason
        return;
    }
}

std::size_t candle_table::put(
    std::span<const archive::candle_row> candles, std::string_view source, bool replace)
{
    if (candles.empty())
        return 0;
    array_text symbols;
    array_text intervals;
    array_text opens;
    array_text ticks;
    array_text holes;
    std::array<array_text, 4> prices;
    for (const auto& c : candles) {
        symbols.add(names_.make_symbol(connection_, c.symbol));
        intervals.add(std::int64_t{length(c.of).count()});
        opens.add(std::int64_t{c.value.opens.time_since_epoch().count()});
        prices[0].add(c.value.open.value());
        prices[1].add(c.value.high.value());
        prices[2].add(c.value.low.value());
        prices[3].add(c.value.close.value());
        ticks.add(static_cast<std::int64_t>(c.value.ticks));
        holes.add(std::string_view{c.value.overlaps_hole ? "t" : "f"});
    }
    const std::string conflict =
        source.empty() || replace
            ? "DO UPDATE SET open = excluded.open, high = excluded.high, low = excluded.low,"
              " close = excluded.close, ticks = excluded.ticks,"
              " overlaps_hole = excluded.overlaps_hole, source = excluded.source"
            : "DO NOTHING";
    return connection_
        .ask(
            "INSERT INTO candles (symbol, interval_seconds, opens, open, high, low, close, ticks,"
            " overlaps_hole, source) SELECT u.*, $10 FROM unnest($1::smallint[], $2::integer[],"
            " $3::bigint[], $4::double precision[], $5::double precision[],"
            " $6::double precision[], $7::double precision[], $8::bigint[], $9::boolean[]) u"
            " ON CONFLICT (symbol, interval_seconds, opens) " +
                conflict,
            {symbols.take(), intervals.take(), opens.take(), prices[0].take(), prices[1].take(),
             prices[2].take(), prices[3].take(), ticks.take(), holes.take(), std::string{source}})
        .changed();
}

void candle_table::set_closed_until(candle_time until)
{
    connection_.ask("UPDATE archive SET candles_closed_until = $1::bigint", {text_of(until)});
}

std::int64_t candle_table::fact(std::string_view of)
{
    const auto found =
        connection_.ask("SELECT value FROM facts WHERE name = $1", {std::string{of}});
    return found.size() == 0 ? 0 : found.integer(0, 0);
}

void candle_table::set_fact(std::string_view of, std::int64_t value)
{
    connection_.ask(
        "INSERT INTO facts VALUES ($1, $2::bigint) ON CONFLICT (name) DO UPDATE SET value ="
        " excluded.value",
        {std::string{of}, std::to_string(value)});
}

void candle_table::remove_own_after(candle_time time)
{
    for (const auto of : series::intervals)
        connection_.ask(
            "DELETE FROM candles WHERE symbol IN (SELECT id FROM symbols) AND interval_seconds ="
            " $1::integer AND opens >= $2::bigint AND source = ''",
            {std::to_string(length(of).count()), text_of(bucket_open(of, time))},
            connection::long_answer_max);
}

std::size_t candle_table::drop_minutes_before(candle_time time, std::size_t rows_max)
{
    connection_.ask(
        "UPDATE archive SET minutes_dropped_before = $1::bigint WHERE minutes_dropped_before <"
        " $1::bigint",
        {text_of(time)});
    return connection_
        .ask(
            "DELETE FROM candles WHERE ctid IN (SELECT d.ctid FROM symbols y CROSS JOIN LATERAL"
            " (SELECT c.ctid FROM candles c WHERE c.symbol = y.id AND c.interval_seconds = 60 AND"
            " c.opens < $1::bigint LIMIT $2::bigint) d LIMIT $2::bigint)",
            {text_of(time), std::to_string(rows_max)}, connection::long_answer_max)
        .changed();
}

// A commit forces to the disk what was committed before it.
void candle_table::sync()
{
    connection_.run("BEGIN");
    is_within_ = true;
    connection_.run("SET LOCAL synchronous_commit TO on; UPDATE archive SET candles_closed_until ="
                    " candles_closed_until");
    commit();
}

void candle_table::note_symbols()
{
    names_.make_all_symbols(connection_);
}

}  // namespace tickertape::postgres
