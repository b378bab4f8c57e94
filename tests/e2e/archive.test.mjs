// With an archive a client that comes back after a restart misses nothing, whatever ended the server.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { checkOrder, isTick, readEvents } from "./support/events.mjs";
import { json, request } from "./support/http.mjs";
import { run, scratch, startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 60_000;

async function archived(t, more = {}) {
    const directory = join(await scratch(t), "data");
    const settings = { ARCHIVE: `sqlite:${directory}`, ...more };
    return { directory, settings, start: () => startServer(t, settings) };
}

const figure = (text, name) => Number(new RegExp(`^tickertape_archive_${name} (\\S+)$`, "m").exec(text)[1]);

// Publishes `count` prices from `first` on, and waits until the stream has them.
async function publish(server, stream, first, count) {
    await until("the stream is open", () => stream.status === 200);
    for (let n = 0; n < count; n += 1) server.publish(first + n);
    await stream.sees(`price ${first + count - 1}`, (_, { prices }) => prices.at(-1) === first + count - 1);
}

describe("an archive", { timeout: 300_000 }, () => {
    for (const signal of ["SIGKILL", "SIGTERM"])
        test(`what was seen before ${signal} is resumed without a gap`, { timeout }, async (t) => {
            const { start } = await archived(t);
            const all = [];
            let headers = {};
            for (let life = 0; life < 4; life += 1) {
                const server = await start();
                const stream = readEvents(t, `${server.url}/prices/stream`, headers);
                await publish(server, stream, 1 + 50 * life, 50);
                all.push(...stream.events.filter((event) => event.id !== undefined));
                assert.deepEqual(stream.events.filter((event) => event.event === "gap"), []);
                headers = { "last-event-id": all.at(-1).id };
                server.child.signal(signal);
                await server.child.exited();
                stream.close();
            }
            checkOrder(all);
            assert.deepEqual(
                all.filter(isTick).map((event) => event.data.price),
                Array.from({ length: 200 }, (_, n) => n + 1));
        });

    test("ticks that came while a client was away are sent after a restart", { timeout }, async (t) => {
        const { start } = await archived(t);
        const first = await start();
        const stream = readEvents(t, `${first.url}/prices/stream`);
        await publish(first, stream, 1, 10);
        const { id } = stream.events.filter(isTick)[3];
        first.child.signal("SIGKILL");
        await first.child.exited();
        const second = await start();
        const price = await json(`${second.url}/api/prices/btc-usd`);
        assert.equal(price.body.price, 10);
        const resumed = readEvents(t, `${second.url}/prices/stream`, { "last-event-id": id });
        await resumed.sees("the others", (_, { prices }) => prices.at(-1) === 10);
        assert.deepEqual(resumed.prices, [5, 6, 7, 8, 9, 10]);
        assert.deepEqual(resumed.events.filter((event) => event.event === "gap"), []);
    });

    test("what is older than memory comes from the disk, and goes over to what is live", { timeout }, async (t) => {
        const { start } = await archived(t, { STORE_SIZE: "10", ARCHIVE_PATIENCE: "10s" });
        const server = await start();
        const live = readEvents(t, `${server.url}/prices/stream`);
        // Shown is archived: no more are placed at a time than the tape can hold until the disk has
        // them.
        for (let n = 1; n <= 500; n += 5) await publish(server, live, n, 5);
        const { id } = live.events.filter(isTick)[0];
        const old = readEvents(t, `${server.url}/prices/stream`, { "last-event-id": id });
        await old.sees("price 500", (_, { prices }) => prices.at(-1) === 500);
        await publish(server, old, 501, 5);
        assert.deepEqual(old.prices, live.prices.slice(1).concat([501, 502, 503, 504, 505]).slice(0, old.prices.length));
        assert.equal(old.prices.length, 504);
        assert.deepEqual(old.events.filter((event) => event.event === "gap"), []);
        checkOrder(old.events);
    });

    test("operators see how it is", { timeout }, async (t) => {
        const { start } = await archived(t);
        const first = await start();
        const stream = readEvents(t, `${first.url}/prices/stream`);
        await publish(first, stream, 1, 20);
        const newest = stream.events.filter(isTick).at(-1).id;
        const state = async (server) => (await json(`${server.url}/api/archive`)).body;
        const { last, holes, candles, candle_bytes: candleBytes, ...rest } = await state(first);
        assert.ok(Array.isArray(candles));
        assert.ok(candleBytes > 0);
        assert.equal(last.id, newest);
        assert.equal(last.time, Number(newest.split("-")[0]) / 1000);
        assert.deepEqual(
            { ...rest, synced: undefined },
            {
                state: "ok", why: null, kind: "pipe", last_life: "none", synced: undefined, days: 1,
                sealed_days: 0, sealed_bytes: 0, passed: 0, failures: 0, holes_known: 1,
            });
        // What came before the first start of all is not known.
        assert.deepEqual(holes.map(({ from, reason }) => [from, reason]), [["0-0", "not archived"]]);
        await until("all of it is on the disk", async () => (await state(first)).synced?.id === newest);
        first.child.signal("SIGKILL");
        await first.child.exited();
        const second = await start();
        assert.equal((await state(second)).last_life, "killed");
        assert.equal((await state(second)).last.id, newest);
        const third = await startServer(t, { ARCHIVE: "none" });
        assert.deepEqual(await state(third), { state: "none", why: null });
        const none = await json(`${third.url}/api/prices/btc-usd/candles`);
        assert.equal(none.status, 404);
        assert.match(none.body.detail, /ARCHIVE=none/);
    });

    test("costs nothing while nothing happens", { timeout }, async (t) => {
        const { start } = await archived(t);
        const server = await start();
        const stream = readEvents(t, `${server.url}/prices/stream`);
        await publish(server, stream, 1, 20);
        const before = server.cpu();
        await pause(2_000);
        const used = server.cpu() - before;
        assert.ok(used < 0.5, `${used} s of CPU in 2 s`);
    });

    test("a second server does not start on it, and says why", { timeout }, async (t) => {
        const { settings, start } = await archived(t);
        await start();
        const second = await run(t, { settings: { ...settings, PROVIDERS: "pipe", PORT: "0" } });
        const exit = await second.exited();
        assert.notEqual(exit.code, 0);
        assert.match(second.stderr, /ARCHIVE: .*data\/pipe.*/);
        assert.equal(second.stderr.trimEnd().split("\n").length, 1);
    });

    test("a disk without room is passed by, and written again when it has some", { timeout }, async (t) => {
        const { settings } = await archived(t, { ARCHIVE_PATIENCE: "50ms" });
        // No file of the process may grow beyond this: as a disk that is full.
        const server = await startServer(t, settings, [], ["prlimit", "--fsize=262144:unlimited"]);
        const stream = readEvents(t, `${server.url}/prices/stream`);
        let price = 1;
        const metrics = async () => (await request(`${server.url}/metrics`)).text;
        await until("the archive fails", async () => {
            await publish(server, stream, price, 200);
            price += 200;
            return (await json(`${server.url}/api/archive`)).body.state === "failing";
        });
        assert.equal(figure(await metrics(), "up"), 0);
        assert.equal((await request(`${server.url}/healthz`)).status, 200);
        assert.equal((await request(`${server.url}/readyz`)).status, 200);
        const failing = (await json(`${server.url}/api/archive`)).body;
        assert.ok(failing.why.length > 0);
        assert.ok(failing.failures > 0);
        await publish(server, stream, price, 10);
        execFileSync("prlimit", ["--fsize=unlimited:unlimited", `--pid=${server.pid}`]);
        await until("the archive works again", async () => figure(await metrics(), "up") === 1);
        assert.match(server.child.stderr, /the archive fails/);
        assert.match(server.child.stderr, /the archive works again/);
        assert.deepEqual(
            stream.prices, Array.from({ length: stream.prices.length }, (_, n) => stream.prices[0] + n));
    });
});
