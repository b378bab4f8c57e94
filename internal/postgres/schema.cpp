#include "postgres/schema.hpp"

#include <algorithm>
#include <array>

namespace tickertape::postgres {
namespace {

using archive::archive_errc;

// What makes version n + 1 of version n. Those that were released are never changed.
constexpr std::array migrations{
    // `position` is that of the protocol: milliseconds are position >> 20, the counter is
    // position & 1048575. `life` is the newest of `lives`: the one process that may write.
    R"(CREATE TABLE archive (
           id uuid NOT NULL DEFAULT gen_random_uuid(),
           kind text NOT NULL,
           life bigint NOT NULL DEFAULT 0,
           synced bigint NOT NULL DEFAULT 0,
           ticks_dropped_before date NOT NULL DEFAULT 'epoch',
           candles_closed_until bigint NOT NULL DEFAULT 0,
           minutes_dropped_before bigint NOT NULL DEFAULT 0);
       CREATE TABLE lives (
           number bigint PRIMARY KEY,
           process text NOT NULL,
           started timestamptz NOT NULL,
           ended timestamptz,
           ended_cleanly boolean NOT NULL DEFAULT false,
           last bigint);
       CREATE TABLE symbols (
           id smallint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
           name text NOT NULL UNIQUE);
       CREATE TABLE sources (
           id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
           name text NOT NULL,
           combined integer NOT NULL,
           UNIQUE (name, combined));
       CREATE TABLE days (
           day date PRIMARY KEY,
           previous bigint NOT NULL);
       CREATE TABLE ticks (
           position bigint NOT NULL,
           price double precision NOT NULL,
           source integer NOT NULL,
           symbol smallint NOT NULL,
           PRIMARY KEY (position)) PARTITION BY RANGE (position);
       CREATE INDEX ticks_of_symbol ON ticks (symbol, position);
       CREATE TABLE set_aside (
           set_aside_at timestamptz NOT NULL DEFAULT now(),
           position bigint NOT NULL,
           price double precision NOT NULL,
           source integer NOT NULL,
           symbol smallint NOT NULL);
       CREATE TABLE holes (
           after_position bigint NOT NULL,
           to_position bigint NOT NULL,
           reason text NOT NULL);
       CREATE TABLE facts (
           name text PRIMARY KEY,
           value bigint NOT NULL);
       CREATE TABLE candles (
           symbol smallint NOT NULL,
           interval_seconds integer NOT NULL,
           opens bigint NOT NULL,
           open double precision NOT NULL,
           high double precision NOT NULL,
           low double precision NOT NULL,
           close double precision NOT NULL,
           ticks bigint NOT NULL,
           overlaps_hole boolean NOT NULL,
           source text NOT NULL,
           PRIMARY KEY (symbol, interval_seconds, opens));
       CREATE VIEW prices AS
           SELECT to_timestamp((t.position >> 20) / 1000.0) AS time,
                  (t.position >> 20) || '-' || (t.position & 1048575) AS id,
                  y.name AS symbol, t.price, s.name AS source
           FROM ticks t JOIN symbols y ON y.id = t.symbol JOIN sources s ON s.id = t.source;
       CREATE VIEW price_candles AS
           SELECT y.name AS symbol, c.interval_seconds, to_timestamp(c.opens) AS time,
                  c.open, c.high, c.low, c.close, c.ticks, c.overlaps_hole, c.source
           FROM candles c JOIN symbols y ON y.id = c.symbol)",
    // Positions last began anew after `epoch`. `set_aside_after` is not 0 while a page of the
    // machine that writes may still name positions that were set aside then.
    R"(ALTER TABLE archive
           ADD COLUMN epoch bigint NOT NULL DEFAULT 0,
           ADD COLUMN set_aside_after bigint NOT NULL DEFAULT 0)",
    // Of which instances it is, '' for one that is alone. `changes` counts what changes beside the
    // ticks: days, holes, who writes.
    R"(ALTER TABLE archive
           ADD COLUMN cluster text NOT NULL DEFAULT '',
           ADD COLUMN changes bigint NOT NULL DEFAULT 0)",
    // What is kept beside the ticks, by its name: figures of the market, as JSON.
    R"(CREATE TABLE texts (
           name text PRIMARY KEY,
           text text NOT NULL,
           written timestamptz NOT NULL DEFAULT now()))"};

constexpr auto newest = static_cast<std::int64_t>(migrations.size());

}  // namespace

std::string schema_of(archive::feed_kind kind)
{
    return std::string{"tickertape"} + '_' + std::string{archive::text_of(kind)};
}

std::string partition_of(archive::utc_day day)
{
    auto text = "ticks_" + archive::text_of(day);
    std::ranges::replace(text, '-', '_');
    return text;
}

void migrate(connection& of, archive::feed_kind kind)
{
    const auto schema = schema_of(kind);
    const std::string said_kind{archive::text_of(kind)};
    const auto there = of.ask("SELECT to_regclass($1) IS NOT NULL", {schema + ".schema_version"});
    if (there.text(0, 0) != "t") {
        transaction whole{of};
        of.run("CREATE SCHEMA IF NOT EXISTS " + schema);
        of.run("CREATE TABLE schema_version (version integer NOT NULL)");
        of.run("INSERT INTO schema_version VALUES (0)");
        whole.commit();
    }
    const auto found = of.ask("SELECT version FROM schema_version");
    if (found.size() != 1)
        of.fail(archive_errc::damaged, "schema_version has not one row");
    const auto version = found.integer(0, 0);
    if (version > newest)
        of.fail(
            archive_errc::newer_schema, "written by a newer version of the program: schema " +
                                            std::to_string(version) + ", known up to " +
                                            std::to_string(newest));
    for (auto v = version; v < newest; ++v) {
        transaction whole{of};
        of.run(migrations[static_cast<std::size_t>(v)]);
        if (v == 0)
            of.ask("INSERT INTO archive (kind) VALUES ($1)", {said_kind});
        of.ask("UPDATE schema_version SET version = $1::integer", {std::to_string(v + 1)});
        whole.commit();
    }
    const auto kept = of.ask("SELECT kind FROM archive");
    if (kept.size() != 1)
        of.fail(archive_errc::damaged, "the table archive has not one row");
    if (kept.text(0, 0) != said_kind)
        of.fail(
            archive_errc::other_kind, "belongs to the feed '" + std::string{kept.text(0, 0)} +
                                          "', not to '" + said_kind + '\'');
}

}  // namespace tickertape::postgres
