#include "postgres/candles.hpp"

#include <algorithm>
#include <utility>

namespace tickertape::postgres {

using archive::archive_errc;
using series::candle_time;
using series::interval;

namespace {

std::string text_of(candle_time t)
{
    return std::to_string(t.time_since_epoch().count());
}

std::string text_of(interval of)
{
    return std::to_string(length(of).count());
}

candle_time time_of(std::int64_t seconds)
{
    return candle_time{std::chrono::seconds{seconds}};
}

// Times that a bigint column and a calculation with them can hold.
candle_time within(candle_time t)
{
    constexpr std::chrono::seconds most{std::int64_t{1} << 43};
    return std::clamp(t, candle_time{}, candle_time{most});
}

constexpr std::string_view columns = "opens, open, high, low, close, ticks, overlaps_hole, source";

series::kept_candle candle_of(const rows& of, std::size_t row)
{
    const auto price_at = [&](int column) {
        const auto value = price::from(of.real(row, column));
        if (!value)
            archive::fail(archive_errc::damaged, "a candle has no price");
        return *value;
    };
    series::kept_candle kept{
        {time_of(of.integer(row, 0)), price_at(1), price_at(2), price_at(3), price_at(4),
         static_cast<std::uint64_t>(of.integer(row, 5)), of.text(row, 6) == "t"},
        std::string{of.text(row, 7)}};
    return kept;
}

}  // namespace

candle_table::candle_table(
    connection::terms of, const symbol_table& symbols, own_life life, bool may_write)
    : symbols_{symbols}, newest_life_{std::move(life)},
      // relaxed: a word of its own.
      life_{newest_life_->load(std::memory_order_relaxed)}, connection_{of}, names_{symbols}
{
    if (!may_write)
        connection_.run("SET default_transaction_read_only TO on");
}

candle_table::~candle_table() = default;

bool candle_table::is_current() const noexcept
{
    // relaxed: a word of its own.
    return newest_life_->load(std::memory_order_relaxed) == life_;
}

archive::candle_place candle_table::place_of(const connection::terms& of, const own_life& life)
{
    return {
        "candles",
        [of, life](
            const symbol_table& symbols, bool may_write) -> std::unique_ptr<archive::candle_store> {
            // relaxed: a word of its own.
            if (may_write && life->load(std::memory_order_relaxed) == 0)
                return std::make_unique<followed_candle_table>(of, symbols, life, false);
            return std::make_unique<candle_table>(of, symbols, life, may_write);
        },
        [](const symbol_table&) -> archive::salvaged {
            archive::fail(
                archive_errc::damaged,
                "candles in PostgreSQL are damaged: restore the database from a backup");
        },
        [of] {
            std::vector<std::string> found;
            connection asked{of};
            const auto all = asked.ask("SELECT name FROM symbols ORDER BY id");
            for (std::size_t i = 0; i < all.size(); ++i)
                found.emplace_back(all.text(i, 0));
            return found;
        }};
}

candle_table::answer candle_table::read(const query& asked)
{
    answer found;
    const auto symbol = names_.find(connection_, asked.symbol);
    if (!symbol || asked.until <= asked.from)
        return found;
    const auto of = std::to_string(*symbol);
    const auto step = text_of(asked.of);
    const bool is_newest = asked.first == series::end::newest;
    const auto most =
        std::min<std::size_t>(asked.candles_max, std::numeric_limits<std::int32_t>::max());
    const std::string select{
        "SELECT " + std::string{columns} +
        " FROM candles WHERE symbol ="
        " $1::smallint AND interval_seconds = $2::integer AND "};
    // One more than is wanted tells whether there are more.
    const auto all = connection_.ask(
        select + "opens >= $3::bigint AND opens < $4::bigint ORDER BY opens " +
            (is_newest ? "DESC" : "ASC") + " LIMIT $5::bigint",
        {of, step, text_of(within(asked.from)), text_of(within(asked.until)),
         std::to_string(most + 1)});
    found.has_more = all.size() > most;
    for (std::size_t i = 0; i < std::min(all.size(), most); ++i)
        found.candles.push_back(candle_of(all, i));
    if (is_newest)
        std::ranges::reverse(found.candles);
    const auto first = is_newest && found.has_more && !found.candles.empty()
                           ? found.candles.front().value.opens
                           : asked.from;
    const auto before = connection_.ask(
        select + "opens < $3::bigint ORDER BY opens DESC LIMIT 1",
        {of, step, text_of(within(first))});
    if (before.size() != 0)
        found.before = candle_of(before, 0);
    return found;
}

candle_time candle_table::closed_until()
{
    return time_of(connection_.ask("SELECT candles_closed_until FROM archive").integer(0, 0));
}

candle_time candle_table::minutes_dropped_before()
{
    return time_of(connection_.ask("SELECT minutes_dropped_before FROM archive").integer(0, 0));
}

candle_time candle_table::end_before(symbol_id id, interval of, candle_time time)
{
    const auto symbol = names_.find(connection_, id);
    if (!symbol)
        return {};
    const auto last = connection_.ask(
        "SELECT max(opens) FROM candles WHERE symbol = $1::smallint AND interval_seconds ="
        " $2::integer AND opens < $3::bigint",
        {std::to_string(*symbol), text_of(of), text_of(within(time))});
    return last.is_null(0, 0) ? candle_time{} : time_of(last.integer(0, 0)) + length(of);
}

// Of each symbol the first, so that no other index is needed.
std::optional<candle_time> candle_table::oldest_minute()
{
    const auto first = connection_.ask(
        "SELECT min(f.opens) FROM symbols y CROSS JOIN LATERAL (SELECT opens FROM candles c WHERE"
        " c.symbol = y.id AND c.interval_seconds = 60 ORDER BY opens LIMIT 1) f");
    if (first.is_null(0, 0))
        return std::nullopt;
    return time_of(first.integer(0, 0));
}

std::uint64_t candle_table::used_bytes()
{
    return static_cast<std::uint64_t>(
        connection_.ask("SELECT pg_total_relation_size('candles')").integer(0, 0));
}

}  // namespace tickertape::postgres
