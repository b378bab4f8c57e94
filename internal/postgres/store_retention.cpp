// What a store in PostgreSQL gives up on purpose: days whose time has passed or for which there is
// no room, and what a wrong clock dated into the future.
#include "postgres/schema.hpp"
#include "postgres/store.hpp"

#include <algorithm>

namespace tickertape::postgres {

using archive::guarded;
using archive::result;
using archive::stored;
using archive::utc_day;

namespace {

constexpr std::chrono::days one_day{1};

}  // namespace

result<void> store::keep_up(wall_time now)
{
    if (!is_shared())
        return retire(now);
    const auto seen = guarded([&] {
        attach();
        if (try_to_write())
            give_way();
        if (writes())
            return;
        refresh();
        count_bytes();
    });
    return seen && writes() ? retire(now) : seen;
}

// The oldest day, where another one follows it and its candles are kept.
std::optional<utc_day> store::day_to_drop() const
{
    if (days_.empty())
        return std::nullopt;
    const auto oldest = days_.begin()->first;
    if (oldest >= archive::day_of(held_last_) ||
        (retention_.candles_until && retention_.candles_until() < oldest + one_day))
        return std::nullopt;
    return oldest;
}

// Whether there are as many later days with ticks as are kept: a clock that was ahead for a while
// costs a day, not the archive.
bool store::has_enough_after(utc_day day) const
{
    const auto later = std::distance(days_.upper_bound(day), days_.end());
    return later > retention_.ticks / one_day;
}

result<void> store::retire(wall_time now)
{
    return guarded([&] {
        attach();
        if (are_days_behind_)
            drop_days();
        // A clock that is ahead of all ticks drops none.
        const auto until = std::min(now, held_last_.time()) - retention_.ticks;
        while (retention_.ticks.count() != 0) {
            const auto day = day_to_drop();
            if (!day || *day + one_day > until || !has_enough_after(*day))
                break;
            // Readers are told first: what they read meanwhile they give to nobody.
            days_.erase(*day);
            dropped_before_ = std::max(dropped_before_, *day + one_day);
            are_days_behind_ = true;
            publish();
            drop_days();
        }
        count_bytes();
    });
}

// The tables give up what readers have been told is gone. Holes stay: candles are kept for longer
// than ticks.
void store::drop_days()
{
    const auto before = archive::text_of(dropped_before_);
    const auto old = connection_->ask(
        "SELECT extract(epoch FROM day)::bigint / 86400 FROM days WHERE day < $1::date", {before});
    std::string statements;
    for (std::size_t i = 0; i < old.size(); ++i)
        statements.append("DROP TABLE IF EXISTS ")
            .append(partition_of(utc_day{std::chrono::days{old.integer(i, 0)}}))
            .append("; ");
    run_synced(
        statements + "DELETE FROM days WHERE day < '" + before +
            "'; UPDATE archive SET ticks_dropped_before = greatest(ticks_dropped_before, '" +
            before + "'); " + count_change,
        connection::long_answer_max);
    figures_.days_dropped.add(old.size());
    if (retention_.dropped)
        for (std::size_t i = 0; i < old.size(); ++i)
            retention_.dropped(
                archive::text_of(utc_day{std::chrono::days{old.integer(i, 0)}}) +
                ": its time has passed; its candles stay");
    are_days_behind_ = false;
}

void store::count_bytes()
{
    const auto counted = connection_->ask(
        "SELECT coalesce(sum(pg_total_relation_size(c.oid)) FILTER (WHERE c.relname LIKE"
        " 'ticks\\_%' AND c.relkind = 'r'), 0), coalesce(sum(pg_total_relation_size(c.oid)) FILTER"
        " (WHERE c.relname = 'set_aside'), 0), coalesce(sum(pg_total_relation_size(c.oid)), 0)"
        " FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace"
        " AND c.relkind = 'r'");
    // relaxed: words of their own.
    constexpr auto order = std::memory_order_relaxed;
    const auto bytes = [&](int column) {
        return static_cast<std::uint64_t>(counted.integer(0, column));
    };
    figures_.tick_bytes.store(bytes(0), order);
    figures_.damaged_bytes.store(bytes(1), order);
    figures_.bytes.store(bytes(2), order);
}

// What lies after the epoch goes to the table set_aside, of which nobody is served.
//
// The tables come before the page, and say until it is on the disk that it may name a time that
// never was. So it does not matter where this is cut short: either the era has not begun, and what
// was shown is known, or a start finds that note. Doing it twice is doing it once; given_ says
// whether it is done.
result<void> store::begin_era(position epoch)
{
    if (epoch >= std::max(last_, given_))
        return {};
    return guarded([&] {
        attach();
        // Those who share a log begin no era of their own.
        if (is_shared())
            return;
        forget_after(epoch);
        set_aside_after(epoch);
        if (page_) {
            page_->set(epoch, synced_);
            page_->lower_shown(epoch);
            page_->force();
        }
        run_synced("UPDATE archive SET set_aside_after = 0", connection::answer_max);
        given_ = epoch;
    });
}

// Readers are told first: what they read meanwhile they give to nobody.
void store::forget_after(position epoch)
{
    const auto day_of_epoch = archive::day_of(epoch);
    // What came before the first tick of all may lie after the epoch.
    std::erase_if(
        days_, [&](const auto& d) { return d.first > day_of_epoch || d.second.previous > epoch; });
    held_last_ = {};
    for (auto& [day, held] : days_) {
        if (day == day_of_epoch) {
            const auto last = connection_->ask(
                "SELECT max(position) FROM " + partition_of(day) + " WHERE position <= $1::bigint",
                {std::to_string(stored(epoch))});
            held.last =
                last.is_null(0, 0) ? held.previous : archive::from_stored(last.integer(0, 0));
        }
        held_last_ = std::max(held_last_, held.last);
    }
    // What was missing of a time that never was.
    std::erase_if(holes_, [&](const archive::hole& h) { return h.from >= epoch; });
    for (auto& h : holes_)
        h.to = std::min(h.to, epoch);
    if (held_last_ != position{})
        archive::add_hole(holes_, {held_last_, epoch, archive::hole_reason::not_archived});
    are_holes_behind_ = true;
    last_ = epoch_ = epoch;
    synced_ = held_last_;
    inventory_->forget_suspects_after(epoch);
    ++eras_;
    publish();
}

// In one transaction, which is on the server's disk when this returns.
void store::set_aside_after(position epoch)
{
    const auto after = std::to_string(stored(epoch));
    const auto day = archive::text_of(archive::day_of(epoch));
    std::string statements =
        "INSERT INTO set_aside (position, price, source, symbol)"
        " SELECT position, price, source, symbol FROM ticks WHERE position > " +
        after + "; DELETE FROM ticks WHERE position > " + after;
    const auto gone = connection_->ask(
        "SELECT extract(epoch FROM day)::bigint / 86400 FROM days WHERE day > $1::date", {day});
    for (std::size_t i = 0; i < gone.size(); ++i)
        statements += "; DROP TABLE IF EXISTS " +
                      partition_of(utc_day{std::chrono::days{gone.integer(i, 0)}});
    statements += "; DELETE FROM days WHERE day > '" + day + "' OR previous > " + after +
                  "; UPDATE archive SET synced = least(synced, " + after + "), epoch = " + after +
                  ", set_aside_after = " + after + "; " + count_change + "; " +
                  holes_as_statements();
    run_synced(statements, connection::long_answer_max);
    are_holes_behind_ = false;
}

}  // namespace tickertape::postgres
