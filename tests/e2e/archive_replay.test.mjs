// Clients that ask for a day of the archive, beside subscribers that want nothing but what is new.
//
// ARCHIVE_REPLAYS and ARCHIVE_LIVE: how many (300 and 100). `make test-long` sets 10,000 and 1,000.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pipePlace, serve } from "./support/archive.mjs";
import { figuresOf } from "./support/figures.mjs";
import { GoodSubscribers } from "./support/good_subscribers.mjs";
import { PastTicks, forget } from "./support/past_ticks.mjs";
import { start } from "./support/process.mjs";
import { ReplayReader, readAll } from "./support/replay_reader.mjs";

const replays = Number(process.env.ARCHIVE_REPLAYS ?? 300);
const live = Number(process.env.ARCHIVE_LIVE ?? 100);
const symbols = ["S0-USD", "S1-USD", "S2-USD", "S3-USD"];
const ticks = 8_640; // of each: a day at one every 10 s
const tickEveryMs = 500;
// Beyond what the server had with its live subscribers. Replays are bounded by those that run at
// once (1,024 of a lane, some KiB each) and by batches (16 of a lane), not by how many want one.
const moreMemoryMost = 64; // MiB

function threadsNamed(name, pid) {
    const tasks = `/proc/${pid}/task`;
    return readdirSync(tasks).filter((id) => readFileSync(join(tasks, id, "comm"), "utf8").trim() === name);
}

// Everything these threads open and read, one call a line, with thread and file.
async function watched(t, threads, file) {
    const calls = "open,openat,read,pread64,readv,preadv,preadv2,mmap";
    const tracer = start(t, "strace", [
        ...threads.flatMap((id) => ["-p", id]), "-y", "-o", file, "-e", `trace=${calls}`]);
    await tracer.says(/attached/);
    return async () => {
        tracer.signal("SIGINT");
        await tracer.exited();
        return readFileSync(file, "utf8").split("\n");
    };
}

test(`${replays} clients read a day, and ${live} others feel nothing of it`, { timeout: 900_000 }, async (t) => {
    const at = await pipePlace(t);
    const past = new PastTicks(symbols, ticks);
    await past.addTo(at);
    // Few are in memory: the day has to come from the disk.
    const server = await serve(t, at, {
        SYMBOLS: ["BTC-USD", ...symbols].join(), STORE_SIZE: "256", LOG_LEVEL: "warn", ARCHIVE_PATIENCE: "10s" });
    const good = await GoodSubscribers.start(t, server, { count: live, everyMs: tickEveryMs });
    let price = 1;
    const feed = setInterval(() => symbols.forEach((name) => server.publish(price++, name)), tickEveryMs);
    t.after(() => clearInterval(feed));

    t.diagnostic(`${forget(at.pipe)} bytes of the archive are in the page cache at the start`);
    const stopWatching = await watched(t, [
        ...threadsNamed("lane", server.pid), ...threadsNamed("past reader", server.pid)], join(at.root, "calls"));
    const memory = server.memory();
    let most = memory;
    const look = setInterval(() => { most = Math.max(most, server.memory()); }, 100);
    const owed = symbols.map((symbol) => past.eventsOf(symbol));
    const readers = Array.from({ length: replays }, (_, i) => new ReplayReader(
        server.port, symbols[i % symbols.length], past.since, owed[i % symbols.length]));
    const found = await readAll(t, readers, { withinMs: Math.min(10_000, replays), timeout: 600_000 })
        .finally(() => clearInterval(look));

    assert.deepEqual(found.faults.slice(0, 10), []);
    assert.equal(found.complete, replays);
    assert.deepEqual((await good.faults()).slice(0, 10), []);
    const calls = await stopWatching();
    const lanes = new Set(threadsNamed("lane", server.pid));
    const ofArchive = calls.filter((line) => line.includes(at.data));
    assert.deepEqual(ofArchive.filter((line) => lanes.has(line.split(" ")[0])).slice(0, 10), []);
    assert.ok(ofArchive.some((line) => line.includes("pread64(")), "the reader of the past does read it");
    const figures = await figuresOf(server);
    const delivered = figures.sum("tickertape_past_ticks_total");
    assert.ok(delivered >= replays * (ticks - 256), `${delivered} ticks came from the archive`);
    assert.equal(figures.sum("tickertape_past_replays_total", { outcome: "failed" }), 0);
    assert.ok(most - memory < moreMemoryMost, `${memory.toFixed(0)} MiB, then ${most.toFixed(0)}`);
    t.diagnostic(`${(found.bytes / 1e6).toFixed(0)} MB in ${found.seconds.toFixed(1)} s; ` +
        `${found.gaps} gaps and ${found.refusals} refusals, each asked for again; ` +
        `memory ${memory.toFixed(0)} MiB, at most ${most.toFixed(0)}`);
});
