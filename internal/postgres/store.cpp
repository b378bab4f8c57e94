#include "postgres/store.hpp"

#include "postgres/candles.hpp"
#include "postgres/reader.hpp"
#include "postgres/schema.hpp"
#include "postgres/text_table.hpp"

#include <algorithm>
#include <utility>

namespace tickertape::postgres {

using archive::archive_errc;
using archive::guarded;
using archive::result;
using archive::stored;

namespace {

constexpr position latest = position::from_packed(~std::uint64_t{0});

constexpr std::string_view foreign =
    "the archive has other ticks than this instance: give all instances that share it the same "
    "RELAY and SYMBOLS, and start this one anew";

}  // namespace

store::~store() = default;

// Tells readers what is held.
void store::publish()
{
    archive::holdings held;
    for (const auto& [day, of] : days_)
        held.days.push_back(of);
    // The day that is written has no end yet.
    if (!held.days.empty())
        held.days.back().last = latest;
    held.holes = holes_;
    held.dropped_before = dropped_before_;
    held.epoch = epoch_;
    held.eras = eras_;
    inventory_->set(std::move(held), held_last_);
}

// What these change is on the server's disk when this returns.
void store::run_synced(const std::string& statements, connection::milliseconds most)
{
    transaction whole{*connection_};
    connection_->run("SET LOCAL synchronous_commit TO on; " + statements, most);
    whole.commit();
}

// Has a connection on which the lock is held; where the archive is shared, one over which it is
// seen. Throws where there is none, and where the server lost what had been committed: then last()
// has gone back.
void store::attach()
{
    if (is_foreign_)
        archive::fail(archive_errc::in_use, std::string{foreign});
    if (connection_ && !connection_->is_broken())
        return;
    const int own_backend = connection_ ? connection_->backend() : 0;
    auto next = std::make_unique<connection>(terms_);
    if (is_shared()) {
        attach_again(std::move(next), own_backend);
        return;
    }
    lock(*next, own_backend);
    const auto newest = next->ask("SELECT life FROM archive");
    if (newest.size() != 1 || newest.integer(0, 0) != life_->load(std::memory_order_relaxed))
        next->fail(
            archive_errc::in_use, "another server has written to it since: start this one anew");
    const auto before = held_last_;
    load(*next);
    if (sync_ == archive::sync_policy::always)
        next->run("SET synchronous_commit TO on");
    connection_ = std::move(next);
    // A statement whose answer was lost may have been done.
    last_ = std::max(last_, held_last_);
    if (held_last_ >= before) {
        publish();
        return;
    }
    last_ = held_last_;
    synced_ = std::min(synced_, held_last_);
    note_page();
    publish();
    connection_->fail(
        archive_errc::commits_lost, "PostgreSQL lost ticks after " + last_.text() +
                                        " which were not on its disk; they are written again");
}

// What the tables say; not the holes, of which this process knows more. Where it fails nothing has
// changed.
void store::load(connection& from)
{
    std::map<archive::utc_day, archive::held_day> days;
    position newest;
    // Before all else: what changes meanwhile is loaded again.
    const auto changes = from.ask("SELECT changes FROM archive").integer(0, 0);
    const auto all =
        from.ask("SELECT extract(epoch FROM day)::bigint / 86400, previous FROM days ORDER BY day");
    for (std::size_t i = 0; i < all.size(); ++i) {
        const archive::utc_day day{std::chrono::days{all.integer(i, 0)}};
        // Dropped, but for the tables.
        if (day < dropped_before_)
            continue;
        const auto previous = archive::from_stored(all.integer(i, 1));
        const auto last = from.ask("SELECT max(position) FROM " + partition_of(day));
        archive::held_day held;
        held.key = {day, 0};
        held.previous = previous;
        held.last = last.is_null(0, 0) ? previous : archive::from_stored(last.integer(0, 0));
        newest = std::max(newest, held.last);
        days.emplace(day, held);
    }
    days_ = std::move(days);
    held_last_ = newest;
    changes_ = changes;
    names_.emplace(symbols_);
}

result<void> store::append(std::span<const tape::past_tick> ticks)
{
    return guarded([&] {
        auto before = last_;
        for (const auto& t : ticks) {
            if (t.at <= before)
                archive::fail(
                    archive_errc::out_of_order, t.at.text() + " is not after " + before.text());
            if (t.at.ms() > archive::position_ms_max || index_of(t.symbol) >= symbols_.size())
                archive::fail(archive_errc::out_of_range, t.at.text() + ": cannot be stored");
            before = t.at;
        }
        attach();
        if (is_shared() && !writes() && is_written_elsewhere(ticks)) {
            last_ = ticks.back().at;
            if (sync_ == archive::sync_policy::always)
                synced_ = last_;
            return;
        }
        // Of a statement whose answer was lost, or written by another process before this one.
        const auto first = std::ranges::upper_bound(ticks, held_last_, {}, &tape::past_tick::at);
        ticks = {first, ticks.end()};
        while (!ticks.empty()) {
            const auto day = archive::day_of(ticks.front().at);
            const auto end = std::ranges::find_if(
                ticks, [day](const tape::past_tick& t) { return archive::day_of(t.at) != day; });
            const auto n = static_cast<std::size_t>(end - ticks.begin());
            write(ticks.first(n));
            ticks = ticks.subspan(n);
        }
    });
}

void store::begin_day(archive::utc_day day, position first)
{
    // What came before the very first tick is not known.
    const auto previous = held_last_ == position{} ? first.previous() : held_last_;
    const auto name = partition_of(day);
    const auto from = position::at(day);
    const auto until = position::at(day + std::chrono::days{1});
    transaction whole{*connection_};
    // Attached, because that goes on beside those who read the ticks of other days for long, as
    // pg_dump does; a partition that is made as one waits for them.
    if (connection_->ask("SELECT to_regclass($1)", {name}).is_null(0, 0))
        connection_->run(
            "CREATE TABLE " + name +
            " (LIKE ticks INCLUDING ALL); ALTER TABLE ticks ATTACH"
            " PARTITION " +
            name + " FOR VALUES FROM (" + std::to_string(stored(from)) + ") TO (" +
            std::to_string(stored(until)) + ')');
    connection_->ask(
        "INSERT INTO days VALUES ($1::date, $2::bigint) ON CONFLICT DO NOTHING",
        {archive::text_of(day), std::to_string(stored(previous))});
    connection_->run(count_change);
    whole.commit();
    archive::held_day held;
    held.key = {day, 0};
    held.previous = held.last = previous;
    if (!days_.empty())
        days_.rbegin()->second.last = held_last_;
    days_.emplace(day, held);
    if (held_last_ == position{})
        held_last_ = previous;
    publish();
}

// Appends ticks of one day, in one statement, which is one transaction.
void store::write(std::span<const tape::past_tick> ticks)
{
    const auto day = archive::day_of(ticks.front().at);
    if (!days_.contains(day))
        begin_day(day, ticks.front().at);
    array_text positions;
    array_text prices;
    array_text sources;
    array_text symbols;
    for (const auto& t : ticks) {
        positions.add(stored(t.at));
        prices.add(t.value.value());
        sources.add(names_->make_source(*connection_, t.source, t.combined));
        symbols.add(names_->make_symbol(*connection_, t.symbol));
    }
    connection_->ask(
        "INSERT INTO " + partition_of(day) +
            " (position, price, source, symbol) SELECT * FROM unnest($1::bigint[],"
            " $2::double precision[], $3::integer[], $4::smallint[])",
        {positions.take(), prices.take(), sources.take(), symbols.take()});
    last_ = held_last_ = ticks.back().at;
    days_.at(day).last = last_;
    if (sync_ == archive::sync_policy::always)
        synced_ = last_;
    given_ = std::max(given_, last_);
    note_page();
    inventory_->set_last(last_);
}

// The page says what was committed, not what the server still has: where ticks were lost and the
// process ends before they are written again, the next start tells that they are missing.
void store::note_page()
{
    if (page_)
        page_->set(given_, synced_);
}

result<void> store::sync()
{
    return guarded([&] {
        attach();
        if (!try_to_write()) {
            refresh();
            return;
        }
        if (are_holes_behind_)
            write_holes();
        give_way();
        if (!writes() || synced_ == last_)
            return;
        // A commit forces to the disk what was committed before it.
        run_synced(
            "UPDATE archive SET synced = " + std::to_string(stored(last_)), connection::answer_max);
        synced_ = last_;
        note_page();
    });
}

std::string store::holes_as_statements() const
{
    std::string statements = "DELETE FROM holes";
    for (const auto& h : holes_)
        statements.append("; INSERT INTO holes VALUES (")
            .append(std::to_string(stored(h.from)))
            .append(", ")
            .append(std::to_string(stored(h.to)))
            .append(", '")
            .append(archive::text_of(h.reason))
            .append("')");
    return statements;
}

void store::write_holes()
{
    run_synced(holes_as_statements() + "; " + count_change, connection::answer_max);
    are_holes_behind_ = false;
}

result<void> store::record_hole(archive::hole h)
{
    return guarded([&] {
        if (writes() && archive::add_hole(holes_, h)) {
            are_holes_behind_ = true;
            publish();
        }
        attach();
        if (!writes()) {
            // The one that writes may have the ticks. It matters if this process takes its place.
            std::erase_if(lacking_, [this](const archive::hole& l) { return l.to <= held_last_; });
            archive::add_hole(lacking_, h);
            return;
        }
        if (are_holes_behind_)
            write_holes();
    });
}

void store::note_shown(position up_to) noexcept
{
    if (page_)
        page_->set_shown(up_to);
}

void store::end_soon() noexcept
{
    // relaxed: a word of its own.
    ending_->store(true, std::memory_order_relaxed);
}

result<void> store::end_cleanly(wall_time now)
{
    if (auto done = sync(); !done)
        return done;
    return guarded([&] {
        if (writes())
            end_life(
                "to_timestamp(" + std::to_string(now.time_since_epoch().count() / 1'000) + ')');
    });
}

void store::end_life(const std::string& when)
{
    run_synced(
        "UPDATE lives SET ended_cleanly = true, last = " + std::to_string(stored(last_)) +
            ", ended = " + when +
            " WHERE number = " + std::to_string(life_->load(std::memory_order_relaxed)),
        connection::answer_max);
    if (!is_shared())
        return;
    // relaxed: a word of its own.
    life_->store(0, std::memory_order_relaxed);
    changes_ = -1;
    locks_.give_back(*connection_, locks::which::writes);
}

bool store::writes() const noexcept
{
    // relaxed: a word of its own.
    return life_->load(std::memory_order_relaxed) != 0;
}

void store::prefer_to_write(bool so) noexcept
{
    // relaxed: a word of its own.
    prefers_.store(so, std::memory_order_relaxed);
}

std::unique_ptr<archive::tick_reader> store::reader_of(const symbol_table& symbols) const
{
    return std::make_unique<reader>(terms_, symbols, inventory_, is_shared());
}

archive::candle_place store::candles() const
{
    return candle_table::place_of(terms_, life_);
}

std::unique_ptr<archive::text_store> store::texts() const
{
    return std::make_unique<text_table>(terms_, life_);
}

}  // namespace tickertape::postgres
