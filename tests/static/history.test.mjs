// The past of a symbol, up to where a stream that goes on from now has begun.

import assert from "node:assert/strict";
import { test } from "node:test";
import { loadHistory } from "../../static/history.js";
import { SharedPriceStream, comparePositions } from "../../static/stream.js";
import {
    FakeEventSource as Source, answers, idAt, pass, problem, settle, startBrowser,
} from "./support/browser.mjs";

async function load(t, { first = null, signal } = {}) {
    const browser = await startBrowser(t);
    const told = [];
    const load = { told, first, how: null };
    loadHistory({
        symbol: "BTC-USD", since: 1_600_000_000, signal,
        onTick: ({ price }) => told.push(price),
        onGap: ({ reason }) => told.push(reason),
        isReached: (id) => load.first !== null && comparePositions(id, load.first) >= 0,
    }).then((how) => { load.how = how; });
    return Object.assign(load, { browser });
}

test("brings what was, until it meets what is", async (t) => {
    const past = await load(t, { first: idAt(30) });
    assert.equal(Source.only.asked("symbols"), "BTC-USD");
    assert.equal(Source.only.asked("since"), "1600000000");
    Source.only.opens();
    for (const at of [10, 20, 30]) Source.only.ticks(at);
    await settle();
    assert.deepEqual(past.told, [10, 20, 30]);
    assert.equal(past.how, "complete");
    assert.equal(Source.live.length, 0);
});

test("goes on while nobody knows where what is begins", async (t) => {
    const past = await load(t);
    Source.only.opens().ticks(10);
    Source.only.says("heartbeat", { timestamp: 1_700_000_000 });
    await settle();
    assert.equal(past.how, null);
    past.first = idAt(20);
    Source.only.ticks(20);
    await settle();
    assert.equal(past.how, "complete");
});

test("a heartbeat says that there was nothing more", async (t) => {
    const past = await load(t, { first: idAt(-60_000) });
    Source.only.opens().says("heartbeat", { timestamp: 1_700_000_000 });
    await settle();
    assert.deepEqual(past.told, []);
    assert.equal(past.how, "complete");
});

test("a heartbeat from before what is has begun says nothing", async (t) => {
    const past = await load(t, { first: idAt(500) });
    Source.only.opens().says("heartbeat", { timestamp: 1_700_000_000 });
    await settle();
    assert.equal(past.how, null);
    Source.only.ticks(500);
    await settle();
    assert.equal(past.how, "complete");
});

test("tells what is no longer held", async (t) => {
    const past = await load(t, { first: idAt(20) });
    Source.only.opens().says(
        "gap", { from: idAt(0), to: idAt(10), reason: "evicted", symbols: ["BTC-USD"] }, idAt(10));
    Source.only.ticks(20);
    await settle();
    assert.deepEqual(past.told, ["evicted", 20]);
    assert.equal(past.how, "complete");
});

test("comes back after a cut, with nothing twice", async (t) => {
    const past = await load(t, { first: idAt(30) });
    Source.only.opens().ticks(10);
    Source.only.fails();
    await pass(2_000);
    assert.equal(Source.only.asked("last_event_id"), idAt(10));
    Source.only.opens().ticks(20);
    Source.only.ticks(30);
    await settle();
    assert.deepEqual(past.told, [10, 20, 30]);
});

test("fails where the server cannot be had", async (t) => {
    const past = await load(t);
    for (let i = 0; i < 100 && past.how === null; i += 1) {
        for (const source of Source.live) source.fails();
        await pass(1_000);
    }
    assert.equal(past.how, "failed");
    await pass(60_000, 1_000);
    assert.equal(Source.live.length, 0);
});

test("fails at once where it is refused", async (t) => {
    const past = await load(t);
    answers.set("/prices/stream", problem(404, "there is no symbol 'BTC-USD' here"));
    Source.only.fails();
    await settle();
    assert.equal(past.how, "failed");
    assert.equal(Source.live.length, 0);
});

test("ends when it is not wanted any more", async (t) => {
    const over = new AbortController();
    const past = await load(t, { signal: over.signal });
    Source.only.opens().ticks(10);
    over.abort();
    await settle();
    assert.equal(past.how, "aborted");
    assert.equal(Source.live.length, 0);
    const gone = AbortSignal.abort();
    assert.equal(await loadHistory({ symbol: "BTC-USD", since: 0, isReached: () => true, signal: gone }),
        "aborted");
    assert.equal(Source.live.length, 0);
});

test("past and present together have no hole, wherever they meet", async (t) => {
    const browser = await startBrowser(t);
    for (const meet of [10, 20, 40]) {
        Source.all = [];
        const all = new Map();
        let first = null;
        const note = ({ id, price }) => all.set(id, price);
        const stream = browser.owns(new SharedPriceStream({ symbols: ["BTC-USD"] }));
        stream.addEventListener("tick", ({ detail }) => { first ??= detail.id; note(detail); });
        stream.open();
        await settle();
        const [shared] = Source.live;
        const loaded = loadHistory({
            symbol: "BTC-USD", since: 1_600_000_000, onTick: note,
            isReached: (id) => first !== null && comparePositions(id, first) >= 0,
        });
        const [, own] = Source.live;
        shared.opens();
        own.opens();
        for (let at = 10; at <= 60; at += 10) {
            if (at >= meet) shared.ticks(at);
            await settle();
            own.ticks(at);
        }
        assert.equal(await loaded, "complete");
        assert.deepEqual([...all.values()].sort((a, b) => a - b), [10, 20, 30, 40, 50, 60]);
        stream.close();
        await pass(4_000);
    }
});
