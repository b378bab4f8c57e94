// Instances of a cluster that share one archive in PostgreSQL: one of them writes it, it may be killed
// or hang, and one that starts with nothing has all.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Cluster, symbols } from "./support/cluster.mjs";
import { isTick, positionOf, readEvents } from "./support/events.mjs";
import { figuresOf } from "./support/figures.mjs";
import { json } from "./support/http.mjs";
import { startPostgres } from "./support/postgres.mjs";
import { startRedis } from "./support/redis.mjs";
import { run } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const names = ["a", "b", "c"];
const timeout = 300_000;
const schema = "tickertape_pipe";
const stream = "tickertape:{pipe}:stream";

async function sharing(t, more = {}) {
    const [redis, database] = await Promise.all([startRedis(t), startPostgres(t)]);
    const settings = { RELAY: redis.url, ARCHIVE: database.url(), ARCHIVE_PATIENCE: "10s", ...more };
    return { redis, database, settings, cluster: new Cluster(t, settings) };
}

// The name of the instance that leads, once it is the one that writes.
const writer = (cluster) => until("the leader writes the archive", async () => {
    const leader = await cluster.leader();
    const figures = await figuresOf(cluster.instances.get(leader));
    return figures.sum("tickertape_archive_writer") === 1 ? leader : null;
}, { timeout: 60_000 });

// "id symbol price" of each tick that Redis holds, oldest first.
function ticksOfRedis(redis) {
    const lines = redis.cli("--raw", "XRANGE", stream, "-", "+").split("\n");
    const ticks = [];
    for (let i = 0; i + 4 < lines.length; i += 5) {
        const [version, kind, symbol, price] = lines[i + 4].split(" ");
        assert.equal(version, "v1");
        if (kind === "t") ticks.push(`${lines[i]} ${symbol} ${Number(price)}`);
    }
    return ticks;
}

const ticksOfDatabase = (database) => database.sql(`
    SELECT (t.position >> 20) || '-' || (t.position & 1048575) || ' ' || y.name || ' ' || t.price
    FROM ${schema}.ticks t JOIN ${schema}.symbols y ON y.id = t.symbol ORDER BY t.position`).split("\n");

const countOf = (database, text) => Number(database.sql(text));
const holesOf = (database) =>
    countOf(database, `SELECT count(*) FROM ${schema}.holes WHERE after_position > 0`);

// All that was published is there once, as Redis has it.
async function archiveIsWhole(redis, database, cluster) {
    await cluster.isWhole();
    await until("the archive has what Redis has",
        () => ticksOfRedis(redis).at(-1) === ticksOfDatabase(database).at(-1), { timeout: 30_000 });
    assert.deepEqual(ticksOfDatabase(database), ticksOfRedis(redis));
    assert.equal(holesOf(database), 0);
}

// Ticks that an instance has shown before the archive had them.
async function passed(cluster) {
    let all = 0;
    for (const server of cluster.instances.values())
        all += (await figuresOf(server)).sum("tickertape_archive_passed_total");
    return all;
}

async function refusal(t, settings) {
    const child = await run(t, { settings: { PROVIDERS: "pipe", PORT: "0", LISTEN_ADDRESS: "127.0.0.1", ...settings } });
    const exit = await child.exited(60_000);
    assert.notEqual(exit.code, 0);
    assert.equal(child.stderr.trimEnd().split("\n").filter((line) => line.includes("ARCHIVE")).length, 1, child.stderr);
    assert.doesNotMatch(child.stderr, /correct-horse/);
    return child.stderr;
}

describe("instances that share an archive", { timeout: 1_800_000 }, () => {
    test("kill -9 of the one that writes: every tick once, and candles of all of them", { timeout }, async (t) => {
        const { redis, database, cluster } = await sharing(t);
        await cluster.startAll(names);
        cluster.join(20);
        cluster.feed();
        await cluster.flows();
        for (let kill = 0; kill < 3; kill += 1) {
            const name = await writer(cluster);
            await pause(300);
            await cluster.kill(name);
            await cluster.flows();
            await cluster.start(`${name}${kill}`);
            await cluster.flows();
        }
        // A minute that began before the last kill is closed by whoever writes now.
        const closed = `(SELECT candles_closed_until FROM ${schema}.archive)`;
        const since = countOf(database, `SELECT max(position >> 20) / 1000 FROM ${schema}.ticks`);
        await until("the minute is closed", () => countOf(database, `SELECT ${closed}`) > since, { timeout: 100_000 });
        await archiveIsWhole(redis, database, cluster);
        assert.equal(await passed(cluster), 0);
        const inCandles = countOf(database, `SELECT sum(ticks) FROM ${schema}.candles WHERE interval_seconds = 60`);
        const inTicks = countOf(database,
            `SELECT count(*) FROM ${schema}.ticks WHERE position < (${closed} * 1000) << 20`);
        assert.equal(inCandles, inTicks);
        assert.equal(countOf(database, `SELECT count(*) FROM ${schema}.candles WHERE interval_seconds = 60
            AND overlaps_hole AND opens >
            (SELECT min(opens) FROM ${schema}.candles WHERE interval_seconds = 60)`), 0);
        // Each instance answers the same.
        const answers = await Promise.all([...cluster.instances.values()].map(async ({ url }) =>
            (await json(`${url}/api/prices/${symbols[0]}/candles?interval=1m&forming=true`)).body.candles));
        for (const answer of answers) assert.deepEqual(answer, answers[0]);
        assert.ok(answers[0].length >= 2);
    });

    test("one that starts with nothing has what Redis has forgotten", { timeout }, async (t) => {
        const { redis, database, cluster } = await sharing(t);
        await cluster.startAll(names);
        const [first] = cluster.instances.values();
        const all = readEvents(t, `${first.url}/prices/stream?symbols=*`);
        await until("the stream begins", () => all.status === 200);
        for (let n = 0; n < 200; n += 1) {
            cluster.publish();
            if (n % 20 === 19) await all.sees("them", (events) => events.filter(isTick).length === n + 1);
        }
        await until("all are archived", () => ticksOfDatabase(database).length === 200);
        redis.cli("XTRIM", stream, "MAXLEN", "5");
        const fresh = await cluster.start("fresh");
        assert.match(fresh.child.stderr, /ticks_restored=200/);
        const resumed = readEvents(t, `${fresh.url}/prices/stream?symbols=*`,
            { "last-event-id": all.events.filter(isTick)[0].id });
        await resumed.sees("the ticks of before", (events) => events.filter(isTick).length === 199);
        for (let n = 0; n < 20; n += 1) cluster.publish();
        await resumed.sees("what follows", (events) => events.filter(isTick).length === 219);
        await all.sees("what follows", (events) => events.filter(isTick).length === 220);
        const words = ({ id, data }) => `${id} ${data.symbol} ${data.price}`;
        assert.deepEqual(resumed.events.filter(isTick).map(words), all.events.filter(isTick).slice(1).map(words));
        assert.equal(resumed.events.some(({ event }) => event === "gap"), false);
        await until("all are archived", () => ticksOfDatabase(database).length === 220);
        assert.deepEqual(ticksOfDatabase(database), all.events.filter(isTick).map(words));
        const ids = all.events.filter(isTick).map(({ id }) => positionOf(id));
        assert.equal(new Set(ids).size, 220);
    });

    test("one that hangs while it writes is cut off, and follows when it goes on", { timeout }, async (t) => {
        const { redis, database, cluster } = await sharing(t);
        await cluster.startAll(names);
        cluster.feed();
        const sleeper = await writer(cluster);
        const server = cluster.instances.get(sleeper);
        cluster.instances.delete(sleeper); // clients do not come to it meanwhile
        cluster.join(20);
        server.child.signal("SIGSTOP");
        await cluster.leader();
        await cluster.flows();
        await writer(cluster);
        server.child.signal("SIGCONT");
        cluster.instances.set(sleeper, server);
        await until("it follows", async () => (await cluster.says(sleeper))?.role === "follower", { timeout: 30_000 });
        await until("its archive works", async () =>
            (await json(`${server.url}/api/archive`)).body.state === "ok", { timeout: 30_000 });
        await cluster.flows();
        await archiveIsWhole(redis, database, cluster);
        await until("it has found out, and goes on",
            () => /the archive works again/.test(server.child.stderr), { timeout: 60_000 });
        // The lead may have moved again meanwhile; one of them writes in any case.
        let writers = 0;
        for (const each of cluster.instances.values())
            writers += (await figuresOf(each)).sum("tickertape_archive_writer");
        assert.equal(writers, 1);
    });

    test("PostgreSQL that ends without a word has every tick once in the end", { timeout }, async (t) => {
        const { redis, database, cluster } = await sharing(t);
        await cluster.startAll(names);
        cluster.join(20);
        cluster.feed();
        await cluster.flows();
        for (let crash = 0; crash < 2; crash += 1) {
            await database.stop("SIGQUIT");
            await pause(1_000);
            await database.start();
            await cluster.flows({ timeout: 60_000 });
        }
        await archiveIsWhole(redis, database, cluster);
    });

    test("who is not of the cluster is refused with a line that says why", { timeout }, async (t) => {
        const { settings, cluster } = await sharing(t);
        await cluster.start("a");
        await cluster.leader();
        const alone = { ...settings };
        delete alone.RELAY;
        assert.match(await refusal(t, alone), /ARCHIVE: .*in use by tickertape on .*, process \d+/);
        assert.match(
            await refusal(t, { ...settings, RELAY_NAME: "another" }),
            /ARCHIVE: .*in use by the cluster tickertape at 127\.0\.0\.1:\d+\/0, and this is of the cluster another at /);
        const other = await startRedis(t);
        assert.match(
            await refusal(t, { ...settings, RELAY: other.url }),
            /ARCHIVE: .*in use by the cluster tickertape at 127\.0\.0\.1:\d+\/0, and this is of the cluster tickertape at /);
    });
});
