// What the page knows, over a stream and answers that are in the hands of the test.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Desk } from "../../static/desk.js";
import { Samples } from "../../static/model/samples.js";
import { troubleOf, truthOf } from "../../static/model/truth.js";
import {
    FakeEventSource as Source, FakeSharedWorker, answers, idAt, pass, problem, requests, settle,
    startBrowser, wall,
} from "./support/browser.mjs";

const symbol = "BTC-USD";
const startedAt = 1_700_000_000_000;

const entryOf = (one, at, more = {}) => ({
    symbol: one, id: idAt(at), price: at, timestamp: Math.floor((startedAt + at) / 1000),
    source: "pipe", age_seconds: 0, stale: false, held_since: startedAt / 1000,
    past: [{ seconds: 3600, timestamp: null, price: null }], points: [], ...more,
});

// A desk whose stream is not open yet. What the server says of its list is in the hands of the test.
async function startDesk(t, { symbols = [symbol], prices } = {}) {
    const { owns } = await startBrowser(t);
    FakeSharedWorker.isMissing = true;
    const ask = globalThis.fetch;
    globalThis.fetch = (path, options) => ask(new URL(path, "http://prices.test"), options);
    const entries = symbols.map((one) =>
        ({ symbol: one, price: null, timestamp: null, stale: true }));
    answers.set("/api/prices", prices ?? { prices: entries });
    answers.set("/api/feed", { mode: "pipe", providers: [], symbols: [] });
    const desk = new Desk();
    owns({ close: () => Source.live.forEach((source) => source.close()) });
    return desk;
}

// A desk with a stream that is open and has brought one tick.
async function openDesk(t) {
    const desk = await startDesk(t);
    await desk.open();
    desk.show(symbol, "5m", []);
    Source.only.opens().ticks(0);
    await settle();
    return { desk, stream: Source.only };
}

const asked = (path) => requests.filter((one) => one.startsWith(path)).length;
// The server's clock goes on with the steady one.
const beat = (source) =>
    source.says("heartbeat", { timestamp: Math.floor((startedAt + performance.now()) / 1000) });
const beatOf = (stream) => () => beat(stream);
const beatAll = () => {
    for (const source of Source.live)
        beat(source.readyState === Source.OPEN ? source : source.opens());
};

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
    assert.equal(desk.changes.before, 0);
    const gap = { from: idAt(1000), to: idAt(5000), reason: "lapped" };
    stream.says("gap", gap, idAt(5000));
    stream.ticks(6000, symbol, 100);
    assert.equal(desk.quote.newest.price, 100);
    assert.equal(desk.changes.before, null);
    stream.ticks(7000, symbol, 102);
    assert.equal(desk.changes.before, 100);
    assert.deepEqual(moves, [50, 2]);
});

for (const [how, answer, isStale] of [
    ["says so", () => ({ watchlist: [entryOf(symbol, 0, { age_seconds: 150, stale: true })] }), true],
    ["says that it is not", () => ({ watchlist: [entryOf(symbol, 0, { age_seconds: 150 })] }), false],
    ["refuses to say", 429, false],
    ["does not answer", undefined, false],
])
    test(`where the server ${how}, a price is${isStale ? "" : " not"} stale`, async (t) => {
        const { desk, stream } = await openDesk(t);
        await passSeconds(desk, 10, beatOf(stream));
        answers.set("/api/watchlist", answer);
        requests.length = 0;
        await passSeconds(desk, 170, beatOf(stream));
        assert.equal(desk.quote.isStale, isStale);
        const times = asked("/api/watchlist");
        assert.ok(times > 0 && times <= 15, `asked ${times} times`);
    });

test("the past hour is asked for again where there was no answer", async (t) => {
    const { desk, stream } = await openDesk(t);
    const samples = () => asked("/api/watchlist?points=61");
    assert.equal(samples(), 1);
    await passSeconds(desk, 60, beatOf(stream));
    assert.ok(samples() >= 2 && samples() <= 4, `asked ${samples()} times`);
    const point = [startedAt / 1000 - 60, 7];
    answers.set("/api/watchlist", { watchlist: [entryOf(symbol, 0, { points: [null, point] })] });
    await passSeconds(desk, 60, beatOf(stream));
    assert.equal(desk.quote.spark.points[0].price, 7);
    const before = samples();
    await passSeconds(desk, 60, beatOf(stream));
    assert.equal(samples(), before, "and not any more");
});

test("a list of symbols is one question, and so are thirty-three that are added", async (t) => {
    const symbols = Array.from({ length: 34 }, (_, i) => `C${i}-USD`);
    const desk = await startDesk(t, { symbols });
    await desk.open();
    answers.set("/api/watchlist", ({ searchParams }) => ({
        at: startedAt / 1000,
        watchlist: searchParams.get("symbols").split(",").map((one) => entryOf(one, 0)),
    }));
    desk.listen("C0-USD", []);
    assert.equal(await desk.findRange("C0-USD"), "5m");
    desk.show("C0-USD", "5m");
    const stream = Source.only.opens();
    stream.ticks(0, "C0-USD");
    await passSeconds(desk, 2);
    const ofArchive = (path) => path.startsWith("/api/prices/c0-usd/");
    assert.deepEqual(requests.filter((path) => !ofArchive(path)), ["/api/prices",
        "/api/watchlist?points=61&symbols=C0-USD", "/api/feed?symbol=C0-USD"]);
    assert.ok(requests.filter(ofArchive).length <= 2, "statistics, and a price of an hour ago");
    desk.show("C0-USD", "5m", symbols.slice(1));
    for (const source of Source.live) source.opens();
    await passSeconds(desk, 5);
    assert.equal(asked("/api/watchlist?points=61"), 2);
    assert.equal(asked("/api/watchlist?points=0"), 1, "the newest, which the stream tells all tabs");
    assert.equal(requests.filter((path) => !ofArchive(path)).length, 5);
    assert.equal(desk.market.of("C33-USD").newest.price, 0);
});

test("a server that is asked too often is left alone for as long as it says", async (t) => {
    const refusal = () => new Response("{}", { status: 429, headers: { "retry-after": "4" } });
    const desk = await startDesk(t);
    const { fetch } = globalThis;
    let times = 0;
    globalThis.fetch = async () => {
        times += 1;
        return refusal();
    };
    const opened = desk.open();
    await pass(3_000);
    assert.equal(times, 1);
    const facts = desk.facts();
    assert.equal(facts.outcome, "often");
    assert.match(troubleOf({ ...facts, truth: truthOf(facts) }).title,
        /^This page has asked too often; trying again in [12] s\.$/);
    globalThis.fetch = fetch;
    await pass(1_500);
    await opened;
    assert.equal(desk.connection.name, "connecting");
    assert.deepEqual(desk.symbols, [symbol]);
});

// Everything that can become of clocks: the visitor's, the server's, or a sleep.
const steps = [["an hour back", -3_600_000], ["2 minutes back", -120_000],
    ["3 minutes ahead", 180_000], ["an hour ahead", 3_600_000], ["a year ahead", 31_536_000_000]];

for (const [words, ms] of steps)
    test(`ages stay true where the visitor's clock is set ${words} and back`, async (t) => {
        const { desk, stream } = await openDesk(t);
        answers.set("/api/watchlist", () =>
            ({ watchlist: [entryOf(symbol, 0, { age_seconds: (performance.now() + 7_000) / 1000 })] }));
        await passSeconds(desk, 20, beatOf(stream));
        const trueAge = () => performance.now() + 7_000;
        assert.equal(desk.facts().ageMs, trueAge());
        for (const step of [ms, -ms]) {
            wall.aheadMs += step;
            const serverNow = desk.now();
            await passSeconds(desk, 11, beatAll);
            assert.ok(Math.abs(desk.facts().ageMs - trueAge()) < 1_000, `${desk.facts().ageMs}`);
            assert.ok(Math.abs(desk.now() - serverNow - 11_000) < 1_100, "nor does the axis jump");
            assert.equal(truthOf(desk.facts()).name, "live");
        }
        Source.only.ticks(60_000, symbol, 5);
        assert.equal(desk.facts().ageMs, 0, "and what is new is new");
    });

test("after a sleep of 8 h it is not live before it is connected, and the age is the true one",
    async (t) => {
        const { desk, stream } = await openDesk(t);
        await passSeconds(desk, 5, beatOf(stream));
        let hasSlept = false;
        answers.set("/api/watchlist", () => ({ watchlist: [entryOf(symbol, 0, {
            age_seconds: performance.now() / 1000 + (hasSlept ? 28_800 : 0), stale: hasSlept })] }));
        await passSeconds(desk, 5, beatOf(stream));
        wall.aheadMs += 8 * 3_600_000;
        hasSlept = true;
        await passSeconds(desk, 1);
        assert.equal(truthOf(desk.facts()).name, "reconnecting");
        assert.equal(desk.facts().ageMs, null);
        Source.only.opens().says("stale", { symbol, age: 28_811 });
        assert.match(truthOf(desk.facts()).word, /^Stale for 8 h/);
        await passSeconds(desk, 6);
        assert.ok(Math.abs(desk.facts().ageMs - performance.now() - 28_800_000) < 1_000);
        assert.equal(desk.quote.isStale, true);
    });

const gapsBack = [["of a stream that was open", (at) => `${startedAt + at - 1}-1048575`],
    ["of one that is resumed", (_, before) => idAt(before)]];

for (const [words, ms] of steps) for (const [whose, fromOf] of gapsBack)
    test(`it goes on where the server's clock is set ${words} and back: a gap ${whose}`, async (t) => {
        const { desk } = await openDesk(t);
        const stream = Source.only;
        let at = 0;
        for (let i = 0; i < 5; i += 1) stream.ticks((at += 1_000));
        for (const step of [ms, -ms]) {
            const before = at;
            at += step;
            // Where time went back, positions begin anew.
            if (step < 0) {
                const gap = { from: fromOf(at, before), to: idAt(at), reason: "restarted" };
                stream.says("gap", gap, idAt(at));
                assert.ok(Math.abs(desk.now() - startedAt - at) < 10_000, "now is where they begin");
            }
            for (let i = 0; i < 5; i += 1) {
                stream.ticks((at += 1_000), symbol, i);
                await pass(1_000);
                stream.says("heartbeat", { timestamp: (startedAt + at) / 1000 });
                desk.lookAround();
            }
            assert.equal(desk.quote.newest.id, idAt(at));
            assert.ok(desk.facts().ageMs <= 1_000, `${desk.facts().ageMs}`);
            assert.equal(desk.series.newest.id, idAt(at));
            assert.ok(Math.abs(desk.now() - startedAt - at) < 10_000);
            const times = desk.series.ticks.map((tick) => tick.at);
            assert.deepEqual(times, times.toSorted((a, b) => a - b), "no line leads back");
        }
    });

for (const [words, ms] of steps)
    test(`while ticks do not follow a clock that is set ${words}, now is theirs`, async (t) => {
        const { desk } = await openDesk(t);
        const stream = Source.only;
        let at = 0;
        for (let i = 0; i < 10; i += 1) {
            at += 1_000;
            await pass(1_000);
            // What says the clock says it before the ticks do; they are a beat of what is new.
            stream.says("heartbeat", { timestamp: (startedAt + at + (i > 2 ? ms : 0)) / 1000 });
            stream.ticks(at, symbol, i);
            desk.lookAround();
            assert.ok(Math.abs(desk.now() - startedAt - at) < 10_000, `${desk.now() - startedAt}`);
        }
        at += 1_000 + Math.abs(ms);
        stream.ticks(at, symbol, 7);
        assert.ok(Math.abs(desk.now() - startedAt - at) < 10_000, "and follows them at once");
    });

test("a sample is due once, and after a failure later and later", () => {
    const samples = new Samples();
    assert.deepEqual(samples.take(["A-B", "C-D"], 0), ["A-B", "C-D"]);
    assert.deepEqual(samples.take(["A-B", "C-D"], 1e9), []);
    const dueAfter = [];
    for (let now = 0, i = 0; i < 8; i += 1) {
        samples.fail(["A-B"], now);
        let waitMs = 0;
        while (samples.take(["A-B"], now + waitMs).length === 0) waitMs += 1000;
        dueAfter.push(waitMs / 1000);
        now += waitMs;
    }
    assert.deepEqual(dueAfter, [10, 20, 40, 80, 160, 300, 300, 300]);
    samples.keepOnly(["C-D"]);
    samples.fail(["A-B"], 0);
    assert.deepEqual(samples.take(["A-B"], 0), ["A-B"], "as if it had never been asked for");
    samples.fail(["A-B"], 0, 3_000);
    assert.deepEqual(samples.take(["A-B"], 2_999), []);
    assert.deepEqual(samples.take(["A-B"], 3_000), ["A-B"], "or when the server wants to be asked");
});

test("a refusal is told in the server's words, and other symbols are looked for at once", async (t) => {
    const { desk, stream } = await openDesk(t);
    const words = "there is no symbol 'BTC-USD' here";
    const listed = [];
    desk.addEventListener("listing", () => listed.push(...desk.symbols));
    answers.set("/prices/stream", problem(404, words));
    answers.set("/api/prices", { prices: [{ symbol: "ETH-USD", price: null, timestamp: null }] });
    stream.fails();
    await settle();
    assert.equal(troubleOf({ ...desk.facts(), truth: truthOf(desk.facts()) }).title,
        `The server refuses to send prices: ${words}.`);
    await passSeconds(desk, 1);
    assert.deepEqual(listed, ["ETH-USD"]);
    desk.show("ETH-USD", "5m", []);
    Source.only.opens().ticks(5, "ETH-USD");
    assert.equal(desk.quote.newest.price, 5);
    assert.equal(desk.connection.name, "open");
});

test("a server that was started anew with an archive is believed", async (t) => {
    const { desk, stream } = await openDesk(t);
    const path = "/api/prices/btc-usd/candles";
    const type = "https://tickertape.dev/problems/no-archive";
    const none = () => new Response(JSON.stringify({ type }), { status: 404 });
    answers.set(path, none);
    answers.set("/api/prices/btc-usd/stats", none);
    desk.show(symbol, "24h", []);
    await passSeconds(desk, 3, beatOf(stream));
    assert.equal(desk.archive.isThere, false);
    const before = asked(path);
    await passSeconds(desk, 100, beatOf(stream));
    assert.equal(asked(path), before);
    answers.set(path, { candles: [], gaps: [] });
    answers.set("/api/prices/btc-usd/stats", { count: 0 });
    stream.breaks();
    await settle();
    stream.opens();
    beat(stream);
    await passSeconds(desk, 3, beatOf(stream));
    assert.equal(desk.archive.isThere, true);
    assert.equal(desk.archive.statistics.isAbsent, false);

    // And one that has none any more, as before.
    answers.set(path, none);
    stream.breaks();
    await settle();
    stream.opens();
    await passSeconds(desk, 400, beatOf(stream));
    assert.equal(desk.archive.isThere, false);
});

test("the hour of the symbol shown is the same in the list as beside its price", async (t) => {
    const { desk, stream } = await openDesk(t);
    // The list has points of minutes, and the first of them is older than an hour.
    desk.quote.spark.addSample({ at: startedAt - 3_630_000, price: 80 });
    const past = [{ seconds: 3600, timestamp: startedAt / 1000 - 3_590, price: 90 }];
    answers.set("/api/watchlist", { watchlist: [entryOf(symbol, 1000, { past })] });
    stream.ticks(1000, symbol, 100);
    await passSeconds(desk, 70, beatOf(stream));
    const over = desk.changes.over({ key: "1h", label: "1 h", ms: 3_600_000 });
    assert.equal(over.kind, "change");
    assert.equal(desk.changes.hourOf(desk.quote).ratio, over.ratio);
    assert.equal(desk.changes.hourOf(desk.quote).trend, "up");
});
