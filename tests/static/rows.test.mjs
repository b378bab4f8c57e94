import assert from "node:assert/strict";
import { test } from "node:test";
import { newestRows } from "../../static/model/rows.js";
import { Series } from "../../static/model/series.js";

const tick = (ms, price) => ({ id: `${ms}-0`, at: ms, price, symbol: "BTC-USD", source: "pipe" });
const gap = (from, to, reason = "restarted") =>
    ({ from: `${from}-0`, to: `${to}-0`, fromAt: from, toAt: to, reason });

function seriesOf(...items) {
    const series = new Series();
    for (const item of items) if (item.id) series.add(item); else series.addGap(item);
    return series;
}

const told = (series, max = 10) => newestRows(series, max).map((row) =>
    (row.kind === "tick" ? [row.tick.price, row.before] : row.gap.isLeading ? "begin" : "missing"));

test("the newest comes first, with the price before it", () => {
    const series = seriesOf(tick(1, 10), tick(2, 11), tick(3, 12));
    assert.deepEqual(told(series), [[12, 11], [11, 10], [10, null]]);
});

test("no more than are wanted", () => {
    assert.deepEqual(told(seriesOf(tick(1, 10), tick(2, 11), tick(3, 12)), 2), [[12, 11], [11, 10]]);
});

test("after a hole no change is told, because the price before is not known", () => {
    const series = seriesOf(tick(1, 10), tick(2, 11), gap(2, 5), tick(6, 12), tick(7, 13));
    assert.deepEqual(told(series), [[13, 12], [12, null], "missing", [11, 10], [10, null]]);
});

test("a hole whose end is still to come stands on top", () => {
    assert.deepEqual(told(seriesOf(tick(1, 10), gap(1, 5))), ["missing", [10, null]]);
});

test("what was never held is where the list ends", () => {
    const series = seriesOf(gap(1, 5, "evicted"), tick(6, 12));
    assert.deepEqual(told(series), [[12, null], "begin"]);
});

test("a key changes with what the row says", () => {
    const series = seriesOf(tick(5, 12));
    const [before] = newestRows(series, 10);
    series.add(tick(4, 11));
    const [after] = newestRows(series, 10);
    assert.notEqual(before.key, after.key);
    assert.deepEqual(newestRows(new Series(), 10), []);
});

test("rows stand in the order of positions where a gap and a tick have the same time", () => {
    const series = seriesOf(tick(50, 1), tick(60, 2), tick(70, 3), gap(0, 55));
    assert.deepEqual(told(series), [[3, 2], [2, 1], [1, null], "begin"], "no tick is left out");
    const id = (ms, counter) => ({ ...tick(ms, counter), id: `${ms}-${counter}` });
    const lapped = { from: "5-1", to: "5-3", reason: "lapped" };
    const later = seriesOf(id(5, 1), lapped, id(5, 4), id(5, 5));
    assert.deepEqual(told(later), [[5, 4], [4, null], "missing", [1, null]]);
});

test("a gap that ends where a tick is held is before it", () => {
    const series = seriesOf(tick(1, 10), tick(6, 12), gap(1, 6));
    assert.deepEqual(told(series), [[12, null], "missing", [10, null]]);
});
