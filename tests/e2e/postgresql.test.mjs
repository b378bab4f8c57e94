// An archive in PostgreSQL: a client that comes back misses nothing, prices go on while the database
// is away, and what cannot be used is refused with one line.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { clocksOf } from "./support/clock.mjs";
import { checkOrder, isTick, readEvents } from "./support/events.mjs";
import { figuresOf } from "./support/figures.mjs";
import { json, request } from "./support/http.mjs";
import { killAgainAndAgain } from "./support/kills.mjs";
import { startPostgres } from "./support/postgres.mjs";
import { run, scratch, startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 180_000;

async function archived(t, more = {}) {
    const database = await startPostgres(t);
    const settings = { ARCHIVE: database.url(), ARCHIVE_STATE: join(await scratch(t), "state"), LOG_LEVEL: "info", ...more };
    return { database, settings, start: (others = {}) => startServer(t, { ...settings, ...others }) };
}

async function publish(server, stream, first, count) {
    await until("the stream is open", () => stream.status === 200);
    for (let n = 0; n < count; n += 1) server.publish(first + n);
    await stream.sees(`price ${first + count - 1}`, (_, { prices }) => prices.at(-1) === first + count - 1);
}

const gapsOf = (stream) => stream.events.filter(({ event }) => event === "gap");
const state = async (server) => (await json(`${server.url}/api/archive`)).body;

// Starts it and returns what it says as it refuses to.
async function refusal(t, settings, args = []) {
    const child = await run(t, { settings: { PROVIDERS: "pipe", PORT: "0", LISTEN_ADDRESS: "127.0.0.1", ...settings }, args });
    const exit = await child.exited(60_000);
    assert.notEqual(exit.code, 0);
    assert.equal(child.stderr.trimEnd().split("\n").length, 1, child.stderr);
    assert.doesNotMatch(child.stderr, /correct-horse|battery-staple/);
    return child.stderr;
}

// The clock steps a year ahead and back, the server is killed, and a client comes back with an id of
// that year. Returns what it is told: gaps by their reason, ticks by their price.
async function resumedInAnotherEra(t, archive) {
    const year = 365 * 86_400;
    const clocks = await clocksOf(t);
    const settings = { ...clocks.settings, LOG_LEVEL: "info", ...archive };
    const server = await startServer(t, settings);
    const stream = readEvents(t, `${server.url}/prices/stream`);
    let price = 0;
    await until("the stream is open", () => stream.status === 200);
    const told = async (steps) => {
        await until("a step is told of", async () => {
            server.publish(price += 1);
            await stream.sees("the price", (_, { prices }) => prices.includes(price));
            await pause(100);
            return (server.child.stderr.match(/ the wall clock has stepped /g) ?? []).length >= steps;
        }, { timeout: 60_000 });
    };
    await publish(server, stream, price += 1, 1);
    clocks.step(year);
    await told(1);
    const wrong = stream.events.filter(isTick).at(-1).id;
    clocks.step(-year);
    await told(2);
    assert.equal(gapsOf(stream)[0].data.reason, "restarted");
    let id;
    await until("the newest is archived", async () => { // a busy machine may pass one by
        server.publish(price += 1);
        await stream.sees("the price", (_, { prices }) => prices.includes(price));
        ({ id } = stream.events.filter(isTick).at(-1));
        await pause(200);
        return (await state(server)).last.id === id;
    });
    const newest = price;
    server.child.signal("SIGKILL");
    await server.child.exited();
    const second = await startServer(t, settings);
    const words = [];
    for (const from of [wrong, id]) {
        const resumed = readEvents(t, `${second.url}/prices/stream`, { "last-event-id": from });
        await publish(second, resumed, newest + 1 + words.length, 1);
        words.push(resumed.events.filter((event) => event.event === "gap" || isTick(event)).map((event) =>
            event.event === "gap" ? event.data.reason : event.data.price === newest + 1 ? "new" : "tick").filter((word, n, all) => word !== all[n - 1]));
    }
    return words;
}

describe("an archive in PostgreSQL", { timeout: 2_700_000 }, () => {
    test("kill -9 under load costs nothing that was seen", { timeout: 1_800_000 }, async (t) => {
        const { database, settings } = await archived(t);
        await killAgainAndAgain(t, {
            archive: { ARCHIVE: settings.ARCHIVE, ARCHIVE_STATE: settings.ARCHIVE_STATE },
            kills: Number(process.env.ARCHIVE_KILLS ?? 5), clients: 100,
        });
        assert.equal(database.sql("SELECT count(*) FROM tickertape_pipe.holes WHERE after_position > 0"), "0");
    });

    for (const signal of ["SIGKILL", "SIGTERM"])
        test(`what was seen before ${signal} is resumed without a gap`, { timeout }, async (t) => {
            const { start } = await archived(t);
            const all = [];
            let headers = {};
            for (let life = 0; life < 3; life += 1) {
                const server = await start();
                const stream = readEvents(t, `${server.url}/prices/stream`, headers);
                await publish(server, stream, 1 + 50 * life, 50);
                all.push(...stream.events.filter((event) => event.id !== undefined));
                assert.deepEqual(gapsOf(stream), []);
                headers = { "last-event-id": all.at(-1).id };
                server.child.signal(signal);
                await server.child.exited();
                stream.close();
            }
            checkOrder(all);
            assert.deepEqual(
                all.filter(isTick).map((event) => event.data.price), Array.from({ length: 150 }, (_, n) => n + 1));
        });

    test("ticks older than memory come from the database", { timeout }, async (t) => {
        const { database, start } = await archived(t, { STORE_SIZE: "10", ARCHIVE_PATIENCE: "10s" });
        const server = await start();
        const live = readEvents(t, `${server.url}/prices/stream`);
        for (let n = 1; n <= 500; n += 5) await publish(server, live, n, 5);
        const { id } = live.events.filter(isTick)[0];
        const old = readEvents(t, `${server.url}/prices/stream`, { "last-event-id": id });
        await old.sees("price 500", (_, { prices }) => prices.at(-1) === 500);
        await publish(server, old, 501, 5);
        assert.deepEqual(old.prices, Array.from({ length: 504 }, (_, n) => n + 2));
        assert.deepEqual(gapsOf(old), []);
        checkOrder(old.events);
        // As a person asks.
        assert.equal(
            database.sql("SELECT symbol, count(*), min(price), max(price), min(source) FROM tickertape_pipe.prices GROUP BY symbol"),
            "BTC-USD|505|1|505|pipe");
        assert.equal(database.sql(`SELECT price FROM tickertape_pipe.prices WHERE id = '${id}'`), String(live.prices[0]));
    });

    test("PostgreSQL that stops is passed by and caught up with; a kill meanwhile is told once", { timeout }, async (t) => {
        const { database, start } = await archived(t, { STORE_SIZE: "20" });
        const first = await start();
        const stream = readEvents(t, `${first.url}/prices/stream`);
        await publish(first, stream, 1, 10);
        await database.stop();
        // More than the tape holds, but never more at once.
        for (let n = 11; n <= 60; n += 5) await publish(first, stream, n, 5);
        assert.equal((await request(`${first.url}/readyz`)).status, 200);
        assert.equal((await figuresOf(first)).sum("tickertape_archive_up"), 0);
        await until("the archive fails", async () => (await state(first)).state === "failing");
        const { why } = await state(first);
        assert.equal(why, "the database cannot be reached");
        assert.match(first.child.stderr, /the archive fails; prices go on without it why=".*keeper/);
        await database.start();
        await until("the archive works again", async () => (await state(first)).state === "ok", { timeout: 30_000 });
        await publish(first, stream, 61, 5);
        await until("all is archived", async () =>
            (await state(first)).last.id === stream.events.filter(isTick).at(-1).id);
        assert.deepEqual(stream.prices, Array.from({ length: 65 }, (_, n) => n + 1));
        assert.deepEqual(gapsOf(stream), []);
        assert.doesNotMatch(first.child.stderr, /correct-horse/);

        // What neither the tape nor the database has any more is told as a gap.
        const ids = stream.events.filter(isTick).map(({ id }) => id);
        const resumed = readEvents(t, `${first.url}/prices/stream`, { "last-event-id": ids[4] });
        await resumed.sees("the newest", (_, { prices }) => prices.at(-1) === 65);
        assert.equal(gapsOf(resumed).length, 1, resumed.text);
        assert.deepEqual(resumed.prices.slice(0, 5), [6, 7, 8, 9, 10]);
        checkOrder(resumed.events);

        // A kill while it is away: what was shown without it is missing, and told.
        await database.stop();
        await publish(first, stream, 66, 5);
        const last = stream.events.filter(isTick).at(-1).id;
        first.child.signal("SIGKILL");
        await first.child.exited();
        await database.start();
        const second = await start();
        assert.equal((await state(second)).last_life, "killed");
        const again = readEvents(t, `${second.url}/prices/stream`, { "last-event-id": ids.at(-1) });
        const knowing = readEvents(t, `${second.url}/prices/stream`, { "last-event-id": last });
        await publish(second, again, 71, 1);
        await publish(second, knowing, 72, 1);
        assert.equal(gapsOf(again).length, 1, again.text);
        assert.equal(gapsOf(knowing).length, 0, knowing.text);
    });

    test("PostgreSQL that ends without a word under load has every tick once", { timeout }, async (t) => {
        const { database, start } = await archived(t);
        const server = await start();
        const stream = readEvents(t, `${server.url}/prices/stream`);
        await until("the stream is open", () => stream.status === 200);
        let newest = 0;
        const load = setInterval(() => {
            for (let n = 0; n < 5; n += 1) server.publish(newest += 1);
        }, 10);
        t.after(() => clearInterval(load));
        for (let crash = 1; crash <= 3; crash += 1) {
            await stream.sees("some", (_, { prices }) => prices.length >= crash * 200);
            await database.stop("SIGQUIT");
            const more = stream.prices.length + 200;
            await stream.sees("more without it", (_, { prices }) => prices.length >= more);
            await database.start();
            await until("the archive works again", async () => (await state(server)).state === "ok", { timeout: 60_000 });
        }
        clearInterval(load);
        await stream.sees("the last", (_, { prices }) => prices.at(-1) === newest);
        const { id } = stream.events.filter(isTick).at(-1);
        await until("all is archived", async () => (await state(server)).last.id === id);
        assert.deepEqual(stream.prices, Array.from({ length: newest }, (_, n) => n + 1));
        assert.deepEqual(gapsOf(stream), []);
        assert.equal(
            database.sql("SELECT count(*), count(DISTINCT price), max(price) FROM tickertape_pipe.prices"),
            `${newest}|${newest}|${newest}`);
        assert.equal(database.sql("SELECT count(*) FROM tickertape_pipe.holes WHERE after_position > 0"), "0");
    });

    test("a database that hangs holds up nobody, and is caught up with", { timeout }, async (t) => {
        const { database, start } = await archived(t);
        const server = await start();
        const stream = readEvents(t, `${server.url}/prices/stream`);
        await publish(server, stream, 1, 10);
        database.signalAll("SIGSTOP");
        await publish(server, stream, 11, 20);
        await until("the archive fails", async () => (await state(server)).state === "failing", { timeout: 30_000 });
        database.signalAll("SIGCONT");
        await until("the archive works again", async () => (await state(server)).state === "ok", { timeout: 60_000 });
        await publish(server, stream, 31, 5);
        const newest = stream.events.filter(isTick).at(-1).id;
        await until("all is archived", async () => (await state(server)).last.id === newest);
        assert.equal(
            database.sql("SELECT count(*), count(DISTINCT price), max(price) FROM tickertape_pipe.prices"), "35|35|35");
    });

    test("candles and statistics come from it, and outlive the server", { timeout }, async (t) => {
        const { database, start } = await archived(t);
        const server = await start();
        const stream = readEvents(t, `${server.url}/prices/stream`);
        await publish(server, stream, 100, 20);
        const figures = (await json(`${server.url}/api/prices/btc-usd/stats?window=1h`)).body;
        assert.equal(figures.count, 20);
        assert.deepEqual([figures.min, figures.max], [100, 119]);
        const asked = "/api/prices/btc-usd/candles?interval=1m&forming=true";
        const forming = (await json(`${server.url}${asked}`)).body.candles;
        assert.equal(forming.reduce((sum, { ticks }) => sum + ticks, 0), 20);
        // The minute is over when the clock says so, and ten seconds more.
        await until("the minute is closed", () => database.sql(
            "SELECT coalesce(sum(ticks), 0) FROM tickertape_pipe.price_candles WHERE interval_seconds = 60") === "20",
        { timeout: 100_000 });
        server.child.signal("SIGKILL");
        await server.child.exited();
        const second = await start();
        const { candles } = (await json(`${second.url}${asked}`)).body;
        assert.deepEqual(candles.map(({ open, high, low, close, ticks }) => [open, high, low, close, ticks]),
            forming.map(({ open, high, low, close, ticks }) => [open, high, low, close, ticks]));
    });

    test("what cannot be used is refused with a line that says why", { timeout }, async (t) => {
        const { database, settings, start } = await archived(t);
        const wrong = { ...settings, ARCHIVE: database.url("postgres", { secret: "battery-staple" }) };
        assert.match(await refusal(t, wrong), /ARCHIVE: .*password authentication failed for user "keeper"/);
        assert.match(
            await refusal(t, { ...settings, ARCHIVE: database.url("nowhere") }),
            /ARCHIVE: .*database "nowhere" does not exist/);
        assert.match(
            await refusal(t, { ...settings, ARCHIVE: `postgresql:///postgres?host=${join(database.directory, "absent")}` }),
            /ARCHIVE: .*No such file or directory/);

        // One that accepts and never says a word.
        const silent = createServer(() => {}).listen(0, "127.0.0.1");
        t.after(() => silent.close());
        await once(silent, "listening");
        const endless = `postgresql://keeper@127.0.0.1:${silent.address().port}/prices?connect_timeout=0`;
        assert.match(await refusal(t, { ...settings, ARCHIVE: endless }), /ARCHIVE: .*PostgreSQL does not answer/);

        const first = await start();
        assert.match(await refusal(t, settings), /ARCHIVE: .*in use by tickertape on .*, process \d+/);
        first.child.signal("SIGTERM");
        await first.child.exited();

        database.sql("UPDATE tickertape_pipe.schema_version SET version = 99");
        assert.match(await refusal(t, settings), /ARCHIVE: .*written by a newer version of the program: schema 99/);
        database.sql("UPDATE tickertape_pipe.schema_version SET version = 4; UPDATE tickertape_pipe.archive SET kind = 'live'");
        assert.match(await refusal(t, settings), /ARCHIVE: .*belongs to the feed 'live', not to 'pipe'/);

        for (const command of [["archive", "backup"], ["archive", "verify"], ["export"], ["import", "x.csv"]])
            assert.match(await refusal(t, settings, command), /this archive is in PostgreSQL/);
        assert.match(await refusal(t, { ...settings, BACKUP_DIR: "backups" }), /BACKUP_DIR: .*pg_dump/);
        assert.match(await refusal(t, { ...settings, RETENTION_SIZE: "1GiB" }), /RETENTION_SIZE: .*RETENTION_TICKS/);
    });

    test("nothing shows the password", { timeout }, async (t) => {
        const { settings, start } = await archived(t);
        const server = await start({ LOG_LEVEL: "debug" });
        const stream = readEvents(t, `${server.url}/prices/stream`);
        await publish(server, stream, 1, 3);
        const shown = await run(t, { settings: { ...settings, PROVIDERS: "pipe" }, args: ["--check-config"] });
        await shown.exited();
        const texts = [server.child.stderr, server.child.stdout, shown.stdout, shown.stderr,
            (await request(`${server.url}/api/archive`)).text, (await request(`${server.url}/metrics`)).text,
            readFileSync(`/proc/${server.pid}/cmdline`, "latin1")];
        for (const text of texts) assert.doesNotMatch(text, /correct-horse/);
        assert.match(shown.stdout, /ARCHIVE=.*postgresql:\/\/keeper:\*{8}@/);
    });

    test("an id of a time that never was is answered as it is with files", { timeout: 300_000 }, async (t) => {
        const { settings } = await archived(t);
        const inFiles = { ARCHIVE: `sqlite:${join(await scratch(t), "data")}` };
        // What follows the first word has holes where a busy machine passed the archive by.
        for (const archive of [settings, inFiles]) {
            const [wrong, right] = await resumedInAnotherEra(t, archive);
            assert.equal(wrong[0], "restarted");
            assert.equal(wrong.at(-1), "new");
            assert.deepEqual(right, ["new", "tick"]);
        }
    });

    test("without a page of its own a kill is told as a gap", { timeout }, async (t) => {
        const { start } = await archived(t, { ARCHIVE_STATE: "" });
        const first = await start();
        const stream = readEvents(t, `${first.url}/prices/stream`);
        await publish(first, stream, 1, 10);
        const { id } = stream.events.filter(isTick).at(-1);
        first.child.signal("SIGKILL");
        await first.child.exited();
        const second = await start();
        assert.equal((await state(second)).last_life, "unknown");
        const resumed = readEvents(t, `${second.url}/prices/stream`, { "last-event-id": id });
        await publish(second, resumed, 11, 1);
        assert.equal(gapsOf(resumed).length, 1, resumed.text);
    });
});
