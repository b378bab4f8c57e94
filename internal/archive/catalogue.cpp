#include "archive/catalogue.hpp"

#include <zlib.h>

#include <array>
#include <utility>

namespace tickertape::archive {
namespace {

// Each brings the schema from its place in the list, counted from 0, to the next version.
constexpr std::array migrations{
    R"(
CREATE TABLE days(day TEXT NOT NULL, part INTEGER NOT NULL, form TEXT NOT NULL,
    previous INTEGER NOT NULL, last INTEGER NOT NULL, ticks INTEGER NOT NULL,
    bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY(day, part)) WITHOUT ROWID;
CREATE TABLE holes("from" INTEGER PRIMARY KEY, "to" INTEGER NOT NULL, reason TEXT NOT NULL);
CREATE TABLE lives(id INTEGER PRIMARY KEY, start INTEGER NOT NULL,
    ended INTEGER NOT NULL, boot TEXT NOT NULL,
    last INTEGER NOT NULL, synced INTEGER NOT NULL, ended_cleanly INTEGER NOT NULL);
CREATE TABLE notes(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, text TEXT NOT NULL);
CREATE TABLE facts(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIEW holes_utc AS SELECT
    strftime('%Y-%m-%d %H:%M:%f', ("from" >> 20) / 1000.0, 'unixepoch') AS after,
    strftime('%Y-%m-%d %H:%M:%f', ("to" >> 20) / 1000.0, 'unixepoch') AS until, reason FROM holes;
)",
};
constexpr auto newest_schema = static_cast<std::int64_t>(migrations.size());

std::int64_t ms_of(wall_time t) noexcept
{
    return t.time_since_epoch().count();
}

// Of all there is, in its order.
class digest {
public:
    digest& operator<<(std::string_view text) noexcept
    {
        value_ = ::crc32(
            value_, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size()));
        value_ = ::crc32(value_, reinterpret_cast<const Bytef*>("\n"), 1);
        return *this;
    }
    digest& operator<<(std::int64_t number) { return *this << std::to_string(number); }
    std::int64_t value() const noexcept { return static_cast<std::int64_t>(value_); }

private:
    uLong value_ = 0;
};

std::int64_t digest_of(const catalogue::contents& c)
{
    digest d;
    for (const auto& [key, h] : c.days)
        d << text_of(key.day) << std::int64_t{key.part} << std::int64_t{h.form == day_form::sealed}
          << stored(h.previous) << stored(h.last) << static_cast<std::int64_t>(h.ticks)
          << static_cast<std::int64_t>(h.bytes) << h.sha256;
    for (const auto& h : c.holes)
        d << stored(h.from) << stored(h.to) << text_of(h.reason);
    for (const auto& l : c.lives)
        d << ms_of(l.start) << ms_of(l.end) << l.boot << stored(l.last) << stored(l.synced)
          << std::int64_t{l.ended_cleanly};
    for (const auto& n : c.notes)
        d << ms_of(n.at) << n.text;
    d << text_of(c.dropped_before);
    // What a file of before lacks is not part of its digest.
    if (c.epoch != position{})
        d << "epoch" << stored(c.epoch);
    if (c.set_aside_after != position{})
        d << stored(c.set_aside_after);
    return d.value();
}

template <class... Values>
void insert(statement& into, const Values&... values)
{
    int index = 0;
    (into.bind(++index, values), ...);
    into.run();
}

void write_days(database& to, const catalogue::contents& c)
{
    auto s = to.prepare("INSERT INTO days VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
    for (const auto& [key, d] : c.days) {
        const std::string_view form = d.form == day_form::sealed ? "sealed" : "open";
        insert(
            s, std::string_view{text_of(key.day)}, std::int64_t{key.part}, form, stored(d.previous),
            stored(d.last), static_cast<std::int64_t>(d.ticks), static_cast<std::int64_t>(d.bytes),
            std::string_view{d.sha256});
    }
}

void write_all(database& to, const catalogue::contents& c)
{
    to.run("DELETE FROM days; DELETE FROM holes; DELETE FROM lives; DELETE FROM notes;"
           " DELETE FROM facts");
    write_days(to, c);
    auto holes = to.prepare("INSERT INTO holes VALUES(?, ?, ?)");
    for (const auto& h : c.holes)
        insert(holes, stored(h.from), stored(h.to), text_of(h.reason));
    auto lives = to.prepare("INSERT INTO lives(start, ended, boot, last, synced, ended_cleanly)"
                            " VALUES(?, ?, ?, ?, ?, ?)");
    for (const auto& l : c.lives)
        insert(
            lives, ms_of(l.start), ms_of(l.end), std::string_view{l.boot}, stored(l.last),
            stored(l.synced), std::int64_t{l.ended_cleanly});
    auto notes = to.prepare("INSERT INTO notes(at, text) VALUES(?, ?)");
    for (const auto& n : c.notes)
        insert(notes, ms_of(n.at), std::string_view{n.text});
    auto facts = to.prepare("INSERT INTO facts VALUES(?, ?)");
    insert(
        facts, std::string_view{"dropped before"},
        std::int64_t{c.dropped_before.time_since_epoch().count()});
    if (c.epoch != position{})
        insert(facts, std::string_view{"epoch"}, stored(c.epoch));
    if (c.set_aside_after != position{})
        insert(facts, std::string_view{"set aside after"}, stored(c.set_aside_after));
    insert(facts, std::string_view{"digest"}, digest_of(c));
}

std::int64_t fact(const database& from, std::string_view name)
{
    auto s = from.prepare("SELECT value FROM facts WHERE name = ?");
    s.bind(1, name);
    return s.step() ? s.integer(0) : 0;
}

}  // namespace

catalogue::catalogue(const std::filesystem::path& path) : file_{path, database::access::create}
{
    if (migrate())
        return;
    // Written once as it was: what cannot be written is found now, while it can be made anew.
    change(read());
}

catalogue::catalogue(const std::filesystem::path& path, database::access how) : file_{path, how} {}

catalogue::contents catalogue::look(const std::filesystem::path& path)
{
    catalogue at{path, database::access::read};
    if (at.file_.schema_version(newest_schema) != newest_schema)
        archive::fail(
            archive_errc::damaged,
            path.string() + ": not of this version; a start of the server brings it there");
    at.file_.run("BEGIN");  // all tables at one moment
    return at.read();
}

bool catalogue::migrate()
{
    auto version = file_.schema_version(newest_schema);
    const bool is_new = version == 0;
    if (is_new && file_.integer("SELECT count(*) FROM sqlite_master") != 0)
        archive::fail(archive_errc::damaged, file_.path().string() + ": its version is damaged");
    for (; version < newest_schema; ++version) {
        transaction t{file_};
        file_.run(migrations[static_cast<std::size_t>(version)]);
        file_.set_schema_version(version + 1);
        if (is_new)
            write_all(file_, {});
        t.commit();
    }
    return is_new;
}

catalogue::contents catalogue::read() const
{
    contents c;
    const auto damaged = [this] {
        archive::fail(archive_errc::damaged, file_.path().string() + ": does not verify");
    };
    auto days = file_.prepare("SELECT * FROM days ORDER BY day, part");
    while (days.step()) {
        const auto day = parse_day(days.text(0));
        if (!day)
            damaged();
        const day_key key{*day, static_cast<unsigned>(days.integer(1))};
        c.days[key] = {
            key,
            days.text(2) == "sealed" ? day_form::sealed : day_form::open,
            from_stored(days.integer(3)),
            from_stored(days.integer(4)),
            static_cast<std::uint64_t>(days.integer(5)),
            static_cast<std::uint64_t>(days.integer(6)),
            std::string{days.text(7)}};
    }
    auto holes = file_.prepare("SELECT * FROM holes ORDER BY \"from\"");
    while (holes.step()) {
        const auto reason = parse_reason(holes.text(2));
        if (!reason)
            damaged();
        c.holes.push_back({from_stored(holes.integer(0)), from_stored(holes.integer(1)), *reason});
    }
    auto lives = file_.prepare("SELECT * FROM lives ORDER BY id");
    while (lives.step())
        c.lives.push_back(
            {wall_time{std::chrono::milliseconds{lives.integer(1)}},
             wall_time{std::chrono::milliseconds{lives.integer(2)}}, std::string{lives.text(3)},
             from_stored(lives.integer(4)), from_stored(lives.integer(5)), lives.integer(6) != 0});
    auto notes = file_.prepare("SELECT * FROM notes ORDER BY id");
    while (notes.step())
        c.notes.push_back(
            {wall_time{std::chrono::milliseconds{notes.integer(1)}}, std::string{notes.text(2)}});
    c.dropped_before = utc_day{std::chrono::days{fact(file_, "dropped before")}};
    c.epoch = from_stored(fact(file_, "epoch"));
    c.set_aside_after = from_stored(fact(file_, "set aside after"));
    if (fact(file_, "digest") != digest_of(c))
        damaged();
    return c;
}

void catalogue::change(contents next)
{
    if (next.lives.size() > lives_max)
        next.lives.erase(next.lives.begin());
    if (next.notes.size() > notes_max)
        next.notes.erase(next.notes.begin());
    now_ = std::move(next);
    is_behind_ = true;
    transaction t{file_};
    write_all(file_, now_);
    t.commit();
    file_.sync_log();
    is_behind_ = false;
}

}  // namespace tickertape::archive
