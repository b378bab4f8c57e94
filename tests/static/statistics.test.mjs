// The statistics of the range shown: when they are asked for, and what is said of them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startDocument } from "./support/dom.mjs";

startDocument();
globalThis.document.visibilityState = "visible";
const { RangeStatistics } = await import("../../static/range_statistics.js");
const { noteOf, rowsOf } = await import("../../static/view/statistics.js");

const now = Date.UTC(2026, 10, 20, 12);

// The statistics of a server whose answers are `answer()`, looked at once a second.
function start(answer) {
    let steady = 0;
    const asked = [];
    const api = {
        stats: async (symbol) => {
            asked.push(steady / 1000);
            return answer(symbol, steady);
        },
    };
    const statistics = new RangeStatistics(api, () => steady, () => {});
    const pass = async (seconds) => {
        for (let i = 0; i < seconds; ++i) {
            steady += 1000;
            await statistics.lookAround(now + steady);
        }
    };
    return { statistics, asked, pass };
}

test("they are renewed the more often the shorter the range is", async () => {
    for (const [range, everyS] of [["5m", 10], ["1h", 30], ["24h", 60], ["10y", 60], ["all", 60]]) {
        const { statistics, asked, pass } = start(() => ({ count: 1 }));
        statistics.show("BTC-USD", range);
        await pass(121);
        assert.deepEqual(asked.slice(0, 3), [1, 1 + everyS, 1 + 2 * everyS], range);
        assert.equal(statistics.shown.isOld, false);
    }
});

test("without an answer they are soon asked for again, and then old", async () => {
    let isAway = false;
    const { statistics, asked, pass } = start(() => (isAway ? null : { count: 1 }));
    statistics.show("BTC-USD", "5m");
    await pass(2);
    isAway = true;
    await pass(40);
    assert.deepEqual(asked, [1, 11, 13, 17, 25, 41]);
    assert.equal(statistics.shown.isOld, true);
    isAway = false;
    statistics.doubt(); // there is a connection again
    await pass(3);
    assert.deepEqual(asked.slice(6), [44]);
    assert.equal(statistics.shown.isOld, false);
});

test("they are asked for anew after a hole or another connection", async () => {
    const { statistics, asked, pass } = start(() => ({ count: 1 }));
    statistics.show("BTC-USD", "24h");
    await pass(5);
    statistics.doubt();
    await pass(5);
    assert.deepEqual(asked, [1, 7]);
});

const figures = {
    symbol: "BTC-USD", from: 0, until: now / 1000, of: "ticks", count: 12, first: 1, last: 2, min: 1,
    max: 3, mean: 2, median: 2, standard_deviation: 0.5, volatility_percent: 40,
    largest_drawdown: null, trend: null, gaps: [],
};
const rows = (more, extremes) =>
    Object.fromEntries(rowsOf({ ...figures, ...more }, "USD", extremes).map(([key, ...rest]) =>
        [key, rest]));

test("high and low are those of the chart, where it shows any", () => {
    assert.deepEqual(rows({}, { low: 0.5, high: 4 }).High, ["$4.00", ""]);
    assert.deepEqual(rows({}, { low: 0.5, high: 4 }).Low, ["$0.5000", ""]);
    assert.deepEqual(rows({}, null).High, ["$3.00", ""]);
    assert.deepEqual(rows({ min: null, max: null }, null).Low, ["—", ""]);
});

test("the time before the first price is no gap, as in the chart", () => {
    const gap = (from, to) => ({ from: `${from}-0`, to: `${to}-0` });
    assert.deepEqual(rows({ gaps: [] }).Gaps, ["0", ""]);
    const [count, words] = rows({ from: 100, gaps: [gap(99_999, now - 60_000)] }).Gaps;
    assert.equal(count, "0");
    assert.match(words, /^none known before \d\d:\d\d:\d\d$/);
    assert.deepEqual(rows({ from: 100, gaps: [gap(99_999, 200_000), gap(300_000, 400_000)] }).Gaps,
        ["1", "prices are missing"]);
});

test("they say when they were made, and of what", () => {
    assert.match(noteOf(figures, false, now), /^At \d\d:\d\d:\d\d$/);
    assert.match(noteOf({ ...figures, of: "1m" }, false, now),
        /^At \d\d:\d\d:\d\d, of closes$/);
    assert.match(noteOf(figures, true, now), /; they could not be renewed since$/);
    assert.deepEqual(rows({}).Ticks, ["12", ""]);
    assert.deepEqual(rows({ of: "1d" }).Closes, ["12", "of candles of a day"]);
});
