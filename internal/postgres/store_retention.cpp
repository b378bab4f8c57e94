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
    return retire(now);
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
        // A clock that is ahead of all ticks drops none.
        const auto until = std::min(now, held_last_.time()) - retention_.ticks;
        while (retention_.ticks.count() != 0) {
            const auto day = day_to_drop();
            if (!day || *day + one_day > until || !has_enough_after(*day))
                break;
            drop_oldest_day();
        }
        count_bytes();
    });
}

// Holes stay: candles are kept for longer than ticks.
void store::drop_oldest_day()
{
    const auto day = days_.begin()->first;
    const auto before = archive::text_of(day + one_day);
    run_synced(
        "DROP TABLE IF EXISTS " + partition_of(day) + "; DELETE FROM days WHERE day < '" + before +
            "'; UPDATE archive SET ticks_dropped_before = greatest(ticks_dropped_before, '" +
            before + "')",
        connection::long_answer_max);
    days_.erase(days_.begin());
    dropped_before_ = std::max(dropped_before_, day + one_day);
    figures_.days_dropped.add();
    publish();
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
result<void> store::begin_era(position epoch)
{
    if (epoch >= last_)
        return {};
    return guarded([&] {
        attach();
        auto holes = holes_;
        // What was missing of a time that never was.
        std::erase_if(holes, [&](const archive::hole& h) { return h.from >= epoch; });
        for (auto& h : holes)
            h.to = std::min(h.to, epoch);
        const auto after = std::to_string(stored(epoch));
        std::string statements =
            "INSERT INTO set_aside (position, price, source, symbol)"
            " SELECT position, price, source, symbol FROM ticks WHERE position > " +
            after + "; DELETE FROM ticks WHERE position > " + after;
        for (auto day = days_.upper_bound(archive::day_of(epoch)); day != days_.end(); ++day)
            statements += "; DROP TABLE IF EXISTS " + partition_of(day->first);
        statements += "; DELETE FROM days WHERE day > '" +
                      archive::text_of(archive::day_of(epoch)) +
                      "'; UPDATE archive SET synced = " + "least(synced, " + after + ")";
        // First, because a page that says too little is harmless, and one that names a time that
        // never was is not.
        if (page_) {
            page_->set(std::min(last_, epoch), std::min(synced_, epoch));
            page_->lower_shown(epoch);
        }
        run_synced(statements, connection::long_answer_max);
        load(*connection_);
        holes_ = std::move(holes);
        are_holes_behind_ = true;
        last_ = epoch;
        synced_ = held_last_;
        if (held_last_ != position{})
            archive::add_hole(holes_, {held_last_, epoch, archive::hole_reason::not_archived});
        if (page_)
            page_->set(last_, synced_);
        inventory_->forget_suspects_after(epoch);
        ++eras_;
        publish();
        write_holes();
    });
}

}  // namespace tickertape::postgres
