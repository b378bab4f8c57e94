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
    : kind_{kind}, symbols_{options.symbols}, sync_{options.sync}, cluster_{options.cluster},
      stuck_after_{options.stuck_after},
      terms_{
          .url = options.url,
          .schema = schema_of(kind),
          .application = name_of_this_process(),
          .ending = ending_},
      boot_{options.boot.empty() ? archive::boot_id() : options.boot}, locks_{
                                                                           kind, terms_.application}
{
}

void store::begin(const store_options& options)
{
    connection_ = std::make_unique<connection>(terms_);
    if (is_shared()) {
        join(options);
    } else {
        lock(*connection_, 0);
        migrate(*connection_, kind_);
        open_page(options);
        const auto life = read_life(*connection_);
        load(*connection_);
        read_holes(*connection_);
        judge(life, options);
        begin_life(life);
    }
    if (sync_ == archive::sync_policy::always)
        connection_->run("SET synchronous_commit TO on");
    publish();
}

// The lock for it is held, and the tables have been read.
void store::begin_life(const life_before& life)
{
    const auto number = life.number + 1;
    given_ = last_;
    // Before the life is begun: a page that says more than the tables is believed at the next
    // start, one that says less is not.
    if (page_) {
        page_->begin({last_, synced_, token_of(boot_, number), last_});
        if (life.set_aside_after != position{})
            page_->force();
    }
    transaction whole{*connection_};
    connection_->run("SET LOCAL synchronous_commit TO on");
    connection_->ask(
        "INSERT INTO lives (number, process, started) VALUES ($1::bigint, $2, now())",
        {std::to_string(number), terms_.application});
    // Holds up a candle store of a life before this one, which is refused after it.
    connection_->ask(
        "UPDATE archive SET life = $1::bigint, set_aside_after = 0, cluster = $2,"
        " changes = changes + 1",
        {std::to_string(number), cluster_});
    for (const auto& h : holes_)
        connection_->ask(
            "INSERT INTO holes SELECT $1::bigint, $2::bigint, $3 WHERE NOT EXISTS (SELECT FROM"
            " holes WHERE after_position = $1::bigint AND to_position = $2::bigint)",
            {std::to_string(stored(h.from)), std::to_string(stored(h.to)),
             std::string{archive::text_of(h.reason)}});
    whole.commit();
    // relaxed: a word of its own.
    life_->store(number, std::memory_order_relaxed);
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

// Takes the locks on which the one connection that writes is known.
void store::lock(connection& of, int own_backend) const
{
    locks_.take(of, locks::which::writes, locks::how::alone, own_backend);
    locks_.take(of, locks::which::uses, locks::how::alone, own_backend);
}

store::life_before store::read_life(connection& from)
{
    const auto said = from.ask(
        "SELECT a.life, a.synced, extract(epoch FROM a.ticks_dropped_before)::bigint / 86400,"
        " coalesce(l.ended_cleanly, false), coalesce(l.last, 0), a.epoch, a.set_aside_after,"
        " a.cluster"
        " FROM archive a LEFT JOIN lives l ON l.number = a.life");
    if (said.size() != 1)
        from.fail(archive_errc::damaged, "the table archive has not one row");
    dropped_before_ = archive::utc_day{std::chrono::days{said.integer(0, 2)}};
    epoch_ = archive::from_stored(said.integer(0, 5));
    return {
        said.integer(0, 0),
        said.text(0, 3) == "t",
        archive::from_stored(said.integer(0, 4)),
        archive::from_stored(said.integer(0, 1)),
        archive::from_stored(said.integer(0, 6)),
        std::string{said.text(0, 7)}};
}

void store::read_holes(connection& from)
{
    holes_.clear();
    const auto kept =
        from.ask("SELECT after_position, to_position, reason FROM holes ORDER BY after_position");
    for (std::size_t i = 0; i < kept.size(); ++i)
        if (const auto reason = archive::parse_reason(kept.text(i, 2)))
            archive::add_hole(
                holes_, {archive::from_stored(kept.integer(i, 0)),
                         archive::from_stored(kept.integer(i, 1)), *reason});
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

// `goes_on`: it has not ended. Nothing is missing, however it ended: what the archive lacks is on
// the log that the instances share, from which the tapes go on where the archive ends, or is told
// as a gap there.
void store::judge_life_of_cluster(const life_before& life, bool goes_on)
{
    found_.how_it_ended = life.number == 0                ? ending::none
                          : life.ended_cleanly || goes_on ? ending::clean
                                                          : ending::killed;
    found_.synced = life.synced;
    last_ = held_last_;
    synced_ = std::min(life.synced, held_last_);
    found_.last = last_;
    found_.holes = holes_;
}

}  // namespace tickertape::postgres
