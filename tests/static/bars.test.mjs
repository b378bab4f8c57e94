import assert from "node:assert/strict";
import { test } from "node:test";
import { Bars, slotOf } from "../../static/model/bars.js";
import { Series } from "../../static/model/series.js";
import { sparklinePath } from "../../static/view/sparkline.js";

const start = Date.UTC(2026, 10, 20, 12);

function tick(ms, price = 100) {
    return { id: `${start + ms}-0`, at: start + ms, price, symbol: "BTC-USD", source: "pipe" };
}

function gap(fromMs, toMs) {
    return { from: `${start + fromMs}-0`, to: `${start + toMs}-0`, reason: "lapped" };
}

function barsOf(series, widthMs, fromMs = 0) {
    const bars = new Bars(series, widthMs);
    bars.cut(start + fromMs);
    return bars;
}

const shortly = ({ bars }) =>
    bars.map(({ at, open, high, low, close, count }) =>
        [at - start, open, high, low, close, count]);

test("a bar has the first, highest, lowest and last price of its slot, and a count", () => {
    const series = new Series();
    for (const [ms, price] of [[0, 5], [10, 9], [20, 1], [999, 4], [1000, 7]])
        series.add(tick(ms, price));
    assert.deepEqual(shortly(barsOf(series, 1000)), [[0, 5, 9, 1, 4, 4], [1000, 7, 7, 7, 7, 1]]);
});

test("no price is carried into a slot without a tick", () => {
    const series = new Series();
    for (const ms of [500, 10_500]) series.add(tick(ms));
    assert.deepEqual(barsOf(series, 1000).bars.map(({ at }) => at - start), [0, 10_000]);
});

test("no tick, no bar; one tick in the whole range, one bar", () => {
    const series = new Series();
    const bars = barsOf(series, 1000);
    assert.deepEqual(bars.bars, []);
    assert.equal(bars.extend(), 0);
    series.add(tick(300, 7));
    assert.equal(bars.isFollowing, true);
    assert.equal(bars.extend(), 0);
    assert.deepEqual(shortly(bars), [[0, 7, 7, 7, 7, 1]]);
});

test("slots start with Unix time, whatever the range starts with", () => {
    assert.equal(slotOf(start + 90_001, 60_000), start + 60_000);
    const series = new Series();
    for (const ms of [0, 59_000, 61_000]) series.add(tick(ms, ms));
    assert.deepEqual(shortly(barsOf(series, 60_000, 30_000)), [
        [0, 0, 59_000, 0, 59_000, 2],
        [60_000, 61_000, 61_000, 61_000, 61_000, 1],
    ]);
    assert.deepEqual(barsOf(series, 60_000, 60_000).bars.length, 1, "from there on");
});

test("ticks at the end change the bar that is open, or add one", () => {
    const series = new Series();
    series.add(tick(0, 5));
    const bars = barsOf(series, 1000);
    series.add(tick(500, 6));
    assert.equal(bars.isFollowing, true);
    assert.equal(bars.extend(), 0);
    series.add(tick(1500, 7));
    series.add(tick(2500, 8));
    assert.equal(bars.extend(), 1);
    assert.equal(bars.extend(), 3, "nothing has changed since");
    assert.deepEqual(shortly(bars),
        [[0, 5, 6, 5, 6, 2], [1000, 7, 7, 7, 7, 1], [2000, 8, 8, 8, 8, 1]]);
});

test("what is filled in before the end, and what is missing, wants everything anew", () => {
    const series = new Series();
    for (const ms of [0, 5000]) series.add(tick(ms));
    const bars = barsOf(series, 1000);
    series.add(tick(2500));
    assert.equal(bars.isFollowing, false);
    bars.cut(start);
    assert.equal(bars.isFollowing, true);
    assert.equal(bars.bars.length, 3);
    series.addGap(gap(5000, 6000));
    assert.equal(bars.isFollowing, false);
});

test("the first bar after a gap begins a run, and those before do not", () => {
    const series = new Series();
    for (const ms of [0, 1000]) series.add(tick(ms));
    series.addGap(gap(1000, 4500));
    for (const ms of [5000, 6000]) series.add(tick(ms));
    const { bars } = barsOf(series, 1000);
    assert.deepEqual(bars.map(({ beginsRun }) => beginsRun), [false, false, true, false]);
    assert.deepEqual(bars.map(({ isPartial }) => isPartial), [false, true, false, false]);
    assert.deepEqual(bars.map(({ isBroken }) => isBroken), [false, false, false, false]);
});

test("a gap inside one bar breaks it", () => {
    const series = new Series();
    series.add(tick(100, 1));
    series.addGap(gap(100, 300));
    series.add(tick(400, 2));
    series.add(tick(1400, 3));
    const { bars } = barsOf(series, 1000);
    assert.deepEqual(bars.map(({ beginsRun }) => beginsRun), [false, false]);
    assert.deepEqual(bars.map(({ isBroken }) => isBroken), [true, false]);
    assert.deepEqual(bars.map(({ isPartial }) => isPartial), [true, false]);
    assert.deepEqual([bars[0].open, bars[0].close], [1, 2]);
});

test("a bar across which a gap reaches from either side is partial", () => {
    const series = new Series();
    series.add(tick(500));
    series.addGap(gap(600, 2400));
    series.add(tick(2500));
    series.add(tick(3500));
    const { bars } = barsOf(series, 1000);
    assert.deepEqual(bars.map(({ isPartial }) => isPartial), [true, true, false]);
    assert.deepEqual(bars.map(({ beginsRun }) => beginsRun), [false, true, false]);
});

test("live and all at once, the bars are the same, also across a gap", () => {
    const series = new Series();
    series.add(tick(0, 1));
    const live = barsOf(series, 1000);
    for (let i = 1; i < 600; ++i) {
        if (i % 97 === 0) {
            series.addGap(gap((i - 1) * 100, i * 100 - 10));
            live.cut(start);
        }
        series.add(tick(i * 100, (i * 7919) % 101));
        if (!live.isFollowing) live.cut(start);
        live.extend();
    }
    assert.deepEqual(live.bars, barsOf(series, 1000).bars);
    assert.equal(live.bars.reduce((sum, { count }) => sum + count, 0), 600);
});

test("ten ticks a second for a day: each costs the same, and the oldest may go", () => {
    const series = new Series({ max: 5000 });
    series.add(tick(0));
    const bars = barsOf(series, 30_000);
    const from = performance.now();
    let changes = 0;
    for (let i = 1; i < 864_000; ++i) {
        series.add(tick(i * 100, i));
        assert.equal(bars.isFollowing, true);
        changes += bars.bars.length - bars.extend();
    }
    assert.ok(performance.now() - from < 30_000);
    assert.equal(bars.bars.length, 2880);
    assert.ok(changes < 864_000, "one bar for each tick");
    assert.equal(bars.bars.at(-1).close, 863_999);
    assert.equal(bars.bars.reduce((sum, { count }) => sum + count, 0), 864_000);
});

test("bars that were not looked at for so long that ticks are gone are cut anew", () => {
    const series = new Series({ max: 100 });
    series.add(tick(0));
    const bars = barsOf(series, 1000);
    for (let i = 1; i < 1000; ++i) series.add(tick(i * 100));
    assert.equal(bars.isFollowing, false);
    bars.cut(start);
    assert.equal(bars.bars[0].firstAt, series.ticks[0].at);
});

test("a sparkline breaks where something is missing", () => {
    const points = [0, 1, 2, 3, 4, 8, 9].map((i) =>
        ({ at: i * 1000, price: i, beginsRun: i === 8 }));
    const path = sparklinePath(points);
    assert.equal(path.match(/M/g).length, 2);
    assert.equal(path.match(/L/g).length, 5);
    assert.doesNotMatch(path, /NaN|Infinity/);
});

test("a sparkline of one point, of none, and of a price that stands still", () => {
    assert.equal(sparklinePath([]), "");
    assert.match(sparklinePath([{ at: 5, price: 5, beginsRun: false }]), /^M[\d.]+ [\d.]+h0.1$/);
    const flat = sparklinePath([{ at: 0, price: 5 }, { at: 10, price: 5 }]);
    assert.equal(flat, "M2.0 14.0L94.0 14.0");
});
