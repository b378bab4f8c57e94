// A disk that fails under a server under load: prices go on, nothing is refused, and what the archive
// has afterwards is what was shown, but for what it says it lacks.
//
// libfiu makes the calls of SQLite fail, as long as it is told to. FAULT_SECONDS: how long each
// (2). `make test-long` sets 60.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { pipePlace, tool } from "./support/archive.mjs";
import { positionOf, textOfPosition } from "./support/events.mjs";
import { GoodSubscribers } from "./support/good_subscribers.mjs";
import { json, request } from "./support/http.mjs";
import { Ledger } from "./support/ledger.mjs";
import { startServer } from "./support/server.mjs";
import { Subscriber } from "./support/subscriber.mjs";
import { until } from "./support/wait.mjs";

const seconds = Number(process.env.FAULT_SECONDS ?? 2);
const clients = 50;
const everyMs = 5;
const memory = 256; // ticks: what comes during a fault is more than that
const [EIO, ENOSPC] = [5, 28];

// What fails and how; `fails`: the archive cannot go on meanwhile.
const faults = [
    { name: "no room at a write", point: "posix/io/rw/pwrite", failinfo: ENOSPC, fails: true },
    { name: "an error at a write", point: "posix/io/rw/pwrite", failinfo: EIO, fails: true },
    { name: "an error at one write in three", point: "posix/io/rw/pwrite", failinfo: EIO, probability: 0.33 },
    { name: "writes that are cut short", point: "posix/io/rw/pwrite/reduce" },
    { name: "an error at fdatasync", point: "posix/io/sync/fdatasync", failinfo: EIO, fails: true },
    { name: "an error at fsync", point: "posix/io/sync/fsync", failinfo: EIO },
    { name: "an error at ftruncate", point: "posix/io/rw/ftruncate", failinfo: EIO },
    { name: "no room at rename", point: "posix/io/dir/rename", failinfo: ENOSPC },
    { name: "an error at all of them", point: "posix/io/{rw/pwrite,sync/fdatasync,sync/fsync,rw/ftruncate,dir/rename}",
        failinfo: EIO, fails: true },
];

const pointsOf = (pattern) => {
    const [, before, list] = /^([^{]*)\{(.*)\}$/.exec(pattern) ?? [];
    return list ? list.split(",").map((name) => before + name) : [pattern];
};

// Tells the server's libfiu, which answers through a pipe.
function tell(server, prefix, command, { point, failinfo, probability }) {
    for (const name of pointsOf(point)) {
        const given = command === "disable" ? "" : `${failinfo ? `,failinfo=${failinfo}` : ""}` +
            `${probability ? `,probability=${probability}` : ""}`;
        const verb = command === "enable" && probability ? "enable_random" : command;
        const said = execFileSync("fiu-ctrl", ["-f", prefix, "-c", `${verb} name=${name}${given}`, String(server.pid)],
            { encoding: "utf8", timeout: 20_000 });
        assert.equal(said, "");
    }
}

const stateOf = async (server) => (await json(`${server.url}/api/archive`)).body;
const daysOf = (at) => readdirSync(at.pipe).filter((name) => /^ticks-.*\.db$/.test(name));

// None of these may be refused because the disk fails.
async function checkAnswers(server) {
    for (const path of ["/readyz", "/healthz", "/api/prices", "/api/prices/btc-usd", "/api/archive", "/metrics",
        `/api/prices/btc-usd/history?since=${Math.floor(Date.now() / 1_000) - 1}`]) {
        const { status } = await request(`${server.url}${path}`, { timeout: 20_000 });
        assert.ok(status < 500, `${path}: ${status}`);
    }
}

const newestOf = (good) => good.history.of.get("BTC-USD").positions.findLast((at) => at !== undefined);

async function isCaughtUp(server, good) {
    const { state, last } = await stateOf(server);
    return state === "ok" && last !== null && positionOf(last.id) >= (newestOf(good) ?? Infinity);
}

// A file is not written to again after its sync has failed: the day goes on in another one.
async function checkIsLeft(server, good, at, before, after) {
    assert.ok(after.length > before.length, "there is another file");
    const newest = before.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1)).at(-1);
    const seen = () => [newest, `${newest}-wal`].map((name) => {
        const { size, mtimeMs } = statSync(join(at.pipe, name), { throwIfNoEntry: false }) ?? {};
        return { name, size, mtimeMs };
    });
    const was = seen();
    const fed = newestOf(good);
    await until("more is archived", async () => newestOf(good) > fed + (1n << 20n) * 500n);
    await until("all of it", () => isCaughtUp(server, good));
    assert.deepEqual(seen(), was);
}

// What a client is told that has seen the first tick; checks that it lacks nothing silently.
async function replayed(t, server, good, first) {
    const ledger = new Ledger(good.history, ["BTC-USD"]);
    ledger.lastId = textOfPosition(first);
    const client = new Subscriber(server.port, "/prices/stream?symbols=BTC-USD", ledger, { isChunked: true });
    t.after(() => client.close());
    client.connect();
    good.stop();
    await until("all is told", () => ledger.isUpToDate(), { timeout: 60_000 }).catch(() => {});
    assert.deepEqual(ledger.finalFaults().slice(0, 10), []);
    return ledger;
}

test(`a disk that fails for ${seconds} s in each way`, { timeout: 60_000 + faults.length * (60_000 + 1_000 * seconds) }, async (t) => {
    const at = await pipePlace(t);
    const prefix = `${at.root}/fiu`;
    const settings = { ARCHIVE: `sqlite:${at.data}`, STORE_SIZE: String(memory), LOG_LEVEL: "info" };
    const server = await startServer(t, settings, [], ["fiu-run", "-x", "-f", prefix]);
    const good = await GoodSubscribers.start(t, server, { count: clients, everyMs });
    await until("the archive has ticks", () => isCaughtUp(server, good));
    const first = good.history.of.get("BTC-USD").positions.find((position) => position !== undefined);
    await pause(1_000);
    good.latency();
    await pause(1_000);
    const quiet = good.latency();

    for (const fault of faults) {
        const before = daysOf(at);
        const { holes_known: holesBefore } = await stateOf(server);
        tell(server, prefix, "enable", fault);
        const over = performance.now() + 1_000 * seconds;
        if (fault.fails)
            await until(`it fails: ${fault.name}`, async () => (await stateOf(server)).state === "failing",
                { timeout: 20_000 });
        do await checkAnswers(server); while (performance.now() < over);
        const felt = good.latency();
        tell(server, prefix, "disable", fault);
        await until(`the archive goes on after ${fault.name}`, () => isCaughtUp(server, good), { timeout: 40_000 });
        const after = daysOf(at);
        assert.deepEqual(before.filter((name) => !after.includes(name)), [], `removed by ${fault.name}`);
        if (fault.point === "posix/io/sync/fdatasync") await checkIsLeft(server, good, at, before, after);
        const { holes_known: holes, why } = await stateOf(server);
        assert.equal(why, null);
        t.diagnostic(`${fault.name}: p99 ${felt.p99.toFixed(1)} ms, ${quiet.p99.toFixed(1)} before all; ` +
            `${holes - holesBefore} holes, ${after.length} files`);
    }

    // A client that comes back for all of it has every tick, or is told.
    const kept = await replayed(t, server, good, first);
    assert.deepEqual((await good.faults()).slice(0, 10), []);
    assert.ok(kept.gaps.length > 0, "what came while the disk failed is told as gaps");
    t.diagnostic(`${kept.ticks} of ${good.history.of.get("BTC-USD").fed} ticks are kept, ${kept.gaps.length} gaps`);

    // The same from the disk alone.
    server.child.signal("SIGTERM");
    await server.child.exited();
    const verified = await tool(at, ["archive", "verify"]);
    assert.equal(verified.code, 0, verified.stdout + verified.stderr);
    const again = await replayed(t, await startServer(t, settings), good, first);
    assert.ok(again.ticks >= kept.ticks - memory, `${again.ticks} of ${kept.ticks}`);
});
