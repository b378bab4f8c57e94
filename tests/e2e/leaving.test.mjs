// Streams that the server ends: because it stops, or because they are old. Nobody misses a tick, and
// nobody is sent away together with everybody else.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { EventSource } from "eventsource";
import { figuresOf } from "./support/figures.mjs";
import { brokenAt, Recorder } from "./support/recorder.mjs";
import { startServer } from "./support/server.mjs";
import { Subscriber } from "./support/subscriber.mjs";
import { until } from "./support/wait.mjs";

const timeout = 60_000;
const streamPath = "/prices/stream";
const connectAtOnce = 100;

// Subscribers, and ticks 1000, 1001, ... for them until the test ends.
async function crowd(t, server, count, everyMs = 20) {
    const fed = []; // when, by number of the tick
    const feed = () => {
        server.publish(1_000 + fed.length);
        fed.push(performance.now());
    };
    feed();
    const members = Array.from({ length: count }, (_, i) =>
        new Subscriber(server.port, streamPath, new Recorder(), { isChunked: i % 2 === 0 }));
    t.after(() => members.forEach((member) => member.close()));
    for (let i = 0; i < count; i += connectAtOnce) {
        const some = members.slice(i, i + connectAtOnce);
        for (const member of some) member.connect();
        await until("they are answered", () => some.every(({ isAnswered }) => isAnswered));
    }
    const timer = setInterval(feed, everyMs);
    t.after(() => clearInterval(timer));
    return { members, fed, stop: () => clearInterval(timer) };
}

const spanOf = (times) => Math.max(...times) - Math.min(...times);

// The largest part of them that falls into one window of that length.
function crowdedness(times, windowMs) {
    const sorted = times.toSorted((a, b) => a - b);
    let most = 0;
    for (let first = 0, last = 0; last < sorted.length; last += 1) {
        while (sorted[last] - sorted[first] > windowMs) first += 1;
        most = Math.max(most, last - first + 1);
    }
    return most / sorted.length;
}

describe("a server that stops", { timeout: 120_000, concurrency: 2 }, () => {
    test("sends 500 subscribers away one after another, and serves the others on",
        { timeout }, async (t) => {
            const server = await startServer(t, { DRAIN_TIME: "4s", THREADS: "1", RETRY: "2s" });
            const { members, fed } = await crowd(t, server, 500);
            await pause(300);
            const began = performance.now();
            server.child.signal("SIGTERM");
            assert.deepEqual(await server.child.exited(), { code: 0, signal: null });
            const took = performance.now() - began;
            await until("all have been left", () => members.every((m) => m.hasBeenDropped));
            const faults = members.flatMap(({ ledger }, i) => {
                const last = ledger.events.at(-1);
                const wrong = [...ledger.faults, brokenAt(ledger.prices)].filter(Boolean);
                if (last.event !== "moving" || ledger.of("moving").length !== 1)
                    wrong.push(`the end is ${JSON.stringify(last)}`);
                if (ledger.of("gap").length > 0) wrong.push("a gap");
                // Until it was sent away it had what there was, give or take a slow machine.
                const due = fed.filter((at) => at < last.at - 1_000).length;
                if (ledger.prices.at(-1) < 1_000 + due - 1)
                    wrong.push(`its last tick is ${ledger.prices.at(-1)}, not ${1_000 + due - 1}`);
                return wrong.map((what) => `subscriber ${i}: ${what}`);
            });
            assert.deepEqual(faults.slice(0, 10), [], `${faults.length} faults`);
            const goodbyes = members.map(({ ledger }) => ledger.of("moving")[0]);
            const times = goodbyes.map(({ at }) => at);
            const retries = goodbyes.map(({ data }) => data.retry);
            t.diagnostic(
                `left within ${(spanOf(times) / 1_000).toFixed(2)} s, at most ` +
                `${(100 * crowdedness(times, 250)).toFixed(0)} % within 250 ms, ended after ` +
                `${(took / 1_000).toFixed(2)} s`);
            assert.ok(spanOf(times) > 2_000, "over most of DRAIN_TIME");
            assert.ok(crowdedness(times, 250) < 0.4, "not in a heap");
            assert.ok(took < 6_000);
            assert.ok(retries.every((ms) => ms >= 1_000 && ms <= 3_000), "RETRY, give or take a half");
            assert.ok(new Set(retries).size > 100 && spanOf(retries) > 1_000, "each has its own");
            // When they come back is spread further still.
            const back = goodbyes.map(({ at, data }) => at + data.retry);
            assert.ok(spanOf(back) > 3_000);
        });

    test("does not wait for the end of DRAIN_TIME for a few", { timeout }, async (t) => {
        const server = await startServer(t, { DRAIN_TIME: "30s" });
        const { members } = await crowd(t, server, 20);
        const began = performance.now();
        server.child.signal("SIGTERM");
        assert.deepEqual(await server.child.exited(), { code: 0, signal: null });
        assert.ok(performance.now() - began < 5_000);
        assert.ok(members.every(({ ledger }) => ledger.events.at(-1).event === "moving"));
    });
});

describe("a stream that is old", { timeout: 120_000, concurrency: 2 }, () => {
    test("ends before MAX_STREAM_AGE, not with all others, and is resumed without a hole",
        { timeout }, async (t) => {
            // Ages are looked at with heartbeats, several times in each.
            const server = await startServer(
                t, { MAX_STREAM_AGE: "4s", HEARTBEAT: "400ms", LOG_LEVEL: "warn" });
            const { members, stop } = await crowd(t, server, 200);
            const openedAt = members.map(({ ledger }) => ledger.answeredAt);
            await until("all have been sent elsewhere",
                () => members.every(({ hasBeenDropped }) => hasBeenDropped), { timeout: 15_000 });
            const ages = members.map(({ ledger }, i) => ledger.of("moving")[0].at - openedAt[i]);
            t.diagnostic(`ages from ${Math.min(...ages).toFixed(0)} to ${Math.max(...ages).toFixed(0)} ms`);
            assert.ok(Math.min(...ages) > 2_500 && Math.max(...ages) < 8_000);
            assert.ok(spanOf(ages) > 600, "they are spread");
            assert.ok(crowdedness(ages, 100) < 0.6, "not in a heap");
            for (const member of members) member.connect();
            await pause(500);
            stop();
            const last = Math.max(...members.map(({ ledger }) => ledger.prices.at(-1)));
            await until("all have everything",
                () => members.every(({ ledger }) => ledger.prices.at(-1) >= last));
            for (const { ledger } of members) {
                assert.equal(brokenAt(ledger.prices), null);
                assert.deepEqual(ledger.of("gap"), []);
            }
            assert.ok((await figuresOf(server)).sum("tickertape_aged_total") >= 200);
        });

    test("is nothing a client of the npm eventsource package notices", { timeout }, async (t) => {
        const server = await startServer(t, { MAX_STREAM_AGE: "1s", RETRY: "100ms" });
        await crowd(t, server, 1);
        const source = new EventSource(server.url + streamPath);
        t.after(() => source.close());
        const prices = [];
        let moved = 0;
        source.onmessage = (e) => prices.push(JSON.parse(e.data).price);
        source.addEventListener("moving", () => { moved += 1; });
        await until("it has moved three times", () => moved >= 3, { timeout: 20_000 });
        const before = prices.length;
        await until("it is back", () => prices.length > before + 10);
        assert.equal(brokenAt(prices), null);
    });
});
