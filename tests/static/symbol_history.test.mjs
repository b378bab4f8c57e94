// One symbol's past and present in one series.

import assert from "node:assert/strict";
import { test } from "node:test";
import { SymbolHistory } from "../../static/symbol_history.js";
import { FakeEventSource as Source, idAt, pass, settle, startBrowser } from "./support/browser.mjs";

const missing = ({ series }) => series.gaps.map(({ from, to, reason }) => [from, to, reason]);

async function open(t) {
    const browser = await startBrowser(t);
    let changes = 0;
    const history = new SymbolHistory("BTC-USD", () => (changes += 1));
    t.after(() => history.close());
    const fail = async () => {
        const { series } = history;
        for (let i = 0; i < 200 && series.gaps.at(-1)?.reason !== "not loaded"; i += 1) {
            for (const source of Source.live) source.fails();
            await pass(1_000);
        }
    };
    const retry = async () => {
        for (let i = 0; i < 100 && Source.live.length === 0; i += 1) await pass(500);
        return Source.live.at(-1).opens();
    };
    return { browser, history, fail, retry, changes: () => changes };
}

const tickAt = (at) => ({ id: idAt(at), at: Number(idAt(at).split("-")[0]), price: at });

test("what could not be loaded is missing until a later attempt has brought it", async (t) => {
    const { history, fail, retry, changes } = await open(t);
    history.takeTick(tickAt(1_000));
    history.reachBackTo(1_600_000_000_000);
    Source.only.opens().ticks(10);
    await settle();
    assert.deepEqual(missing(history), [], "while it loads, nothing is told");
    const before = changes();
    await fail();
    assert.deepEqual(missing(history), [[idAt(10), idAt(1_000), "not loaded"]]);
    assert.ok(changes() > before);
    const source = await retry();
    for (const at of [10, 20]) source.ticks(at);
    await settle();
    assert.deepEqual(missing(history), [[idAt(20), idAt(1_000), "not loaded"]]);
    source.ticks(1_000);
    await settle();
    assert.deepEqual(missing(history), []);
    assert.equal(history.series.ticks.some((tick) => history.series.beginsRun(tick)), false);
});

test("where nothing came at all, it is missing since the time asked for", async (t) => {
    const { history, fail, retry } = await open(t);
    history.takeTick(tickAt(1_000));
    history.reachBackTo(1_600_000_000_500);
    await fail();
    assert.deepEqual(missing(history), [["1600000000000-0", idAt(1_000), "not loaded"]]);
    assert.equal(history.series.gaps[0].isLeading, true);
    (await retry()).ticks(1_000);
    await settle();
    assert.deepEqual(missing(history), [], "there was nothing");
});

for (const [words, ms] of [["2 minutes", 120_000], ["an hour", 3_600_000]])
    test(`a history is asked for anew where positions begin ${words} before`, async (t) => {
        const { history } = await open(t);
        history.takeTick(tickAt(ms));
        history.reachBackTo(1_600_000_000_000);
        Source.only.opens().ticks(10);
        await settle();
        const gap = { from: idAt(ms), to: idAt(500), reason: "restarted" };
        history.takeGap(gap);
        assert.equal(Source.live.length, 0, "what is under way would never be complete");
        history.takeTick(tickAt(1_000));
        history.reachBackTo(1_600_000_000_000);
        const source = Source.only.opens();
        source.says("gap", { from: idAt(-9_000), to: idAt(500), reason: "restarted" }, idAt(500));
        source.ticks(700);
        source.ticks(1_000);
        await settle();
        assert.equal(Source.live.length, 0, "it is complete");
        const times = history.series.ticks.map(({ at }) => at - tickAt(0).at);
        assert.deepEqual(times, [10, 700, 1_000]);
        assert.ok(history.series.beginsRun(history.series.ticks[1]), "no line leads over it");
    });

test("what a history says of a restart long ago does not end it", async (t) => {
    const { history } = await open(t);
    history.takeTick(tickAt(1_000));
    history.reachBackTo(1_600_000_000_000);
    const source = Source.only.opens();
    source.says("gap", { from: "1600000000000-0", to: idAt(0), reason: "restarted" }, idAt(0));
    assert.equal(Source.only, source);
    for (const at of [10, 1_000]) source.ticks(at);
    await settle();
    assert.deepEqual(history.series.ticks.length, 2);
});
