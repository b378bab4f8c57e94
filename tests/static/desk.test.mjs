// What the page knows, over a stream and answers that are in the hands of the test.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Desk } from "../../static/desk.js";
import { Samples } from "../../static/model/samples.js";
import {
    FakeEventSource as Source, FakeSharedWorker, answers, idAt, pass, requests, settle,
    startBrowser,
} from "./support/browser.mjs";

const symbol = "BTC-USD";

// A desk with a stream that is open and has brought one tick.
async function openDesk(t) {
    const { owns } = await startBrowser(t);
    FakeSharedWorker.isMissing = true;
    const ask = globalThis.fetch;
    globalThis.fetch = (path) => ask(new URL(path, "http://prices.test"));
    const entry = { symbol, price: null, timestamp: null, stale: true };
    answers.set("/api/prices", { prices: [entry] });
    const desk = new Desk();
    await desk.open();
    desk.show(symbol, "5m", []);
    owns({ close: () => Source.live.forEach((source) => source.close()) });
    Source.only.opens().ticks(0);
    await settle();
    return { desk, stream: Source.only };
}

async function passSeconds(desk, seconds, beat) {
    for (let i = 0; i < seconds; i += 1) {
        await pass(1000, 1000);
        beat?.();
        desk.lookAround();
        await settle();
    }
}

test("after a hole no change is claimed and nothing moves", async (t) => {
    const { desk, stream } = await openDesk(t);
    const moves = [];
    desk.addEventListener("move", ({ detail }) => moves.push(detail.change));
    stream.ticks(1000, symbol, 50);
    assert.equal(desk.before, 0);
    const gap = { from: idAt(1000), to: idAt(5000), reason: "lapped" };
    stream.says("gap", gap, idAt(5000));
    stream.ticks(6000, symbol, 100);
    assert.equal(desk.quote.newest.price, 100);
    assert.equal(desk.before, null);
    stream.ticks(7000, symbol, 102);
    assert.equal(desk.before, 100);
    assert.deepEqual(moves, [50, 2]);
});

for (const [how, answer, isStale] of [
    ["says so", { stale: true }, true],
    ["says that it is not", { stale: false }, false],
    ["refuses to say", 429, false],
    ["does not answer", undefined, false],
])
    test(`where the server ${how}, a price is${isStale ? "" : " not"} stale`, async (t) => {
        const { desk, stream } = await openDesk(t);
        answers.set("/api/prices/btc-usd", answer);
        const beat = () => stream.says("heartbeat", { timestamp: Date.now() / 1000 });
        await passSeconds(desk, 180, beat);
        assert.equal(desk.quote.staleSince !== null, isStale);
        const asked = requests.filter((path) => path === "/api/prices/btc-usd").length;
        assert.ok(asked > 0 && asked <= 7, `asked ${asked} times`);
    });

test("the past hour is asked for again where there was no answer", async (t) => {
    const { desk, stream } = await openDesk(t);
    const path = "/api/prices/btc-usd/history";
    const beat = () => stream.says("heartbeat", { timestamp: Date.now() / 1000 });
    const asked = () => requests.filter((one) => one === `${path}?limit=60`).length;
    assert.equal(asked(), 1);
    await passSeconds(desk, 60, beat);
    assert.ok(asked() >= 2 && asked() <= 4, `asked ${asked()} times`);
    answers.set(path, { ticks: [{ id: idAt(-60_000), price: 7 }] });
    await passSeconds(desk, 60, beat);
    assert.equal(desk.quote.spark.points[0].price, 7);
    const before = asked();
    await passSeconds(desk, 60, beat);
    assert.equal(asked(), before, "and not any more");
});

test("a sample is due once, and after a failure later and later", () => {
    const samples = new Samples();
    assert.equal(samples.take(["A-B", "C-D"], 0), "A-B");
    assert.equal(samples.take(["A-B", "C-D"], 0), "C-D");
    assert.equal(samples.take(["A-B", "C-D"], 1e9), undefined);
    const dueAfter = [];
    for (let now = 0, i = 0; i < 8; i += 1) {
        samples.fail("A-B", now);
        let waitMs = 0;
        while (!samples.take(["A-B"], now + waitMs)) waitMs += 1000;
        dueAfter.push(waitMs / 1000);
        now += waitMs;
    }
    assert.deepEqual(dueAfter, [10, 20, 40, 80, 160, 300, 300, 300]);
    samples.keepOnly(["C-D"]);
    samples.fail("A-B", 0);
    assert.equal(samples.take(["A-B"], 0), "A-B", "as if it had never been asked for");
});
