// A disk that takes five seconds for every write: prices go on, a client sees each once, and what
// the disk could not take in time is told after a kill, exactly once.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { checkOrder, readEvents } from "./support/events.mjs";
import { figuresOf } from "./support/figures.mjs";
import { request } from "./support/http.mjs";
import { start } from "./support/process.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 120_000;
const calls = "write,pwrite64,fdatasync,fsync";

function threadNamed(name, pid) {
    const tasks = `/proc/${pid}/task`;
    return readdirSync(tasks).find((id) => readFileSync(join(tasks, id, "comm"), "utf8").trim() === name);
}

// Each of these calls of the thread that writes the archive takes so long from now on.
async function slowDisk(t, server, seconds) {
    const tracer = start(t, "strace", [
        "-p", threadNamed("recorder", server.pid), "-o", "/dev/null", "-e", `trace=${calls}`,
        "-e", `inject=${calls}:delay_enter=${seconds * 1_000_000}`]);
    await tracer.says(/attached/);
    return tracer;
}

async function archived(t) {
    const directory = join(await scratch(t), "data");
    const settings = { ARCHIVE: `sqlite:${directory}`, ARCHIVE_PATIENCE: "250ms", LOG_LEVEL: "info" };
    return () => startServer(t, settings);
}

const isUp = async (server) => (await figuresOf(server)).sum("tickertape_archive_up") === 1;
const passed = async (server) => (await figuresOf(server)).sum("tickertape_archive_passed_total");

async function sees(stream, price) {
    await stream.sees(`price ${price}`, (_, { prices }) => prices.at(-1) === price);
}

test("a disk that stalls is passed by, and caught up with", { timeout }, async (t) => {
    const server = await (await archived(t))();
    const stream = readEvents(t, `${server.url}/prices/stream`);
    await until("the stream is open", () => stream.status === 200);
    server.publish(1);
    await sees(stream, 1);
    const tracer = await slowDisk(t, server, 5);
    const late = [];
    for (let price = 2; price <= 40; price += 1) {
        const began = performance.now();
        server.publish(price);
        await sees(stream, price);
        late.push(performance.now() - began);
        await pause(20);
    }
    // The first write of the stall takes longer than all of this did.
    assert.ok(!await isUp(server));
    assert.ok(await passed(server) > 0);
    assert.equal((await request(`${server.url}/readyz`)).status, 200);
    t.diagnostic(`the latest tick came after ${Math.max(...late).toFixed(0)} ms`);
    tracer.signal("SIGINT");
    await tracer.exited();
    await until("the archive takes ticks in time again", () => isUp(server), { timeout: 30_000 });
    assert.match(server.child.stderr, /the archive is too slow/);
    assert.match(server.child.stderr, /the archive has caught up/);
    assert.deepEqual(stream.prices, Array.from({ length: 40 }, (_, n) => n + 1));
    checkOrder(stream.events);
});

test("a kill while the disk stalls costs what it could not take, told once", { timeout }, async (t) => {
    const archive = await archived(t);
    const first = await archive();
    const stream = readEvents(t, `${first.url}/prices/stream`);
    await until("the stream is open", () => stream.status === 200);
    for (let price = 1; price <= 5; price += 1) first.publish(price);
    await sees(stream, 5);
    const tracer = await slowDisk(t, first, 30);
    for (let price = 6; price <= 10; price += 1) first.publish(price);
    await sees(stream, 10); // shown without the disk
    const ids = stream.events.filter(({ id }) => id !== undefined).map(({ id }) => id);
    first.child.signal("SIGKILL");
    tracer.signal("SIGKILL"); // which holds the thread in its call
    await first.child.exited();

    const second = await archive();
    const resumed = readEvents(t, `${second.url}/prices/stream`, { "last-event-id": ids.at(1) });
    await until("the stream is open", () => resumed.status === 200);
    second.publish(11);
    await sees(resumed, 11);
    const gaps = resumed.events.filter(({ event }) => event === "gap");
    assert.equal(gaps.length, 1, resumed.text);
    checkOrder(resumed.events);
    // What came before the gap is what was seen before, in order; what the gap covers is the rest.
    const before = resumed.events.slice(0, resumed.events.indexOf(gaps[0]))
        .filter(({ event, id }) => event === undefined && id !== undefined);
    assert.deepEqual(before.map(({ id }) => id), ids.slice(2, 2 + before.length));
    assert.ok(before.length < ids.length - 2, "the disk did not have all");
});
