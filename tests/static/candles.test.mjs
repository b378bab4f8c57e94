// Candles of the archive that go on with ticks: each price once, and no line across a hole.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CandleBars, CandleSeries, barsOf } from "../../static/model/candles.js";
import { Bars, slotOf } from "../../static/model/bars.js";
import { Series } from "../../static/model/series.js";

const minute = 60_000;
const start = Date.UTC(2026, 10, 20, 12);
const idAt = (ms) => `${start + ms}-0`;
const tick = (ms, price) => ({ id: idAt(ms), at: start + ms, price, symbol: "A-B", source: "pipe" });
const candle = (min, [open, high, low, close], more = {}) =>
    ({ time: start / 1000 + min * 60, open, high, low, close, ticks: 5, ...more });

function seriesOf(candles, { gaps = [], knownMin = 3, ticks = new Series() } = {}) {
    const series = new CandleSeries(minute, ticks);
    series.take({ candles, gaps }, start, start + knownMin * minute);
    return series;
}

function cut(series, widthMs = minute) {
    const bars = barsOf(series, widthMs);
    bars.cut(start);
    return bars;
}

const shortly = ({ bars }) => bars.map(({ at, open, high, low, close, count }) =>
    [(at - start) / minute, open, high, low, close, count]);

test("candles are drawn as they are, and rolled up where slots are wider", () => {
    const series = seriesOf([candle(0, [1, 4, 1, 2]), candle(1, [2, 3, 0, 3]), candle(2, [3, 9, 3, 8])]);
    assert.deepEqual(shortly(cut(series)),
        [[0, 1, 4, 1, 2, 5], [1, 2, 3, 0, 3, 5], [2, 3, 9, 3, 8, 5]]);
    assert.deepEqual(shortly(cut(series, 2 * minute)), [[0, 1, 4, 0, 3, 10], [2, 3, 9, 3, 8, 5]]);
});

test("they go on with ticks, and those that are in a candle already change nothing", () => {
    const ticks = new Series();
    const series = seriesOf([candle(0, [1, 4, 1, 2], { forming: true })], { knownMin: 0.5, ticks });
    ticks.add(tick(20_000, 4));
    ticks.add(tick(29_000, 2));
    const bars = cut(series);
    assert.deepEqual(shortly(bars), [[0, 1, 4, 1, 2, 5]]);
    ticks.add(tick(40_000, 7));
    assert.ok(bars.isFollowing);
    assert.equal(bars.extend(), 0);
    assert.deepEqual(shortly(bars), [[0, 1, 7, 1, 7, 6]]);
    ticks.add(tick(61_000, 6));
    assert.equal(bars.extend(), 1);
    assert.deepEqual(shortly(bars).at(-1), [1, 6, 6, 6, 6, 1]);
    assert.deepEqual(series.newest.price, 6);
});

test("a later answer replaces what was not over, and is a reason to cut again", () => {
    const series = seriesOf([candle(0, [1, 1, 1, 1]), candle(1, [1, 2, 1, 2], { forming: true })]);
    const bars = cut(series);
    series.take({ candles: [candle(1, [1, 9, 1, 8])], gaps: [] }, series.openFrom, start + 9 * minute);
    assert.equal(bars.isFollowing, false);
    assert.deepEqual(shortly(cut(series)), [[0, 1, 1, 1, 1, 5], [1, 1, 9, 1, 8, 5]]);
    assert.equal(series.count, 10);
});

test("no line leads across a hole, be it of the archive or of the stream", () => {
    const ticks = new Series();
    const series = seriesOf([candle(0, [1, 1, 1, 1]), candle(3, [5, 5, 5, 5])],
        { gaps: [{ from: idAt(minute), to: idAt(3 * minute) }], knownMin: 4, ticks });
    ticks.add(tick(4.1 * minute, 5));
    ticks.addGap({ from: idAt(4.1 * minute), to: idAt(6 * minute), reason: "lapped" });
    ticks.add(tick(6.5 * minute, 6));
    const { bars } = cut(series);
    assert.deepEqual(bars.map(({ beginsRun }) => beginsRun), [false, true, false, true]);
    assert.deepEqual(series.gaps.map(({ isLeading }) => isLeading), [false, false]);
    assert.equal(series.priceAt(start + 2 * minute), null);
    assert.deepEqual(series.priceAt(start + minute), { price: 1, at: start + minute });
});

test("the time before the first candle is not a hole, and no price is known there", () => {
    const gaps = [{ from: "0-0", to: idAt(0) }];
    const series = seriesOf([candle(0, [1, 1, 1, 1])], { gaps });
    assert.equal(series.gaps[0].isLeading, true);
    assert.equal(series.priceAt(start - minute), null);
    assert.equal(series.firstAt, start);
});

test("a candle of which ticks may be missing says nothing of the price then", () => {
    const series = seriesOf([candle(0, [1, 1, 1, 1], { gap: true })]);
    assert.equal(series.priceAt(start + minute), null);
    assert.equal(cut(series).bars[0].isPartial, true);
});

test("ticks without candles are drawn by themselves, and a series of ticks as ever", () => {
    const ticks = new Series();
    ticks.add(tick(1, 5));
    const series = seriesOf([], { knownMin: 0, ticks });
    assert.deepEqual(shortly(cut(series)), [[0, 5, 5, 5, 5, 1]]);
    assert.ok(cut(series) instanceof CandleBars);
    assert.ok(barsOf(ticks, minute) instanceof Bars);
});

test("weeks begin on Mondays", () => {
    const week = 7 * 86_400_000;
    assert.equal(new Date(slotOf(start, week)).getUTCDay(), 1);
    assert.equal(slotOf(start, week) % 86_400_000, 0);
    assert.equal(new Date(slotOf(start, 4 * week)).getUTCDay(), 1);
});
