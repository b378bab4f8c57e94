import assert from "node:assert/strict";
import { test } from "node:test";
import { Series } from "../../static/model/series.js";

const start = Date.UTC(2026, 10, 20, 12);

function tick(ms, price = 100, counter = 0) {
    const at = start + ms;
    return { id: `${at}-${counter}`, at, price, symbol: "BTC-USD", source: "pipe" };
}

function gap(fromMs, toMs, reason = "lapped") {
    return { from: `${start + fromMs}-0`, to: `${start + toMs}-0`, reason };
}

function seriesOf(...ticks) {
    const series = new Series();
    for (const ms of ticks) series.add(tick(ms));
    return series;
}

const times = (series) => series.ticks.map(({ at }) => at - start);
const missing = (series) => series.gaps.map(({ fromAt, toAt }) => [fromAt - start, toAt - start]);
const runs = (series) => times({ ticks: series.ticks.filter((t) => series.beginsRun(t)) });

test("ticks are held in the order of their positions, whatever order they came in", () => {
    const series = new Series();
    for (const ms of [50, 10, 30, 20, 40, 0]) assert.equal(series.add(tick(ms)), true);
    assert.deepEqual(times(series), [0, 10, 20, 30, 40, 50]);
    assert.equal(series.newest.at, start + 50);
    assert.equal(series.previous.at, start + 40);
    assert.equal(series.firstId, `${start}-0`);
});

test("within a millisecond the counter says the order, as a number", () => {
    const series = new Series();
    for (const counter of [10, 9, 2, 0]) series.add(tick(5, counter, counter));
    assert.deepEqual(series.ticks.map(({ price }) => price), [0, 2, 9, 10]);
});

test("a tick is held once", () => {
    const series = seriesOf(0, 10, 20);
    const before = series.version;
    for (const ms of [20, 0, 10, 20]) assert.equal(series.add(tick(ms, 999)), false);
    assert.deepEqual(times(series), [0, 10, 20]);
    assert.deepEqual(series.ticks.map(({ price }) => price), [100, 100, 100]);
    assert.equal(series.version, before);
});

test("what has no position or no price is not taken", () => {
    const series = new Series();
    for (const id of ["", "12", "x-1", undefined])
        assert.equal(series.add({ ...tick(0), id }), false);
    assert.equal(series.add({ ...tick(0), price: "100" }), false);
    assert.equal(series.add({ ...tick(0), price: NaN }), false);
    assert.equal(series.newest, null);
    assert.equal(series.previous, null);
    assert.equal(series.firstId, "");
});

test("the time of a tick is that of its position", () => {
    const series = new Series();
    series.add({ ...tick(1500), at: start + 1000 });
    assert.equal(series.newest.at, start + 1500);
});

test("the version changes with every change, the revision only with those before the end", () => {
    const series = seriesOf(0, 20);
    const { version, revision } = series;
    series.add(tick(30));
    assert.notEqual(series.version, version);
    assert.equal(series.revision, revision);
    series.add(tick(10));
    assert.notEqual(series.revision, revision);
});

test("a gap at the live end parts what came before it from what comes after", () => {
    const series = seriesOf(0, 10);
    series.addGap(gap(10, 50));
    assert.deepEqual(missing(series), [[10, 50]]);
    series.add(tick(60));
    series.add(tick(70));
    assert.deepEqual(missing(series), [[10, 50]]);
    assert.deepEqual(runs(series), [60]);
    assert.equal(series.gaps[0].isLeading, false);
    assert.equal(series.gaps[0].reason, "lapped");
});

test("a gap before the first tick leads", () => {
    const series = new Series();
    series.addGap(gap(-1000, 0, "evicted"));
    series.add(tick(5));
    assert.deepEqual(missing(series), [[-1000, 0]]);
    assert.equal(series.gaps[0].isLeading, true);
    assert.deepEqual(runs(series), []);
});

test("the same gap told again changes nothing", () => {
    const series = seriesOf(0, 10);
    series.addGap(gap(10, 50));
    series.add(tick(60));
    const { version } = series;
    series.addGap(gap(10, 50));
    series.addGap(gap(10, 30));
    assert.equal(series.version, version);
    assert.deepEqual(missing(series), [[10, 50]]);
    assert.deepEqual(runs(series), [60]);
});

test("overlapping gaps are one hole, and so are adjacent ones", () => {
    const series = seriesOf(0);
    series.addGap(gap(10, 30));
    series.addGap(gap(20, 40));
    series.addGap(gap(40, 50));
    series.addGap(gap(5, 12));
    series.add(tick(60));
    assert.deepEqual(missing(series), [[5, 50]]);
    assert.deepEqual(runs(series), [60]);
});

test("gaps of different reasons share no moment", () => {
    const series = seriesOf(0);
    series.addGap(gap(0, 30, "restarted"));
    series.addGap(gap(20, 40, "evicted"));
    assert.deepEqual(missing(series), [[0, 30], [30, 40]]);
    assert.deepEqual(series.gaps.map(({ reason }) => reason), ["restarted", "evicted"]);
});

test("a gap that covers others takes their place", () => {
    const series = seriesOf(0);
    series.addGap(gap(10, 20));
    series.addGap(gap(30, 40));
    series.addGap(gap(0, 100));
    assert.deepEqual(missing(series), [[0, 100]]);
});

test("a lone tick between two gaps stays visible between them", () => {
    const series = seriesOf(0);
    series.addGap(gap(0, 10));
    series.add(tick(20));
    series.addGap(gap(20, 30));
    series.add(tick(40));
    assert.deepEqual(missing(series), [[0, 10], [20, 30]]);
    assert.deepEqual(runs(series), [20, 40]);
});

test("what the server no longer holds is not missing where we have it", () => {
    const series = seriesOf(...Array.from({ length: 100 }, (_, i) => i * 10));
    series.addGap(gap(-5000, 500, "evicted"));
    assert.deepEqual(missing(series), [[-5000, 0]]);
    assert.deepEqual(runs(series), []);
    series.add(tick(1000));
    assert.deepEqual(runs(series), []);
});

test("a gap that reaches past what we have is missing from there on", () => {
    const series = seriesOf(0, 10, 20);
    series.addGap(gap(-100, 60));
    series.add(tick(70));
    assert.deepEqual(missing(series), [[-100, 0], [20, 60]]);
    assert.deepEqual(runs(series), [70]);
});

test("a gap between two ticks is believed, also when it is told late", () => {
    const series = seriesOf(0, 10, 1000, 1010);
    series.addGap(gap(10, 900));
    assert.deepEqual(missing(series), [[10, 900]]);
    assert.deepEqual(runs(series), [1000]);
});

test("a gap ends at a tick that is held", () => {
    const series = seriesOf(0, 10, 50, 60);
    series.addGap(gap(10, 50));
    assert.deepEqual(missing(series), [[10, 50]]);
    assert.deepEqual(runs(series), [50]);
});

test("history and live meet without a hole", () => {
    const series = seriesOf(1000, 1010);
    for (const ms of [0, 10, 20]) series.add(tick(ms));
    series.add(tick(1020));
    for (const ms of [30, 990, 1000]) series.add(tick(ms));
    assert.deepEqual(times(series), [0, 10, 20, 30, 990, 1000, 1010, 1020]);
    assert.deepEqual(missing(series), []);
    series.addGap(gap(-100, 500, "evicted"));
    assert.deepEqual(missing(series), [[-100, 0]], "what came in a row has no hole in it");
});

test("a gap in a history parts it, and not what is live", () => {
    const series = seriesOf(1000, 1010);
    series.add(tick(0));
    series.addGap(gap(0, 500, "evicted"));
    for (const ms of [510, 520, 1000]) series.add(tick(ms));
    series.add(tick(1020));
    assert.deepEqual(missing(series), [[0, 500]]);
    assert.deepEqual(runs(series), [510]);
});

test("a live gap while a history loads does not part the history", () => {
    const series = seriesOf(1000, 1010);
    series.add(tick(0));
    series.addGap(gap(1010, 1500));
    for (const ms of [10, 20, 1000]) series.add(tick(ms));
    series.add(tick(1600));
    assert.deepEqual(missing(series), [[1010, 1500]]);
    assert.deepEqual(runs(series), [1600]);
});

test("a hole that was filled after all is none", () => {
    const series = seriesOf(0, 10, 1000, 1010);
    series.addGap(gap(10, 1000, "not loaded"));
    assert.deepEqual(runs(series), [1000]);
    for (const ms of [0, 10, 20, 500]) series.add(tick(ms));
    assert.deepEqual(missing(series), [[500, 1000]], "so far");
    for (const ms of [990, 1000]) series.add(tick(ms));
    assert.deepEqual(missing(series), []);
    assert.deepEqual(runs(series), []);
});

test("a lone tick in a hole does not close it", () => {
    const series = seriesOf(0, 1000);
    series.addGap(gap(0, 999));
    series.add(tick(500));
    assert.deepEqual(missing(series), [[0, 500], [500, 999]]);
    assert.deepEqual(runs(series), [500, 1000]);
});

test("gaps that say nothing, or nonsense, are passed over", () => {
    const series = seriesOf(0, 10);
    const { version } = series;
    series.addGap({ from: "x", to: "y" });
    series.addGap({});
    series.addGap(gap(10, 10));
    series.addGap(gap(50, 5, "evicted"));
    assert.equal(series.version, version);
    assert.deepEqual(missing(series), []);
});

test("after a restart with an earlier clock, the time that has not come yet is dropped", () => {
    const series = seriesOf(0, 1000, 5000, 6000);
    series.addGap(gap(6000, 2000, "restarted"));
    assert.deepEqual(times(series), [0, 1000]);
    assert.deepEqual(missing(series), [[1000, 2000]]);
    for (const ms of [2010, 2020, 5500]) assert.equal(series.add(tick(ms)), true);
    assert.deepEqual(runs(series), [2010]);
    series.addGap(gap(6000, 2000, "restarted"));
    assert.deepEqual(times(series), [0, 1000, 2010, 2020, 5500], "told twice, it is done once");
});

test("after a restart with a clock before all that is held, nothing is left", () => {
    const series = seriesOf(1000, 2000);
    series.addGap(gap(2000, 0, "restarted"));
    assert.deepEqual(times(series), []);
    assert.deepEqual(missing(series), []);
    assert.equal(series.newest, null);
    assert.equal(series.add(tick(10)), true);
    assert.deepEqual(times(series), [10]);
});

test("the price at a time is that of the tick before it, and never a guess", () => {
    const series = new Series();
    assert.equal(series.priceAt(start), null);
    for (const [ms, price] of [[0, 1], [10, 2], [20, 3]]) series.add(tick(ms, price));
    assert.equal(series.priceAt(start - 1), null);
    assert.deepEqual(series.priceAt(start), { price: 1, at: start });
    assert.deepEqual(series.priceAt(start + 19), { price: 2, at: start + 10 });
    assert.deepEqual(series.priceAt(start + 9999), { price: 3, at: start + 20 });
    series.addGap(gap(20, 100));
    assert.deepEqual(series.priceAt(start + 20), { price: 3, at: start + 20 });
    assert.equal(series.priceAt(start + 21), null);
    assert.equal(series.priceAt(start + 105), null, "what came before the next is unknown");
    series.add(tick(110, 4));
    assert.equal(series.priceAt(start + 105), null);
    assert.deepEqual(series.priceAt(start + 110), { price: 4, at: start + 110 });
    assert.deepEqual(series.priceAt(start + 5), { price: 1, at: start });
});

// The last tick of those that had to go, where they are 10 ms apart.
const floor = (series) => series.ticks[0].at - start - 10;

test("the oldest go, and nothing is said to be held where they were", () => {
    const series = new Series({ max: 100 });
    series.add(tick(0));
    series.addGap(gap(0, 5));
    for (let i = 1; i <= 500; ++i) series.add(tick(i * 10, i));
    assert.ok(series.ticks.length <= 100 && series.ticks.length > 90);
    assert.equal(series.dropped + series.ticks.length, 501);
    assert.deepEqual(missing(series), [[-1, floor(series)]]);
    assert.deepEqual(series.gaps.map(({ reason, isLeading }) => [reason, isLeading]),
        [["dropped", true]]);
    assert.deepEqual(runs(series), []);
    assert.equal(series.priceAt(start + 100), null);
    assert.equal(series.add(tick(15)), false, "older than what can be held");
    const inside = series.ticks[40].at - start + 5;
    assert.equal(series.add(tick(inside)), true);
    assert.equal(series.newest.price, 500);
});

test("what goes is told of at once; what was made of it already may stay", () => {
    const series = new Series({ max: 16 });
    for (let i = 0; i < 16; ++i) series.add(tick(i * 10));
    assert.deepEqual(missing(series), []);
    const { revision } = series;
    series.add(tick(160));
    assert.equal(series.revision, revision);
    assert.deepEqual(missing(series), [[-1, floor(series)]]);
    series.add(tick(170));
    assert.deepEqual(missing(series), [[-1, floor(series)]]);
});

test("what the server did not hold stays apart from what the page did not keep", () => {
    const series = new Series({ max: 16 });
    series.addGap(gap(-5000, -100, "evicted"));
    for (let i = 0; i < 40; ++i) {
        series.add(tick(i * 10));
        if (i === 5) series.addGap(gap(50, 55));
        if (i === 35) series.addGap(gap(350, 355));
    }
    assert.deepEqual(missing(series), [[-5000, -100], [-1, floor(series)], [350, 355]]);
    assert.deepEqual(series.gaps.map(({ reason, isLeading }) => [reason, isLeading]),
        [["evicted", true], ["dropped", true], ["lapped", false]]);
});

test("a history that there is no room for is not kept either", () => {
    const series = new Series({ max: 16 });
    for (let i = 0; i < 16; ++i) series.add(tick(1000 + i * 10));
    for (const ms of [0, 500, 10]) assert.equal(series.add(tick(ms)), false);
    assert.deepEqual(missing(series), [[-1, 500]]);
    series.add(tick(1160));
    assert.deepEqual(missing(series), [[-1, 1000]]);
    series.addGap(gap(1160, 700, "restarted"));
    assert.deepEqual(missing(series), [], "a clock before all that: nothing is known of it");
});

test("what is awaited is missing until it is brought", () => {
    const series = seriesOf(1000, 1010);
    for (const ms of [0, 10]) series.add(tick(ms));
    const span = { from: `${start + 10}-0`, to: `${start + 1000}-0` };
    series.setAwaited(span);
    assert.deepEqual(missing(series), [[10, 1000]]);
    assert.deepEqual(runs(series), [1000]);
    assert.equal(series.gaps[0].reason, "not loaded");
    for (const ms of [0, 10, 20, 500]) series.add(tick(ms));
    assert.deepEqual(missing(series), [[500, 1000]]);
    series.addGap(gap(500, 600, "lapped"));
    for (const ms of [700, 1000]) series.add(tick(ms));
    series.setAwaited(null);
    assert.deepEqual(missing(series), [[500, 600]], "a gap within it is still known of");
    assert.deepEqual(runs(series), [700]);
    const { version } = series;
    series.setAwaited(null);
    series.setAwaited({ from: span.to, to: span.from });
    assert.equal(series.version, version);
});

test("of what was awaited before all that is held, nothing stays when it is there", () => {
    const series = seriesOf(1000);
    series.setAwaited({ from: `${start}-0`, to: `${start + 1000}-0` });
    assert.equal(series.gaps[0].isLeading, true);
    for (const ms of [300, 1000]) series.add(tick(ms));
    assert.deepEqual(missing(series), [[0, 300]]);
    series.setAwaited(null);
    assert.deepEqual(missing(series), []);
});

test("gaps without end cost no more than the ticks between them", () => {
    const series = new Series();
    for (let i = 0; i < 2_000; ++i) {
        series.add(tick(i * 100));
        series.addGap(gap(i * 100, i * 100 + 50));
    }
    const [dropped, ...gaps] = series.gaps;
    assert.ok(gaps.length <= 501);
    const oldest = series.ticks[0];
    assert.ok(dropped.isLeading && dropped.toAt < oldest.at);
    assert.ok(gaps[0].fromAt >= oldest.at, "a hole is forgotten with what was before it");
    assert.equal(series.ticks.length, gaps.length);
});

test("a million ticks take no more room than the limit, and no more time than they must", () => {
    const series = new Series();
    const from = performance.now();
    for (let i = 0; i < 1_000_000; ++i) series.add(tick(i * 100, i));
    const took = performance.now() - from;
    assert.ok(series.ticks.length <= 50_000);
    assert.equal(series.newest.price, 999_999);
    assert.equal(series.ticks[0].price, 1_000_000 - series.ticks.length);
    assert.deepEqual(missing(series), [[-1, series.ticks[0].at - start - 100]]);
    assert.ok(took < 30_000, `${took} ms`);
});

test("a history of many ticks before many live ones is no quadratic affair", () => {
    const series = new Series();
    for (let i = 0; i < 20_000; ++i) series.add(tick(10_000_000 + i * 100));
    const from = performance.now();
    for (let i = 0; i < 20_000; ++i) series.add(tick(i * 100));
    series.add(tick(10_000_000));
    assert.ok(performance.now() - from < 15_000);
    assert.equal(series.ticks.length, 40_000);
    series.addGap(gap(-1, 11_000_000));
    assert.deepEqual(missing(series), [[-1, 0]]);
});

// Any interleaving of a live stream and a history, with gaps, against the plain definition: a
// moment is missing where a gap tells of it and no stream brought the ticks around it in a row.
test("whatever the order, ticks are ordered, unique, and a hole told of is never bridged", () => {
    let seed = 7;
    const random = (n) => (seed = (seed * 48_271) % 2_147_483_647) % n;
    for (let round = 0; round < 300; ++round) {
        const series = new Series();
        const all = Array.from({ length: 30 }, (_, i) => i * 10);
        const lost = new Set(all.filter(() => random(6) === 0));
        const split = random(30);
        const live = [];
        const past = [];
        const scripts = [[live, split, 30], [past, 0, split + 1]];
        for (const [script, from, to] of scripts)
            for (let i = from; i < to; ++i)
                script.push(lost.has(all[i]) ? gap(all[i] - 10, all[i]) : tick(all[i]));
        while (live.length + past.length > 0) {
            const script = past.length === 0 || (live.length > 0 && random(2)) ? live : past;
            const item = script.shift();
            if (item.price === undefined) series.addGap(item);
            else series.add(item);
        }
        const expected = all.filter((ms) => !lost.has(ms));
        assert.deepEqual(times(series), expected);
        for (let i = 1; i < expected.length; ++i) {
            const isHole = expected[i] - expected[i - 1] > 10;
            assert.equal(series.beginsRun(series.ticks[i]), isHole, `${round}: ${expected[i]}`);
        }
    }
});

test("where positions begin anew, what is held behind their begin goes, wherever the gap begins", () => {
    const series = seriesOf(0, 1000, 5000, 6000);
    series.addGap({ ...gap(1999, 2000, "restarted"), isAnew: true });
    assert.deepEqual(times(series), [0, 1000]);
    assert.deepEqual(missing(series), [[1000, 2000]]);
    assert.equal(series.add(tick(2010)), true);
    assert.equal(series.newest.at, start + 2010);
    assert.deepEqual(runs(series), [2010]);
    series.addGap({ ...gap(-9001, -9000, "restarted"), isAnew: true });
    assert.deepEqual(times(series), []);
    assert.equal(series.add(tick(-8000)), true);
    assert.deepEqual(times(series), [-8000]);
});
