// How a store in PostgreSQL is opened, and what it makes of how the life before it ended.
#include "postgres/address.hpp"
#include "postgres/schema.hpp"
#include "postgres/store.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace tickertape::postgres {

using archive::archive_errc;
using archive::ending;
using archive::guarded;
using archive::hole_reason;
using archive::result;
using archive::stored;

namespace {

// Of our advisory locks: "tick". The second number is that of the kind of feed.
constexpr std::int64_t lock_class = 0x7469636b;

// What a page of that life says in place of a boot id: 32 hexadecimal digits of the kernel's, cut
// to what leaves room for the number of the life.
std::string token_of(std::string boot, std::int64_t life)
{
    std::erase(boot, '-');
    return boot.substr(0, 24) + ':' + std::to_string(life);
}

}  // namespace

result<std::unique_ptr<store>> store::open(archive::feed_kind kind, const store_options& options)
{
    return guarded([&] {
        std::unique_ptr<store> made{new store{kind, options}};
        made->begin(options);
        return made;
    });
}

store::store(archive::feed_kind kind, const store_options& options)
    : kind_{kind}, symbols_{options.symbols}, sync_{options.sync},
      terms_{
          .url = options.url,
          .schema = schema_of(kind),
          .application = name_of_this_process(),
          .ending = ending_},
      boot_{options.boot.empty() ? archive::boot_id() : options.boot}
{
}

void store::begin(const store_options& options)
{
    connection_ = std::make_unique<connection>(terms_);
    lock(*connection_, 0);
    migrate(*connection_, kind_);
    open_page(options);
    const auto life = read_life();
    load(*connection_);
    const auto kept = connection_->ask(
        "SELECT after_position, to_position, reason FROM holes ORDER BY after_position");
    for (std::size_t i = 0; i < kept.size(); ++i)
        if (const auto reason = archive::parse_reason(kept.text(i, 2)))
            archive::add_hole(
                holes_, {archive::from_stored(kept.integer(i, 0)),
                         archive::from_stored(kept.integer(i, 1)), *reason});
    judge(life, options);
    life_ = life.number + 1;
    given_ = last_;
    // Before the life is begun: a page that says more than the tables is believed at the next
    // start, one that says less is not.
    if (page_) {
        page_->begin({last_, synced_, token_of(boot_, life_), last_});
        if (life.set_aside_after != position{})
            page_->force();
    }
    transaction whole{*connection_};
    connection_->run("SET LOCAL synchronous_commit TO on");
    connection_->ask(
        "INSERT INTO lives (number, process, started) VALUES ($1::bigint, $2,"
        " to_timestamp($3::double precision / 1000))",
        {std::to_string(life_), terms_.application,
         std::to_string(options.now.time_since_epoch().count())});
    // Holds up a candle store of a life before this one, which is refused after it.
    connection_->ask(
        "UPDATE archive SET life = $1::bigint, set_aside_after = 0", {std::to_string(life_)});
    for (const auto& h : holes_)
        connection_->ask(
            "INSERT INTO holes SELECT $1::bigint, $2::bigint, $3 WHERE NOT EXISTS (SELECT FROM"
            " holes WHERE after_position = $1::bigint AND to_position = $2::bigint)",
            {std::to_string(stored(h.from)), std::to_string(stored(h.to)),
             std::string{archive::text_of(h.reason)}});
    whole.commit();
    if (sync_ == archive::sync_policy::always)
        connection_->run("SET synchronous_commit TO on");
    publish();
}

// The file is that of this archive: one directory may serve many.
void store::open_page(const store_options& options)
{
    if (options.state_directory.empty())
        return;
    const auto which = connection_->ask("SELECT id FROM archive");
    if (which.size() != 1)
        connection_->fail(archive_errc::damaged, "the table archive has not one row");
    const std::filesystem::path directory{options.state_directory};
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error)
        archive::fail(archive_errc::not_accessible, directory.string() + ": " + error.message());
    page_ = std::make_unique<archive::progress>(
        directory / ("postgresql-" + std::string{which.text(0, 0)} + ".progress"));
}

// Takes the lock on which the one connection that writes is known. A process that was killed may
// hold it for a moment; a connection of our own that was lost, until the server notices.
void store::lock(connection& of, int own_backend) const
{
    const auto key = std::to_string(lock_class) + ", " + std::to_string(static_cast<int>(kind_));
    if (of.ask("SELECT pg_try_advisory_lock(" + key + ")").text(0, 0) == "t")
        return;
    const std::string holder =
        " FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory'"
        " AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname ="
        " current_database()) AND l.classid = " +
        std::to_string(lock_class) + " AND l.objid = " + std::to_string(static_cast<int>(kind_));
    if (own_backend != 0)
        of.ask(
            "SELECT pg_terminate_backend(a.pid)" + holder +
                " AND a.pid = $1::integer AND a.application_name = $2",
            {std::to_string(own_backend), terms_.application});
    try {
        of.run("SELECT pg_advisory_lock(" + key + ")");
    } catch (const archive::thrown_failure& e) {
        if (e.said().code != archive_errc::busy)
            throw;
        const auto who = of.ask(
            "SELECT a.application_name, coalesce(host(a.client_addr), 'a socket')," +
            std::string{" a.pid, to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS')"} + holder);
        std::string text = "in use by another process";
        if (who.size() != 0)
            text = "in use by " + std::string{who.text(0, 0)} + ", connected over " +
                   std::string{who.text(0, 1)} + " since " + std::string{who.text(0, 3)} +
                   " UTC as backend " + std::string{who.text(0, 2)};
        of.fail(archive_errc::in_use, text);
    }
}

store::life_before store::read_life()
{
    const auto said = connection_->ask(
        "SELECT a.life, a.synced, extract(epoch FROM a.ticks_dropped_before)::bigint / 86400,"
        " coalesce(l.ended_cleanly, false), coalesce(l.last, 0), a.epoch, a.set_aside_after"
        " FROM archive a LEFT JOIN lives l ON l.number = a.life");
    if (said.size() != 1)
        connection_->fail(archive_errc::damaged, "the table archive has not one row");
    dropped_before_ = archive::utc_day{std::chrono::days{said.integer(0, 2)}};
    epoch_ = archive::from_stored(said.integer(0, 5));
    return {
        said.integer(0, 0), said.text(0, 3) == "t", archive::from_stored(said.integer(0, 4)),
        archive::from_stored(said.integer(0, 1)), archive::from_stored(said.integer(0, 6))};
}

void store::lose(position from, position to, hole_reason reason)
{
    if (archive::add_hole(holes_, {from, to, reason}))
        found_.remarks.push_back(
            std::string{"missing ("}.append(archive::text_of(reason)) + "): after " + from.text() +
            " up to " + to.text());
}

// A page of the life before says what it committed and showed, whatever happened to the server. A
// server that lost its last commits has a prefix of them, as its log has.
void store::judge(const life_before& life, const store_options& options)
{
    const auto* page = page_ && page_->found() ? &*page_->found() : nullptr;
    const bool is_of_it = page != nullptr && (page->boot == token_of(boot_, life.number) ||
                                              page->boot == token_of(boot_, life.number + 1));
    found_.is_same_boot = is_of_it;
    found_.synced = life.synced;
    auto known = held_last_;
    if (life.number == 0) {
        found_.how_it_ended = ending::none;
    } else if (life.ended_cleanly) {
        found_.how_it_ended = ending::clean;
        lose(known, life.last, hole_reason::damaged);
        known = std::max(known, life.last);
    } else if (is_of_it) {
        found_.how_it_ended = ending::killed;
    } else {
        found_.how_it_ended = ending::unknown;
        const auto until = std::max(position::at(options.now).previous(), known);
        lose(known, until, hole_reason::not_archived);
    }
    // Of whichever life it is: a database that was restored from a backup does not know the last.
    if (page != nullptr && life.number != 0) {
        auto given = std::max(page->last, page->shown);
        // It may be of the time that never was, or of what was shown after that.
        if (life.set_aside_after != position{})
            given = std::max(life.set_aside_after, position::at(options.now).previous());
        lose(known, given, hole_reason::not_archived);
        known = std::max(known, given);
    }
    last_ = known;
    synced_ = std::min(life.synced, held_last_);
    found_.last = last_;
    found_.holes = holes_;
}

}  // namespace tickertape::postgres
