// Many tabs and one connection, through everything that happens to tabs, workers and connections.

import assert from "node:assert/strict";
import { test } from "node:test";
import { SharedPriceStream } from "../../static/stream.js";
import {
    FakeEventSource as Source, FakeSharedWorker, answers, idAt, newest, killWorkers, pass, problem, record, settle,
    startBrowser, workers, Owner,
} from "./support/browser.mjs";

const everything = ["tick", "gap", "stale", "fresh", "state", "attached"];

// A tab of that browser, with its stream open.
async function openTab(browser, symbols = ["BTC-USD"], { events = ["tick", "gap"], ...options } = {}) {
    const tab = new Owner();
    const stream = tab.run(() => browser.owns(new SharedPriceStream({ symbols, ...options })));
    const told = record(stream, events);
    tab.run(() => stream.open());
    await settle();
    return {
        tab, stream, told,
        setSymbols: (list) => tab.run(() => stream.setSymbols(list)),
        open: () => tab.run(() => stream.open()),
        close: () => tab.run(() => stream.close()),
    };
}

const portsOf = () => [...workers.values()].flatMap(({ ports }) => ports).filter((p) => !p.isClosed);

// The connection of the worker, once it is made.
async function connection() {
    for (let i = 0; i < 400 && Source.live.length === 0; i += 1) await pass(100, 100);
    return Source.only;
}

// A minute of a quiet market: a tick of another symbol than anyone wants would not do.
async function passQuietly(ms) {
    for (let left = ms; left > 0; left -= 15_000) {
        await pass(Math.min(left, 15_000), 1_000);
        for (const source of Source.live)
            if (source.readyState === Source.OPEN) source.says("heartbeat", { timestamp: 1 });
        await settle();
    }
}

test("ten tabs are one connection, whichever of them are closed", async (t) => {
    const browser = await startBrowser(t);
    const tabs = [];
    for (let i = 0; i < 10; i += 1) tabs.push(await openTab(browser));
    Source.only.opens().ticks(10);
    await settle();
    for (const { told, stream } of tabs) {
        assert.deepEqual(told, ["BTC 10"]);
        assert.equal(stream.state.name, "open");
        assert.equal(stream.isShared, true);
        assert.equal(stream.lastId, idAt(10));
    }
    for (const { close } of tabs.slice(0, 9)) close();
    await passQuietly(30_000);
    Source.only.ticks(20);
    await settle();
    assert.deepEqual(tabs[9].told, ["BTC 10", "BTC 20"]);
    assert.deepEqual(tabs[0].told, ["BTC 10"], "a closed one is told nothing");
    tabs[9].close();
    await pass(4_000);
    assert.equal(Source.live.length, 0, "nobody is left");
});

test("a tab that comes late has the newest price at once, and knows what is stale", async (t) => {
    const browser = await startBrowser(t);
    await openTab(browser, ["BTC-USD", "ETH-USD"]);
    Source.only.opens().ticks(10, "ETH-USD");
    Source.only.ticks(20);
    Source.only.ticks(30);
    Source.only.says("stale", { symbol: "ETH-USD", age: 120 });
    Source.only.says("stale", { symbol: "BTC-USD", age: 120 });
    Source.only.ticks(40);
    await passQuietly(10_000);
    const late = await openTab(browser, ["BTC-USD", "ETH-USD"], { events: everything });
    assert.deepEqual(late.told, [
        "connecting", "covered false", "open", "BTC 40", "ETH 10", "ETH stale 130"]);
    Source.only.ticks(50, "ETH-USD");
    Source.only.says("fresh", { symbol: "ETH-USD", age: 0 });
    await settle();
    const later = await openTab(browser, ["ETH-USD"], { events: everything });
    assert.deepEqual(later.told, ["connecting", "covered false", "open", "ETH 50"]);
    assert.deepEqual(late.told.slice(6), ["ETH 50", "ETH fresh"]);
});

test("the past that the first tab asks for comes over the same connection", async (t) => {
    const browser = await startBrowser(t);
    const first = await openTab(browser, ["BTC-USD"], { since: 1_600_000_000, events: everything });
    assert.equal(Source.only.asked("since"), "1600000000");
    const second = await openTab(browser, ["BTC-USD"], { since: 1_600_000_000, events: everything });
    Source.only.opens().ticks(1);
    Source.only.ticks(2);
    await settle();
    assert.deepEqual(first.told, ["connecting", "covered true", "open", "BTC 1", "BTC 2"]);
    assert.deepEqual(second.told, ["connecting", "covered false", "open", "BTC 1", "BTC 2"]);
});

test("another symbol is asked for without a loss to those who are there", async (t) => {
    const browser = await startBrowser(t);
    const first = await openTab(browser, ["BTC-USD"], { events: everything });
    Source.only.opens().ticks(10);
    answers.set("/api/watchlist", newest("ETH-USD", idAt(5), 5));
    const second = await openTab(browser, ["ETH-USD"]);
    assert.equal(Source.only.asked("symbols"), "BTC-USD,ETH-USD");
    assert.equal(Source.only.asked("last_event_id"), idAt(10));
    Source.only.opens();
    await settle();
    Source.only.ticks(20);
    Source.only.ticks(21, "ETH-USD");
    await settle();
    assert.deepEqual(second.told, ["ETH 5", "ETH 21"]);
    assert.deepEqual(first.told, ["connecting", "covered true", "open", "BTC 10", "BTC 20"]);
});

test("what is stale stays so when its newest tick is found, also for those who come late", async (t) => {
    const browser = await startBrowser(t);
    await openTab(browser, ["BTC-USD"]);
    Source.only.opens().ticks(10);
    await settle();
    let answer;
    answers.set("/api/watchlist", () => new Promise((resolve) => { answer = resolve; }));
    const events = ["tick", "stale", "fresh"];
    const first = await openTab(browser, ["ETH-USD"], { events });
    Source.only.opens().says("stale", { symbol: "ETH-USD", age: 131 });
    await settle();
    const early = await openTab(browser, ["ETH-USD"], { events });
    assert.deepEqual(early.told, ["ETH stale 131"], "before there is a tick to show");
    answers.set("/api/watchlist", 500);
    answer(newest("ETH-USD", idAt(5), 5));
    await settle();
    await passQuietly(9_000);
    for (const { told } of [first, early]) {
        assert.equal(told.filter((text) => text === "ETH 5").length, 1, `${told}`);
        assert.equal(told.at(-1), "ETH stale 131");
        assert.ok(told.indexOf("ETH 5") < told.length - 1);
    }
    const late = await openTab(browser, ["ETH-USD"], { events });
    assert.deepEqual(late.told, ["ETH 5", "ETH stale 140"]);
    Source.only.ticks(20_000, "ETH-USD");
    await settle();
    for (const { told } of [first, early, late]) assert.equal(told.at(-1), "ETH 20000");
});

test("symbols that nobody wants any more are given up, and newest of before is forgotten", async (t) => {
    const browser = await startBrowser(t);
    const first = await openTab(browser, ["BTC-USD"]);
    const second = await openTab(browser, ["ETH-USD"]);
    Source.only.opens().ticks(10, "ETH-USD");
    Source.only.ticks(11);
    await settle();
    second.close();
    await pass(4_000);
    assert.equal(Source.only.asked("symbols"), "BTC-USD");
    Source.only.opens().ticks(20);
    answers.set("/api/watchlist", newest("ETH-USD", idAt(15), 15));
    const third = await openTab(browser, ["ETH-USD"]);
    Source.only.opens();
    await settle();
    assert.deepEqual(third.told, ["ETH 15"]);
    assert.deepEqual(first.told, ["BTC 11", "BTC 20"]);
});

test("a tab adds and removes symbols over the same connection", async (t) => {
    const browser = await startBrowser(t);
    const one = await openTab(browser, ["BTC-USD"], { events: everything });
    const two = await openTab(browser, ["BTC-USD", "ETH-USD"]);
    Source.only.opens().ticks(10, "ETH-USD");
    Source.only.ticks(11);
    await settle();
    one.setSymbols(["BTC-USD", "ETH-USD"]);
    await settle();
    const source = Source.only.opens();
    source.ticks(20, "ETH-USD");
    await settle();
    one.setSymbols(["ETH-USD"]);
    await settle();
    assert.equal(Source.only, source, "the worker has it, for the other");
    Source.only.ticks(30);
    await settle();
    Source.only.ticks(31);
    Source.only.ticks(32, "ETH-USD");
    await settle();
    assert.deepEqual(one.told, [
        "connecting", "covered true", "open", "BTC 11", "ETH 10", "ETH 20", "ETH 32"]);
    assert.deepEqual(two.told, ["ETH 10", "BTC 11", "ETH 20", "BTC 30", "BTC 31", "ETH 32"]);
});

test("a symbol that is removed and added again in one breath has no hole", async (t) => {
    const browser = await startBrowser(t);
    const one = await openTab(browser, ["BTC-USD", "ETH-USD"]);
    const two = await openTab(browser, ["BTC-USD", "ETH-USD"]);
    Source.only.opens().ticks(10, "ETH-USD");
    Source.only.ticks(11);
    await settle();
    one.setSymbols(["BTC-USD"]);
    Source.only.ticks(20, "ETH-USD");
    one.setSymbols(["BTC-USD", "ETH-USD"]);
    Source.only.ticks(30, "ETH-USD");
    Source.only.ticks(31);
    await settle();
    assert.equal(Source.only.asked("last_event_id"), idAt(11));
    Source.only.opens().ticks(20, "ETH-USD");
    Source.only.ticks(30, "ETH-USD");
    Source.only.ticks(31);
    await settle();
    assert.deepEqual(one.told, ["ETH 10", "BTC 11", "ETH 20", "ETH 30", "BTC 31"]);
    assert.deepEqual(two.told, one.told);
});

test("a set that changes while the worker's connection is away", async (t) => {
    const browser = await startBrowser(t);
    const one = await openTab(browser, ["BTC-USD"]);
    const two = await openTab(browser, ["BTC-USD"]);
    Source.only.opens().ticks(10);
    await settle();
    Source.only.fails();
    await settle();
    assert.equal(one.stream.state.name, "reconnecting");
    assert.ok(one.stream.state.retryAt > Date.now());
    assert.equal(two.stream.state.retryAt, one.stream.state.retryAt);
    one.setSymbols(["BTC-USD", "ETH-USD"]);
    await settle();
    assert.equal(Source.only.asked("symbols"), "BTC-USD,ETH-USD");
    assert.equal(Source.only.asked("last_event_id"), idAt(10));
    Source.only.opens().ticks(20);
    Source.only.ticks(21, "ETH-USD");
    await settle();
    assert.deepEqual(one.told, ["BTC 10", "BTC 20", "ETH 21"]);
    assert.deepEqual(two.told, ["BTC 10", "BTC 20"]);
    assert.equal(two.stream.state.name, "open");
});

test("a worker that dies without a word is replaced, and nothing is lost or told twice", async (t) => {
    const browser = await startBrowser(t);
    const tabs = [await openTab(browser), await openTab(browser), await openTab(browser)];
    Source.only.opens().ticks(10);
    await passQuietly(20_000);
    killWorkers();
    await pass(9_000);
    assert.equal(Source.live.length, 0);
    await pass(4_000);
    assert.equal(Source.only.asked("last_event_id"), idAt(10));
    assert.equal(tabs[0].stream.state.name, "connecting");
    answers.set("/api/watchlist", newest("BTC-USD", idAt(10), 10));
    Source.only.opens();
    await settle();
    Source.only.ticks(5_000);
    await settle();
    for (const { told, stream } of tabs) {
        assert.deepEqual(told, ["BTC 10", "BTC 5000"]);
        assert.equal(stream.state.name, "open");
        assert.equal(stream.isShared, true);
    }
    const late = await openTab(browser);
    assert.deepEqual(late.told, ["BTC 5000"]);
});

test("the newest price is had at once also after the worker was replaced", async (t) => {
    const browser = await startBrowser(t);
    await openTab(browser);
    Source.only.opens().ticks(10);
    await settle();
    killWorkers();
    await pass(13_000);
    answers.set("/api/watchlist", newest("BTC-USD", idAt(10), 10));
    Source.only.opens();
    await settle();
    const late = await openTab(browser);
    assert.deepEqual(late.told, ["BTC 10"]);
});

test("a worker that does not answer is done without", async (t) => {
    const browser = await startBrowser(t);
    FakeSharedWorker.isMute = true;
    const one = await openTab(browser, ["BTC-USD"], { since: 1_600_000_000, events: everything });
    assert.equal(Source.live.length, 0);
    await pass(5_000);
    assert.equal(Source.only.asked("since"), "1600000000");
    assert.equal(one.stream.isShared, false);
    Source.only.opens().ticks(10);
    assert.deepEqual(one.told, [
        "connecting", "reconnecting", "covered true", "reconnecting", "open", "BTC 10"]);
    let away = 0;
    for (let i = 0; i < 600; i += 1) {
        await passQuietly(1_000);
        away += Source.live.filter(({ readyState }) => readyState === Source.OPEN).length === 0;
        for (const source of Source.live) if (source.readyState === Source.CONNECTING) source.opens();
    }
    assert.ok(away < 40, `it asks again, and ever more rarely: away for ${away} of 600 s`);

    FakeSharedWorker.isMute = false;
    for (let i = 0; i < 400 && !one.stream.isShared; i += 1) await passQuietly(1_000);
    await pass(1_000);
    assert.equal(one.stream.isShared, true);
    assert.equal(Source.only.asked("last_event_id"), idAt(10));
});

test("a worker whose script cannot be loaded is done without", async (t) => {
    const browser = await startBrowser(t);
    FakeSharedWorker.isBroken = true;
    const one = await openTab(browser);
    await pass(2_000);
    assert.equal(one.stream.isShared, false);
    Source.only.opens().ticks(10);
    assert.deepEqual(one.told, ["BTC 10"]);
});

test("where there are no shared workers, each tab has its own connection at once", async (t) => {
    const browser = await startBrowser(t);
    FakeSharedWorker.isMissing = true;
    const one = await openTab(browser, ["BTC-USD"], { events: everything });
    const two = await openTab(browser);
    assert.equal(Source.live.length, 2);
    assert.deepEqual(one.told, ["covered true", "connecting"]);
    for (const source of Source.live) source.opens().ticks(10);
    one.setSymbols(["BTC-USD", "ETH-USD"]);
    for (const source of Source.live) source.opens().ticks(20);
    assert.deepEqual(one.told.slice(2), ["open", "BTC 10", "BTC 20"]);
    assert.deepEqual(two.told, ["BTC 10", "BTC 20"]);
    assert.equal(one.stream.isShared, false);
});

test("what names no symbols cannot be shared", async (t) => {
    const browser = await startBrowser(t);
    const one = await openTab(browser, []);
    const two = await openTab(browser, ["*"]);
    assert.equal(workers.size, 0);
    assert.deepEqual(Source.live.map((source) => source.asked("symbols")), [null, "*"]);
    two.setSymbols(["BTC-USD"]);
    await settle();
    assert.equal(two.stream.isShared, true);
    one.close();
});

test("streams of two servers have a worker each", async (t) => {
    const browser = await startBrowser(t);
    await openTab(browser);
    await openTab(browser, ["BTC-USD"], { url: "http://elsewhere.test/prices/stream" });
    assert.equal(workers.size, 2);
    assert.equal(Source.live.length, 2);
});

test("a tab that is frozen costs a bounded queue, and misses nothing that is still held", async (t) => {
    const browser = await startBrowser(t);
    const awake = await openTab(browser);
    const frozen = await openTab(browser);
    Source.only.opens().ticks(10);
    await settle();
    const [, port] = portsOf();
    frozen.tab.isFrozen = true;
    const before = port.other.sent.length;
    for (let at = 20; at < 40_020; at += 1) {
        Source.only.ticks(at);
        if (at % 1_000 === 0) await settle();
    }
    await settle();
    assert.ok(port.other.sent.length - before <= 20_002, `${port.other.sent.length}`);
    assert.equal(port.other.isClosed, true, "it was let go");
    const reached = awake.told.length;
    assert.equal(reached, 40_001);

    frozen.tab.thaw();
    await pass(2_000);
    assert.equal(Source.only.asked("last_event_id"), frozen.stream.lastId);
    const missed = Number(/^\d+/.exec(frozen.stream.lastId)[0]) - 1_700_000_000_000;
    Source.only.opens();
    for (let at = missed + 1; at < 40_030; at += 1) {
        Source.only.ticks(at);
        if (at % 1_000 === 0) await settle();
    }
    await settle();
    const wanted = ["BTC 10", ...Array.from({ length: 40_010 }, (_, i) => `BTC ${20 + i}`)];
    assert.deepEqual(frozen.told, wanted);
    assert.deepEqual(awake.told, wanted, "and nobody else is told anything twice");
});

test("a tab that is not heard of for three minutes is let go, also where nothing happens", async (t) => {
    const browser = await startBrowser(t);
    await openTab(browser);
    const { tab } = await openTab(browser, ["ETH-USD"]);
    Source.only.opens();
    await settle();
    const [, port] = portsOf();
    tab.isFrozen = true;
    await passQuietly(170_000);
    assert.equal(Source.only.asked("symbols"), "BTC-USD,ETH-USD");
    await passQuietly(60_000);
    assert.equal(port.other.isClosed, true);
    assert.equal(Source.only.asked("symbols"), "BTC-USD");
});

test("a tab that was away for long catches up by itself and then shares again", async (t) => {
    const browser = await startBrowser(t);
    const here = await openTab(browser);
    const away = await openTab(browser);
    Source.only.opens().ticks(10);
    await settle();
    away.tab.isFrozen = true;
    await passQuietly(400_000);
    const shared = Source.only;
    for (const at of [400_000, 400_001]) shared.ticks(at);
    await settle();
    away.tab.thaw();
    await pass(4_000);
    const own = Source.live.find((source) => source !== shared);
    assert.equal(shared.readyState, Source.OPEN, "the others are not disturbed");
    assert.equal(own.asked("last_event_id"), idAt(10));
    assert.equal(away.stream.isShared, false);
    own.opens();
    for (const at of [400_000, 400_001]) own.ticks(at);
    shared.ticks(400_002);
    for (let i = 0; i < 30 && own.readyState !== Source.CLOSED; i += 1) await pass(500);
    assert.equal(own.readyState, Source.CLOSED);
    assert.equal(away.stream.isShared, true);
    const again = Source.only;
    assert.equal(again.asked("last_event_id"), idAt(400_001));
    again.opens();
    again.ticks(400_002);
    again.ticks(400_003);
    await settle();
    const wanted = [10, 400_000, 400_001, 400_002, 400_003].map((at) => `BTC ${at}`);
    assert.deepEqual(away.told, wanted);
    assert.deepEqual(here.told, wanted);
});

test("a page that is put away leaves, and is told what it missed when it is back", async (t) => {
    const browser = await startBrowser(t);
    const one = await openTab(browser);
    Source.only.opens().ticks(10);
    await settle();
    browser.happens("pagehide", one.tab);
    await settle();
    assert.equal(portsOf().length, 0);
    Source.only.ticks(20);
    await settle();
    browser.happens("pageshow", one.tab);
    await settle();
    assert.equal(Source.only.asked("last_event_id"), idAt(10));
    Source.only.opens().ticks(20);
    Source.only.ticks(30);
    await settle();
    assert.deepEqual(one.told, ["BTC 10", "BTC 20", "BTC 30"]);
    assert.equal(one.stream.state.name, "open");
});

test("a tab that wakes up wakes the worker's connection", async (t) => {
    const browser = await startBrowser(t);
    const { tab } = await openTab(browser);
    Source.only.opens();
    Source.only.fails();
    await settle();
    assert.equal(Source.live.length, 0);
    browser.happens("online", tab);
    await settle();
    assert.equal(Source.live.length, 1);
});

test("all tabs are told of a restart, also where the clock has stepped back", async (t) => {
    const browser = await startBrowser(t);
    const tabs = [await openTab(browser), await openTab(browser)];
    Source.only.opens().ticks(50_000);
    Source.only.breaks();
    Source.only.opens().says(
        "gap", { from: idAt(999), to: idAt(1_000), reason: "restarted" }, idAt(1_000));
    await settle();
    const late = await openTab(browser);
    Source.only.ticks(2_000);
    await settle();
    for (const { told, stream } of tabs) {
        assert.deepEqual(told, ["BTC 50000", "gap restarted", "BTC 2000"]);
        assert.equal(stream.lastId, idAt(2_000));
    }
    assert.deepEqual(late.told, ["BTC 2000"], "no price from before the restart");
});

test("going back for one tab over a restart tells nobody else of it twice", async (t) => {
    const browser = await startBrowser(t);
    const one = await openTab(browser);
    const two = await openTab(browser);
    Source.only.opens().ticks(10);
    await settle();
    two.tab.isFrozen = true;
    const restarted = [
        "gap", { from: idAt(10), to: idAt(1_000), reason: "restarted" }, idAt(1_000)];
    Source.only.breaks();
    Source.only.opens().says(...restarted);
    Source.only.ticks(2_000);
    await settle();
    const [, port] = portsOf();
    const { onmessage } = port;
    port.onmessage = null; // it is thrown out before it has read the rest
    two.tab.thaw();
    two.tab.run(() => onmessage({ data: { type: "dropped" } }));
    await pass(2_000);
    assert.equal(Source.only.asked("last_event_id"), idAt(10));
    Source.only.opens().says(...restarted);
    Source.only.ticks(2_000);
    Source.only.ticks(3_000);
    await settle();
    const wanted = ["BTC 10", "gap restarted", "BTC 2000", "BTC 3000"];
    assert.deepEqual(two.told, wanted);
    assert.deepEqual(one.told, wanted);
});

test("a gap is told to those whose symbols it is about", async (t) => {
    const browser = await startBrowser(t);
    const one = await openTab(browser, ["BTC-USD"]);
    const two = await openTab(browser, ["ETH-USD"]);
    Source.only.opens().ticks(10);
    Source.only.says(
        "gap", { from: idAt(10), to: idAt(20), reason: "lapped", symbols: ["ETH-USD"] });
    Source.only.ticks(15);
    await settle();
    assert.deepEqual(one.told, ["BTC 10", "BTC 15"]);
    assert.deepEqual(two.told, ["gap lapped"]);
});

test("a gap is told again to the tab that comes back from before it, and not to the others", async (t) => {
    const browser = await startBrowser(t);
    const both = ["BTC-USD", "ETH-USD"];
    const here = await openTab(browser, both);
    const away = await openTab(browser, both);
    Source.only.opens().ticks(10);
    await settle();
    browser.happens("pagehide", away.tab);
    await settle();
    const gap = { from: idAt(10), to: idAt(90), reason: "lapped", symbols: ["BTC-USD"] };
    Source.only.says("gap", gap);
    Source.only.ticks(50, "ETH-USD");
    Source.only.ticks(100);
    await settle();
    browser.happens("pageshow", away.tab);
    await settle();
    assert.equal(Source.only.asked("last_event_id"), idAt(10));
    Source.only.opens().says("gap", gap);
    Source.only.ticks(50, "ETH-USD");
    Source.only.ticks(100);
    await settle();
    const wanted = ["BTC 10", "gap lapped", "ETH 50", "BTC 100"];
    assert.deepEqual(away.told, wanted);
    assert.deepEqual(here.told, wanted);
});

test("a tab that comes before the end of a gap is told of it", async (t) => {
    const browser = await startBrowser(t);
    const both = ["BTC-USD", "ETH-USD"];
    await openTab(browser, both);
    Source.only.opens().ticks(10);
    Source.only.says(
        "gap", { from: idAt(10), to: idAt(90), reason: "lapped", symbols: ["BTC-USD"] });
    Source.only.ticks(50, "ETH-USD");
    await settle();
    const amid = await openTab(browser, both);
    Source.only.ticks(100);
    await settle();
    const behind = await openTab(browser, both);
    assert.deepEqual(amid.told, ["BTC 10", "gap lapped", "ETH 50", "BTC 100"]);
    assert.deepEqual(behind.told, ["BTC 100", "ETH 50"]);
});

const unknown = problem(404, "there is no symbol 'NO-SUCH' here");

test("a symbol that the server does not have is its tab's trouble alone", async (t) => {
    const browser = await startBrowser(t);
    const good = await openTab(browser, ["BTC-USD"]);
    const other = await openTab(browser, ["BTC-USD"]); // changes nothing in what is streamed
    Source.only.opens().ticks(10);
    await settle();
    answers.set("/prices/stream", ({ searchParams }) =>
        searchParams.get("symbols").includes("NO-SUCH") ? unknown() : undefined);
    const bad = await openTab(browser, ["BTC-USD", "NO-SUCH"], { events: ["refused", "state"] });
    assert.equal(Source.only.asked("symbols"), "BTC-USD,NO-SUCH");
    Source.only.fails();
    await settle();
    assert.equal(Source.only.asked("symbols"), "BTC-USD");
    assert.equal(Source.only.asked("last_event_id"), idAt(10));
    Source.only.opens().ticks(20);
    await pass(2_000);
    // It finds out by itself.
    const [shared, alone] = Source.live;
    assert.equal(alone.asked("symbols"), "BTC-USD,NO-SUCH");
    alone.fails();
    await settle();
    assert.deepEqual(bad.told.slice(-2), ["refused", "refused there is no symbol 'NO-SUCH' here"]);
    await passQuietly(60_000);
    assert.deepEqual(Source.live, [shared], "and tries no more");
    for (const { told, stream } of [good, other]) {
        assert.deepEqual(told, ["BTC 10", "BTC 20"]);
        assert.equal(stream.state.name, "open");
        assert.equal(stream.isShared, true);
    }
    assert.equal(bad.stream.state.name, "refused");
});

test("where no tab has come since, all tabs learn why the stream is refused", async (t) => {
    const browser = await startBrowser(t);
    const tabs = [];
    for (let i = 0; i < 2; i += 1)
        tabs.push(await openTab(browser, ["BTC-USD", "NO-SUCH"], { events: ["refused"] }));
    Source.only.opens().ticks(10);
    await settle();
    answers.set("/prices/stream", unknown); // the server was started again, without that symbol
    Source.only.fails();
    await settle();
    await pass(2_000);
    assert.equal(Source.live.length, 2);
    for (const source of Source.live) source.fails();
    await settle();
    for (const { told } of tabs)
        assert.deepEqual(told, ["refused there is no symbol 'NO-SUCH' here"]);
    assert.equal(Source.live.length, 0);
    // One goes on with what there is, and shares again.
    answers.delete("/prices/stream");
    await pass(10_000);
    tabs[0].setSymbols(["BTC-USD"]);
    tabs[0].open();
    await settle();
    assert.equal(Source.only.asked("last_event_id"), idAt(10));
    Source.only.opens();
    await settle();
    assert.equal(tabs[0].stream.isShared, true);
});

test("tabs that come while the server is down are not sent away", async (t) => {
    const browser = await startBrowser(t);
    const one = await openTab(browser, ["BTC-USD"]);
    const two = await openTab(browser, ["ETH-USD"]);
    for (let i = 0; i < 5; i += 1) {
        (await connection()).fails();
        await settle();
    }
    (await connection()).opens().ticks(400_000);
    await settle();
    assert.deepEqual(one.told, ["BTC 400000"]);
    assert.equal(two.stream.isShared, true);
});

test("all tabs know when a busy server is asked again", async (t) => {
    const browser = await startBrowser(t);
    const tabs = [await openTab(browser), await openTab(browser)];
    Source.only.opens().says("busy", { retry: 28_000 });
    const retryAt = Date.now() + 28_000;
    Source.only.breaks();
    await settle();
    const source = Source.only;
    await pass(25_000);
    for (const { stream } of tabs)
        assert.deepEqual(stream.state, { name: "reconnecting", retryAt, why: "busy" });
    assert.equal(Source.only, source);
    const late = await openTab(browser);
    assert.deepEqual(late.stream.state, { name: "reconnecting", retryAt, why: "busy" });
});

test("a tab that knows more than a worker that has just begun waits for it by itself", async (t) => {
    const browser = await startBrowser(t);
    const old = await openTab(browser, ["BTC-USD", "ETH-USD"]);
    Source.only.opens().ticks(10, "ETH-USD");
    Source.only.ticks(11);
    await settle();
    killWorkers();
    const fresh = await openTab(browser, ["BTC-USD", "ETH-USD"]);
    const shared = Source.only.opens();
    shared.ticks(12); // the newest of this one, and that of the other is on its way
    await settle();
    await pass(14_000);
    shared.ticks(20, "ETH-USD");
    await settle();
    assert.ok(old.told.length >= 2);
    const ids = Source.live.map((source) => source.asked("last_event_id"));
    assert.ok(ids.includes(idAt(11)), `it has asked for what it missed: ${ids}`);
    assert.deepEqual(fresh.told.slice(0, 1), ["BTC 12"]);
});

test("resumes behind an id that was kept", async (t) => {
    const browser = await startBrowser(t);
    const one = await openTab(browser, ["BTC-USD"], { lastId: idAt(5) });
    assert.equal(Source.only.asked("last_event_id"), idAt(5));
    answers.set("/api/watchlist", newest("BTC-USD", idAt(4), 4));
    Source.only.opens();
    await settle();
    Source.only.ticks(6);
    await settle();
    assert.deepEqual(one.told, ["BTC 6"]);
    assert.equal(one.stream.lastId, idAt(6));
});

test("close() and open() again go on behind the last id", async (t) => {
    const browser = await startBrowser(t);
    await openTab(browser);
    const one = await openTab(browser, ["BTC-USD"], { events: everything });
    Source.only.opens().ticks(10);
    await settle();
    one.close();
    Source.only.ticks(20);
    await settle();
    assert.equal(one.told.at(-1), "idle");
    one.open();
    await settle();
    assert.equal(Source.only.asked("last_event_id"), idAt(10));
    Source.only.opens().ticks(20);
    await settle();
    assert.deepEqual(one.told.slice(-4), ["idle", "connecting", "open", "BTC 20"]);
});

const topicEvents = ["followed", "unfollowed", "market", "kpis"];
function recordTopics(stream) {
    const told = [];
    for (const type of topicEvents)
        stream.addEventListener(type, ({ detail }) =>
            told.push(type === "followed" ? `followed ${detail.topics}` : `${type} ${detail.n ?? detail.status}`));
    return told;
}

test("tabs follow topics over the connection that they share, each its own", async (t) => {
    const browser = await startBrowser(t);
    const one = await openTab(browser);
    const other = await openTab(browser, ["BTC-USD"], { topics: ["kpis"] });
    const [told, others] = [one, other].map(({ stream }) => recordTopics(stream));
    await settle();
    const first = Source.only.opens();
    first.ticks(10);
    await settle();
    assert.equal(first.asked("topics"), "ticks,kpis");
    assert.deepEqual([told, others], [[], ["followed kpis"]]);
    one.tab.run(() => one.stream.setTopics(["market"]));
    await settle();
    const second = await connection();
    assert.equal(second.asked("topics"), "ticks,market,kpis");
    assert.equal(second.asked("last_event_id"), idAt(10), "no tick is lost");
    second.opens();
    second.says("market", { n: 1 }, idAt(10));
    second.says("kpis", { n: 2 }, idAt(10));
    second.ticks(20);
    await settle();
    assert.deepEqual(told, ["followed market", "market 1"]);
    assert.deepEqual(others, ["followed kpis", "kpis 2"]);
    assert.deepEqual([one.told, other.told], [["BTC 10", "BTC 20"], ["BTC 10", "BTC 20"]]);
    one.tab.run(() => one.stream.setTopics([]));
    await pass(4_000);
    const third = await connection();
    assert.equal(third.asked("topics"), "ticks,kpis", "what no tab wants is not asked for");
});

test("a tab whose worker died asks anew for what it follows", async (t) => {
    const browser = await startBrowser(t);
    const { stream } = await openTab(browser, ["BTC-USD"], { topics: ["market"] });
    const told = recordTopics(stream);
    Source.only.opens().ticks(10);
    await settle();
    assert.deepEqual(told, ["followed market"]);
    killWorkers();
    await pass(12_000);
    (await connection()).opens();
    await settle();
    assert.deepEqual(told, ["followed market", "followed market"]);
});

test("a topic that the server refuses does not end the prices of any tab", async (t) => {
    const browser = await startBrowser(t);
    const one = await openTab(browser);
    Source.only.opens().ticks(10);
    await settle();
    answers.set("/prices/stream", () => new Response(
        JSON.stringify({ status: 400, parameter: "topics" }),
        { status: 400, headers: { "content-type": "application/problem+json" } }));
    const other = await openTab(browser, ["BTC-USD"], { topics: ["market"] });
    const told = recordTopics(other.stream);
    for (let i = 0; i < 40 && !told.includes("unfollowed 400"); i += 1) {
        for (const source of Source.live)
            if (source.asked("topics")) source.fails();
            else if (source.readyState === Source.CONNECTING) source.opens();
        await pass(500);
    }
    assert.deepEqual(told, ["unfollowed 400"]);
    for (const source of Source.live) if (source.readyState === Source.CONNECTING) source.opens();
    await pass(2_000);
    for (const source of Source.live) if (source.readyState === Source.CONNECTING) source.opens();
    await pass(500);
    for (const { stream } of [one, other]) assert.equal(stream.state.name, "open");
});
