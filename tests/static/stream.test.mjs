// The stream itself, over connections that do whatever connections do.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { PriceStream, comparePositions, parsePosition } from "../../static/stream.js";
import {
    FakeEventSource as Source, answers, idAt, newest, pass, problem, record, requests, settle, startBrowser,
    wall,
} from "./support/browser.mjs";

async function open(t, options = {}) {
    const browser = await startBrowser(t);
    const stream = browser.owns(new PriceStream({ symbols: ["btc-usd"], ...options }));
    const told = record(stream);
    stream.open();
    const states = record(stream, ["state"]);
    return { ...browser, stream, told, states };
}

// A heartbeat of so many seconds after the start, or of now.
const startedAt = parsePosition(idAt(0)).ms / 1000;
const beats = (source, at = Math.floor(Date.now() / 1000) - startedAt) =>
    source.says("heartbeat", { timestamp: startedAt + at });

test("positions are compared as two numbers", () => {
    assert.ok(comparePositions("9-9", "10-0") < 0);
    assert.ok(comparePositions("10-9", "10-10") < 0);
    assert.equal(comparePositions("10-1", "10-1"), 0);
    for (const nonsense of ["", "1", "1-", "-1", "1-x", "1-2-3", "9".repeat(15) + "-0", undefined]) {
        assert.equal(parsePosition(nonsense), null);
        assert.ok(comparePositions(nonsense, "0-0") < 0, `${nonsense} comes first`);
    }
});

test("asks for what it wants, and resumes behind what it has", async (t) => {
    const { stream } = await open(t, { since: 1_600_000_000 });
    assert.equal(Source.only.asked("symbols"), "BTC-USD");
    assert.equal(Source.only.asked("since"), "1600000000");
    Source.only.opens();
    const id = Source.only.ticks(10);
    Source.only.fails();
    await pass(2_000);
    assert.equal(Source.only.asked("last_event_id"), id);
    assert.equal(Source.only.asked("since"), null);
    assert.equal(stream.lastId, id);
});

test("tells no tick twice, whatever is sent again", async (t) => {
    const { told } = await open(t);
    Source.only.opens();
    for (const at of [10, 10, 20, 15, 20, 30]) Source.only.ticks(at);
    assert.deepEqual(told, ["BTC 10", "BTC 20", "BTC 30"]);
});

test("what cannot be read is passed over, and is not resumed after", async (t) => {
    const { stream, told } = await open(t);
    Source.only.opens();
    const id = Source.only.ticks(10);
    for (const data of ["", "{", "null", "7", '"text"']) Source.only.says("message", data, idAt(20));
    Source.only.says("message", { symbol: "BTC-USD", price: 1 }, "no position");
    for (const data of ["{", "null", "{}", { from: 1, to: 2 }, { from: "x", to: "1-0" }])
        Source.only.says("gap", data, idAt(20));
    for (const type of ["stale", "fresh", "heartbeat", "moving", "busy"]) Source.only.says(type, "{");
    assert.deepEqual(told, ["BTC 10"]);
    assert.equal(stream.lastId, id);
    Source.only.ticks(20);
    assert.deepEqual(told, ["BTC 10", "BTC 20"]);
});

test("a cut is left to the browser once", async (t) => {
    const { states } = await open(t);
    const source = Source.only.opens();
    source.breaks();
    assert.deepEqual(states, ["open", "reconnecting"]);
    assert.equal(Source.only, source);
    source.opens();
    assert.deepEqual(states, ["open", "reconnecting", "open"]);
});

test("an attempt that fails again is made anew, after a growing wait", async (t) => {
    const { stream } = await open(t);
    Source.only.opens();
    const waits = [];
    for (let i = 0; i < 9; i += 1) {
        Source.only.fails();
        assert.equal(Source.live.length, 0);
        const waitMs = stream.state.retryAt - Date.now();
        waits.push(waitMs);
        await pass(waitMs - 1, 100);
        assert.equal(Source.live.length, 0);
        await pass(1);
        assert.equal(Source.live.length, 1);
    }
    assert.ok(waits[0] <= 1_500 && waits[0] >= 500, `${waits}`);
    assert.ok(waits.every((ms) => ms <= 45_000), `${waits}`);
    assert.ok(waits[8] >= 15_000, `${waits}`);
});

test("an attempt that is never answered is given up", async (t) => {
    const { states } = await open(t);
    const [first] = Source.all;
    await pass(5_000);
    assert.equal(first.readyState, Source.CONNECTING);
    await pass(3_000);
    assert.equal(first.readyState, Source.CLOSED);
    assert.ok(states.includes("reconnecting"));
    assert.equal(Source.live.length, 1);
});

test("a connection that says nothing any more is replaced", async (t) => {
    const { told } = await open(t);
    const first = Source.only.opens();
    const id = first.ticks(10);
    await pass(37_000);
    assert.equal(Source.only, first);
    await pass(1_500);
    assert.notEqual(Source.only, first);
    assert.equal(Source.only.asked("last_event_id"), id);
    first.ticks(20);
    assert.deepEqual(told, ["BTC 10"], "and is not listened to");
});

test("learns from heartbeats how long a silence may last", async (t) => {
    await open(t);
    const first = Source.only.opens();
    for (let i = 0; i < 4; i += 1) {
        await pass(1_000);
        beats(first);
    }
    await pass(2_000);
    assert.equal(Source.only, first);
    await pass(1_500);
    assert.notEqual(Source.only, first);
});

test("heartbeats that come all at once, after a thaw, do not make it impatient", async (t) => {
    await open(t);
    const first = Source.only.opens();
    first.ticks(10);
    await pass(100);
    for (let at = 15; at <= 90; at += 15) beats(first, at);
    await pass(36_000);
    assert.equal(Source.only, first);
    await pass(2_500);
    assert.notEqual(Source.only, first, "nor patient for ever");
});

test("a heartbeat close behind something else says nothing about silence", async (t) => {
    await open(t);
    const first = Source.only.opens();
    for (let at = 15; at <= 90; at += 15) {
        first.ticks(at * 1_000 - 15_000); // it was held up
        beats(first, at);
    }
    await pass(36_000);
    assert.equal(Source.only, first);
});

test("a page that has slept does not take its sleep for a silence", async (t) => {
    await open(t);
    const first = Source.only.opens();
    beats(first);
    for (let i = 0; i < 3; i += 1) {
        mock.timers.setTime(Date.now() + 3_600_000);
        beats(first);
    }
    await pass(39_000);
    assert.notEqual(Source.only, first);
});

for (const [words, ms, isReplaced] of [
    ["a sleep of 8 h in which the steady clock stood still", 8 * 3_600_000, true],
    ["a computer's clock that is set ahead by a year", 365 * 86_400_000, true],
    ["a computer's clock that is set ahead by 3 minutes", 180_000, true],
    ["a computer's clock that is set back by 2 minutes", -120_000, false],
    ["a computer's clock that is set back by an hour", -3_600_000, false],
    ["a computer's clock that is set back by a year", -365 * 86_400_000, false],
])
    test(`after ${words} it is ${isReplaced ? "" : "not "}taken for dead`, async (t) => {
        const { states, told } = await open(t);
        const first = Source.only.opens();
        const id = first.ticks(10);
        wall.aheadMs += ms;
        await pass(1_000);
        assert.equal(Source.only !== first, isReplaced);
        if (isReplaced) {
            assert.equal(states.at(-1), "reconnecting");
            assert.equal(Source.only.asked("last_event_id"), id);
            Source.only.opens();
        }
        await pass(5_000);
        Source.only.ticks(20);
        assert.deepEqual([states.at(-1), told], ["open", ["BTC 10", "BTC 20"]], "and once");
        const last = Source.only;
        await pass(39_000);
        assert.notEqual(Source.only, last, "a silence is a silence");
    });

for (const ms of [-3_600_000, 3_600_000])
    test(`a wait is kept where the computer's clock is set by ${ms} ms`, async (t) => {
        const { stream } = await open(t);
        const source = Source.only.opens();
        source.ticks(10);
        source.says("busy", { retry: 20_000 });
        source.breaks();
        assert.equal(stream.state.why, "busy");
        wall.aheadMs += ms;
        stream.setSymbols(["BTC-USD", "ETH-USD"]);
        await pass(19_000);
        assert.equal(Source.live.length, 0);
        await pass(1_500);
        assert.equal(Source.live.length, 1);
    });

test("thirty-three symbols that are added are one question", async (t) => {
    const { stream, told } = await open(t);
    Source.only.opens().ticks(10);
    const names = Array.from({ length: 33 }, (_, i) => `C${i}-USD`);
    answers.set("/api/watchlist",
        { watchlist: names.map((symbol, i) => ({ symbol, id: i ? idAt(5) : null, price: i })) });
    stream.setSymbols(["BTC-USD", ...names]);
    Source.only.opens();
    await settle();
    assert.equal(requests.length, 1);
    assert.equal(told.length, 33, "and one of them has no tick yet");
    Source.only.says("heartbeat", { timestamp: 1 });
    await settle();
    assert.equal(requests.length, 1);
});

test("more symbols than one answer has are asked for one after the other", async (t) => {
    const { stream, told } = await open(t);
    Source.only.opens().ticks(10);
    const names = Array.from({ length: 130 }, (_, i) => `C${i}-USD`);
    answers.set("/api/watchlist", ({ searchParams }) => ({ watchlist:
        searchParams.get("symbols").split(",").map((symbol) => ({ symbol, id: idAt(5), price: 1 })) }));
    stream.setSymbols(["BTC-USD", ...names]);
    Source.only.opens();
    await settle();
    assert.equal(requests.length, 3);
    assert.equal(told.length, 131);
});

test("heartbeats that were held up do not make it impatient", async (t) => {
    await open(t);
    const first = Source.only.opens();
    let at = 0;
    for (const ms of [15_000, 15_000, 20_000, 10_000]) {
        await pass(ms);
        beats(first, (at += 15));
    }
    await pass(49_000);
    assert.equal(Source.only, first);
});

test("comes back when the server said so: busy and moving", async (t) => {
    for (const word of ["busy", "moving"]) {
        await t.test(word, async (t) => {
            const { stream, told } = await open(t);
            const source = Source.only.opens();
            source.ticks(10);
            source.says(word, { retry: 20_000 });
            source.breaks();
            assert.equal(stream.state.name, "reconnecting");
            assert.equal(stream.state.retryAt, Date.now() + 20_000);
            await pass(25_000);
            assert.equal(Source.only, source, "the browser keeps the wait");
            source.opens();
            source.ticks(20);
            assert.deepEqual(told, ["BTC 10", "BTC 20"]);
            stream.close();
        });
    }
});

test("after a restart goes on also where the clock has stepped back", async (t) => {
    const { stream, told } = await open(t);
    let restarted = null;
    stream.addEventListener("gap", ({ detail }) => { restarted = detail; });
    Source.only.opens().ticks(50_000);
    Source.only.breaks();
    Source.only.opens().says(
        "gap", { from: idAt(999), to: idAt(1_000), reason: "restarted" }, idAt(1_000));
    assert.equal(restarted.isAnew, true);
    Source.only.ticks(2_000);
    assert.deepEqual(told, ["BTC 50000", "gap restarted", "BTC 2000"]);
    assert.equal(stream.lastId, idAt(2_000));

    Source.only.says("gap", { from: idAt(2_000), to: idAt(9_000), reason: "restarted" }, idAt(9_000));
    assert.equal(restarted.isAnew, false, "a clock that went on");
});

test("a gap without an id does not move the position, and is told once when repeated", async (t) => {
    const { stream, told } = await open(t, { symbols: ["BTC-USD", "ETH-USD"] });
    Source.only.opens().ticks(10);
    const gap = { from: idAt(10), to: idAt(90), reason: "evicted", symbols: ["BTC-USD"] };
    Source.only.says("gap", gap);
    assert.equal(stream.lastId, idAt(10));
    Source.only.ticks(50, "ETH-USD");
    Source.only.breaks();
    Source.only.opens().says("gap", gap);
    Source.only.ticks(60, "ETH-USD");
    assert.deepEqual(told, ["BTC 10", "gap evicted", "ETH 50", "ETH 60"]);
});

test("gaps without an id are told of each symbol, also where they end at one position", async (t) => {
    const { told } = await open(t, { symbols: ["BTC-USD", "ETH-USD"] });
    Source.only.opens().ticks(10);
    for (const symbol of ["BTC-USD", "ETH-USD"])
        Source.only.says(
            "gap", { from: idAt(10), to: idAt(90), reason: `of ${symbol}`, symbols: [symbol] });
    assert.deepEqual(told, ["BTC 10", "gap of BTC-USD", "gap of ETH-USD"]);
});

test("a gap without an id is told again to whom goes back to before it", async (t) => {
    const { stream, told } = await open(t, { symbols: ["BTC-USD", "ETH-USD"] });
    Source.only.opens().ticks(10);
    const gap = { from: idAt(10), to: idAt(90), reason: "evicted", symbols: ["BTC-USD"] };
    Source.only.says("gap", gap);
    Source.only.ticks(50, "ETH-USD");
    stream.setSymbols(["BTC-USD", "ETH-USD"], idAt(10));
    Source.only.opens().says("gap", gap);
    Source.only.ticks(50, "ETH-USD");
    assert.deepEqual(told, ["BTC 10", "gap evicted", "ETH 50", "gap evicted", "ETH 50"]);
});

test("a laptop that wakes up does not wait for anything", async (t) => {
    const { happens, document } = await open(t);
    Source.only.opens();
    Source.only.fails();
    assert.equal(Source.live.length, 0);
    document.visibilityState = "hidden";
    happens("visibilitychange");
    assert.equal(Source.live.length, 0, "not while nobody looks");
    document.visibilityState = "visible";
    happens("visibilitychange");
    assert.equal(Source.live.length, 1);
});

test("a page that is put away holds no connection, and goes on when it is back", async (t) => {
    const { happens, told } = await open(t);
    Source.only.opens();
    const id = Source.only.ticks(10);
    happens("pagehide");
    assert.equal(Source.live.length, 0);
    await pass(60_000);
    assert.equal(Source.live.length, 0, "not while it is away");
    happens("pageshow");
    assert.equal(Source.only.asked("last_event_id"), id);
    Source.only.opens().ticks(20);
    assert.deepEqual(told, ["BTC 10", "BTC 20"]);
});

test("says that it is offline where the browser knows", async (t) => {
    const { states } = await open(t);
    Source.only.opens();
    navigator.onLine = false;
    Source.only.fails();
    assert.deepEqual(states.slice(-1), ["offline"]);
});

test("close() is the end, and open() a new beginning behind the last id", async (t) => {
    const { stream, states, happens } = await open(t);
    Source.only.opens();
    const id = Source.only.ticks(10);
    stream.close();
    happens("online");
    await pass(60_000, 5_000);
    assert.equal(Source.live.length, 0);
    assert.equal(states.at(-1), "idle");
    stream.open();
    stream.open();
    assert.equal(Source.only.asked("last_event_id"), id);
});

test("may be closed by a listener", async (t) => {
    for (const word of ["connecting", "open", "reconnecting"])
        await t.test(word, async (t) => {
            const { owns } = await startBrowser(t);
            const stream = owns(new PriceStream({ symbols: ["BTC-USD"] }));
            stream.addEventListener("state", ({ detail }) => {
                if (detail.name === word) stream.close();
            });
            stream.open();
            for (const source of Source.live) source.opens();
            for (const source of Source.live) source.fails();
            await pass(10_000);
            assert.equal(Source.live.length, 0);
            assert.equal(stream.state.name, "idle");
        });
});

test("a set of symbols that changes loses nothing of those that stay", async (t) => {
    const { stream, told, states } = await open(t);
    Source.only.opens();
    const id = Source.only.ticks(10);
    answers.set("/api/watchlist", newest("ETH-USD", idAt(5), 5));
    const first = Source.only;
    stream.setSymbols(["BTC-USD", "eth-usd"]);
    assert.equal(first.readyState, Source.CLOSED);
    assert.equal(Source.only.asked("symbols"), "BTC-USD,ETH-USD");
    assert.equal(Source.only.asked("last_event_id"), id);
    Source.only.opens();
    Source.only.ticks(20);
    await settle();
    Source.only.ticks(30, "ETH-USD");
    assert.deepEqual(told, ["BTC 10", "BTC 20", "ETH 5", "ETH 30"]);
    assert.deepEqual(states, ["open"], "it was never anything else for longer than a moment");
    assert.deepEqual(requests, ["/api/watchlist?points=0&symbols=ETH-USD"]);
});

test("the same set again changes nothing", async (t) => {
    const { stream } = await open(t);
    const source = Source.only.opens();
    source.ticks(10);
    stream.setSymbols(["btc-usd"]);
    assert.equal(Source.only, source);
});

test("the newest tick of an added symbol is not told behind a newer one of it", async (t) => {
    const { stream, told } = await open(t);
    Source.only.opens().ticks(10);
    answers.set("/api/watchlist", newest("ETH-USD", idAt(5), 5));
    stream.setSymbols(["BTC-USD", "ETH-USD"]);
    Source.only.opens().ticks(20, "ETH-USD");
    await settle();
    assert.deepEqual(told, ["BTC 10", "ETH 20"]);
});

test("what lies behind the position comes by itself, and not twice", async (t) => {
    const { stream, told } = await open(t);
    Source.only.opens().ticks(10);
    answers.set("/api/watchlist", newest("ETH-USD", idAt(25), 25));
    stream.setSymbols(["BTC-USD", "ETH-USD"]);
    Source.only.opens();
    await settle();
    Source.only.ticks(20, "ETH-USD");
    Source.only.ticks(25, "ETH-USD");
    Source.only.says("heartbeat", { timestamp: 1 });
    await settle();
    assert.deepEqual(told, ["BTC 10", "ETH 20", "ETH 25"]);
});

test("the newest tick is asked for again where nobody answered", async (t) => {
    const { stream, told } = await open(t);
    Source.only.opens().ticks(10);
    stream.setSymbols(["BTC-USD", "ETH-USD"]);
    Source.only.opens();
    await settle();
    answers.set("/api/watchlist", 500);
    Source.only.says("heartbeat", { timestamp: 1 });
    await settle();
    answers.set("/api/watchlist", newest("ETH-USD", idAt(5), 5));
    Source.only.says("heartbeat", { timestamp: 2 });
    await settle();
    Source.only.says("heartbeat", { timestamp: 3 });
    await settle();
    assert.deepEqual(told, ["BTC 10", "ETH 5"]);
    assert.equal(requests.length, 3, "and not once more");
});

test("the newest tick is asked for once at a time, and not for longer than ten seconds", async (t) => {
    const { stream, told } = await open(t);
    Source.only.opens().ticks(10);
    answers.set("/api/watchlist", () => new Promise(() => {}));
    stream.setSymbols(["BTC-USD", "ETH-USD"]);
    Source.only.opens();
    for (let i = 0; i < 3; i += 1) {
        await pass(3_000);
        Source.only.says("heartbeat", {});
    }
    assert.equal(requests.length, 1, "while it is being asked for");
    await pass(1_500);
    answers.set("/api/watchlist", newest("ETH-USD", idAt(5), 5));
    Source.only.says("heartbeat", {});
    await settle();
    assert.equal(requests.length, 2);
    assert.deepEqual(told, ["BTC 10", "ETH 5"]);
});

test("what was asked for on a connection that is gone is asked for again", async (t) => {
    const { stream, told } = await open(t);
    Source.only.opens().ticks(10);
    let answer;
    answers.set("/api/watchlist", () => new Promise((resolve) => { answer = resolve; }));
    stream.setSymbols(["BTC-USD", "ETH-USD"]);
    Source.only.opens();
    stream.setSymbols(["BTC-USD"]);
    Source.only.opens().ticks(20);
    stream.setSymbols(["BTC-USD", "ETH-USD"]);
    Source.only.opens();
    await settle();
    assert.equal(requests.length, 1);
    answers.set("/api/watchlist", newest("ETH-USD", idAt(15), 15));
    answer(newest("ETH-USD", idAt(5), 5));
    await settle();
    assert.deepEqual(told, ["BTC 10", "BTC 20", "ETH 15"], "and no tick between is missing");
});

test("a tick that was asked for leaves alone what is stale", async (t) => {
    const { stream, told } = await open(t);
    Source.only.opens().ticks(10);
    answers.set("/api/watchlist", 500);
    stream.setSymbols(["BTC-USD", "ETH-USD"]);
    Source.only.opens().says("stale", { symbol: "ETH-USD", age: 131 });
    await pass(9_000);
    answers.set("/api/watchlist", newest("ETH-USD", idAt(5), 5));
    Source.only.says("heartbeat", {});
    await settle();
    assert.deepEqual(told, ["BTC 10", "ETH stale 131", "ETH 5", "ETH stale 140"]);
    Source.only.ticks(20_000, "ETH-USD");
    assert.deepEqual(told.slice(4), ["ETH 20000"], "a new one ends it");
});

test("what is stale is not told of a symbol that was given up, or is fresh again", async (t) => {
    const { stream, told } = await open(t);
    Source.only.opens().ticks(10);
    stream.setSymbols(["BTC-USD", "ETH-USD"]);
    Source.only.opens().says("stale", { symbol: "ETH-USD", age: 131 });
    stream.setSymbols(["BTC-USD"]);
    Source.only.opens();
    await settle();
    const { watchlist } = newest("ETH-USD", idAt(5), 5);
    answers.set("/api/watchlist",
        { watchlist: [...watchlist, ...newest("SOL-USD", idAt(6), 6).watchlist] });
    stream.setSymbols(["BTC-USD", "ETH-USD", "SOL-USD"]);
    Source.only.opens().says("stale", { symbol: "SOL-USD", age: 131 });
    Source.only.says("fresh", { symbol: "SOL-USD", age: 0 });
    await settle();
    assert.deepEqual(
        told, ["BTC 10", "ETH stale 131", "SOL stale 131", "SOL fresh", "ETH 5", "SOL 6"]);
});

test("an answer for a set that is no longer wanted tells nothing", async (t) => {
    const { stream, told } = await open(t);
    Source.only.opens().ticks(10);
    answers.set("/api/watchlist", newest("ETH-USD", idAt(5), 5));
    stream.setSymbols(["BTC-USD", "ETH-USD"]);
    Source.only.opens();
    stream.setSymbols(["BTC-USD"]);
    await settle();
    assert.deepEqual(told, ["BTC 10"]);
});

test("a symbol that was given up and taken again begins anew with its newest", async (t) => {
    const { stream, told } = await open(t, { symbols: ["BTC-USD", "ETH-USD"] });
    Source.only.opens().ticks(10, "ETH-USD");
    Source.only.ticks(11);
    stream.setSymbols(["BTC-USD"]);
    Source.only.opens().ticks(20);
    answers.set("/api/watchlist", newest("ETH-USD", idAt(15), 15));
    stream.setSymbols(["BTC-USD", "ETH-USD"]);
    Source.only.opens();
    await settle();
    assert.deepEqual(told, ["ETH 10", "BTC 11", "BTC 20", "ETH 15"]);
});

test("a set that changes before the first tick is asked for as at the beginning", async (t) => {
    const { stream } = await open(t, { since: 1_600_000_000 });
    stream.setSymbols(["BTC-USD", "ETH-USD"]);
    assert.equal(Source.only.asked("symbols"), "BTC-USD,ETH-USD");
    assert.equal(Source.only.asked("since"), "1600000000");
    assert.deepEqual(requests, []);
});

test("a set that changes during a wait does not break the wait that the server asked for", async (t) => {
    const { stream } = await open(t);
    Source.only.opens().ticks(10);
    Source.only.says("busy", { retry: 20_000 });
    Source.only.breaks();
    await pass(5_000);
    stream.setSymbols(["BTC-USD", "ETH-USD"]);
    assert.equal(Source.live.length, 0);
    await pass(14_000);
    assert.equal(Source.live.length, 0);
    await pass(1_500);
    assert.equal(Source.only.asked("symbols"), "BTC-USD,ETH-USD");
});

test("a set that changes while nothing is connected is tried at once", async (t) => {
    const { stream } = await open(t, { symbols: ["BTC-USD", "NO-SUCH"] });
    Source.only.fails();
    assert.equal(Source.live.length, 0);
    stream.setSymbols(["BTC-USD"]);
    assert.equal(Source.only.asked("symbols"), "BTC-USD");
    await pass(5_000);
    assert.equal(Source.all.length, 2, "and the attempt that was planned is not made");
});

test("a set that changes in the middle of the browser's own attempt", async (t) => {
    const { stream, told, states } = await open(t);
    const first = Source.only.opens();
    const id = first.ticks(10);
    first.breaks();
    stream.setSymbols(["BTC-USD", "ETH-USD"]);
    assert.equal(first.readyState, Source.CLOSED);
    assert.equal(Source.only.asked("last_event_id"), id);
    Source.only.opens().ticks(20);
    assert.deepEqual(told, ["BTC 10", "BTC 20"]);
    assert.equal(states.at(-1), "open");
});

test("a changed set that is not answered is not called open for long", async (t) => {
    const { stream } = await open(t);
    Source.only.opens().ticks(10);
    stream.setSymbols(["BTC-USD", "ETH-USD"]);
    assert.equal(stream.state.name, "open");
    await pass(6_000);
    assert.equal(stream.state.name, "reconnecting");
});

test("a changed set that is refused is said at once", async (t) => {
    const { stream } = await open(t);
    Source.only.opens().ticks(10);
    stream.setSymbols(["BTC-USD", "NO-SUCH"]);
    Source.only.fails();
    assert.equal(stream.state.name, "reconnecting");
});

const unknown = problem(404, "there is no symbol 'NO-SUCH' here");

async function refuse(source = Source.only) {
    source.fails();
    await settle();
}

test("a refusal that will not change is told, and nothing more is tried", async (t) => {
    for (const status of [400, 404, 405, 413, 431])
        await t.test(`${status}`, async (t) => {
            const { stream, states, happens } = await open(t, { symbols: ["NO-SUCH"] });
            const refused = [];
            stream.addEventListener("refused", ({ detail }) => refused.push(detail));
            answers.set("/prices/stream", problem(status, "no"));
            await refuse();
            assert.deepEqual(refused, [{ status, detail: "no" }]);
            assert.deepEqual(requests, ["/prices/stream?symbols=NO-SUCH"], "the same is asked once");
            assert.equal(states.at(-1), "refused");
            happens("online");
            stream.wake();
            await pass(60_000, 5_000);
            assert.equal(Source.all.length, 1);
            assert.equal(refused.length, 1);
        });
});

test("what may change by itself is tried again", async (t) => {
    const page = () => new Response("<h1>404</h1>", {
        status: 404, headers: { "content-type": "text/html" },
    });
    let isCancelled = false;
    const endless = () => new Response(
        new ReadableStream({ cancel: () => { isCancelled = true; } }),
        { headers: { "content-type": "text/event-stream" } });
    for (const [name, answer] of Object.entries({
        "too late": problem(408, ""), "too often": problem(429, ""), "busy": problem(503, ""),
        "an error": problem(500, ""), "a page of a proxy": page, "a stream after all": endless,
        "nothing": undefined,
    }))
        await t.test(name, async (t) => {
            const { stream, states } = await open(t);
            let isRefused = false;
            stream.addEventListener("refused", () => { isRefused = true; });
            answers.set("/prices/stream", answer);
            await refuse();
            assert.equal(states.at(-1), "reconnecting");
            await pass(2_000);
            assert.equal(Source.only.opens().readyState, Source.OPEN);
            assert.equal(isRefused, false);
        });
    assert.ok(isCancelled, "a stream that nobody reads is given up");
});

test("why it is refused is not asked while the browser goes on trying", async (t) => {
    await open(t);
    answers.set("/prices/stream", unknown);
    Source.only.opens();
    Source.only.breaks();
    Source.only.breaks();
    await settle();
    assert.deepEqual(requests, []);
});

test("after a refusal other symbols may be asked for", async (t) => {
    for (const when of ["later", "at once"])
        await t.test(when, async (t) => {
            const { stream, states, told } = await open(t, { symbols: ["BTC-USD"] });
            Source.only.opens();
            const id = Source.only.ticks(10);
            const goOn = () => {
                stream.setSymbols(["BTC-USD"]);
                stream.open();
            };
            stream.addEventListener("refused", () => when === "at once" && goOn());
            answers.set("/prices/stream", unknown);
            stream.setSymbols(["BTC-USD", "NO-SUCH"]);
            await refuse();
            if (when === "later") goOn();
            assert.equal(Source.only.asked("symbols"), "BTC-USD");
            assert.equal(Source.only.asked("last_event_id"), id);
            Source.only.opens().ticks(20);
            assert.deepEqual(told, ["BTC 10", "BTC 20"]);
            assert.equal(states.at(-1), "open");
        });
});

test("an answer to what is not asked any more refuses nothing", async (t) => {
    const { stream, states } = await open(t, { symbols: ["NO-SUCH"] });
    let answer;
    answers.set("/prices/stream", () => new Promise((resolve) => { answer = resolve; }));
    await refuse();
    stream.setSymbols(["BTC-USD"]);
    Source.only.opens();
    answer(unknown());
    await settle();
    assert.equal(states.at(-1), "open");
    stream.setSymbols(["NO-SUCH"]);
    await refuse();
    stream.close();
    answer(unknown());
    await settle();
    assert.equal(states.at(-1), "idle");
});

test("goes back to an earlier position where it is told to", async (t) => {
    const { stream } = await open(t);
    Source.only.opens().ticks(10);
    Source.only.ticks(20);
    stream.setSymbols(["BTC-USD"], idAt(10));
    assert.equal(Source.only.asked("last_event_id"), idAt(10));
});

test("needs no document", async (t) => {
    const { owns } = await startBrowser(t);
    delete globalThis.document;
    const stream = owns(new PriceStream({ symbols: ["BTC-USD"] }));
    stream.open();
    assert.equal(Source.only.url.href, "http://prices.test/prices/stream?symbols=BTC-USD");
    stream.wake();
});

test("topics are followed beside ticks, and go on after the last id", async (t) => {
    const browser = await startBrowser(t);
    const stream = browser.owns(new PriceStream({ symbols: ["BTC-USD"] }));
    const told = [];
    for (const type of ["followed", "market", "tick"])
        stream.addEventListener(type, ({ detail }) => told.push([type, detail.topics ?? detail.n ?? detail.price]));
    stream.open();
    Source.only.opens().ticks(10);
    stream.setTopics(["market"]);
    assert.equal(stream.state.name, "open");
    const source = Source.only;
    assert.equal(source.asked("topics"), "ticks,market");
    assert.equal(source.asked("last_event_id"), idAt(10));
    source.opens().says("market", { n: 1 }, idAt(15));
    assert.equal(stream.lastId, idAt(15), "all ticks up to there were sent");
    source.ticks(20);
    assert.deepEqual(told, [["tick", 10], ["followed", ["market"]], ["market", 1], ["tick", 20]]);
    source.breaks();
    source.opens().says("market", { n: 2 }, idAt(20));
    assert.deepEqual(told.slice(4), [["market", 2]], "it goes on, and nothing need be asked");
});
