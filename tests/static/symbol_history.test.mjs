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
