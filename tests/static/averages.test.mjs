// The averages have the formulas of docs/statistics.md, so the page draws what the server would.

import assert from "node:assert/strict";
import { test } from "node:test";
import { band, exponentialAverage, linesOf, simpleAverage } from "../../static/model/averages.js";
import { overlays } from "../../static/model/overlays.js";
import { Overlays } from "../../static/view/chart_overlays.js";

const closes = Array.from({ length: 300 }, (_, i) => 60_000 + 900 * Math.sin(i / 7) + (i % 11) * 3);
const near = (a, b) => assert.ok(Math.abs(a - b) <= 1e-9 * Math.abs(b), `${a} is not ${b}`);

test("a simple average is the mean of its own closes, and absent before", () => {
    assert.deepEqual(simpleAverage([1, 2, 3, 4], 3), [null, null, 2, 3]);
    assert.deepEqual(simpleAverage([1, 2], 3), [null, null]);
    const values = simpleAverage(closes, 20);
    for (let i = 19; i < closes.length; ++i)
        near(values[i], closes.slice(i - 19, i + 1).reduce((sum, close) => sum + close) / 20);
});

test("an exponential average begins with the simple one and follows each close", () => {
    assert.deepEqual(exponentialAverage([1, 2, 3, 4, 8], 3), [null, null, 2, 3, 5.5]);
    const values = exponentialAverage(closes, 50);
    near(values[49], simpleAverage(closes, 50)[49]);
    for (let i = 50; i < closes.length; ++i)
        near(values[i], values[i - 1] + ((closes[i] - values[i - 1]) * 2) / 51);
});

test("a band is two deviations of a population wide on each side", () => {
    const [, , { lower, middle, upper }] = band([1, 2, 3], 3);
    near(middle, 2);
    near(upper - middle, 2 * Math.sqrt(2 / 3));
    near(middle - lower, 2 * Math.sqrt(2 / 3));
    const flat = band([5, 5, 5], 3).at(-1);
    assert.deepEqual(flat, { lower: 5, middle: 5, upper: 5 });
});

test("a million-fold price has an average to the last digits", () => {
    const large = closes.map((close) => 1e12 + close);
    const error = simpleAverage(large, 50).at(-1) - 1e12 - simpleAverage(closes, 50).at(-1);
    assert.ok(Math.abs(error) < 1e-3);
});

test("each overlay has one value for each bar", () => {
    const bars = closes.map((close) => ({ close }));
    for (const overlay of overlays)
        for (const line of linesOf(overlay, bars)) {
            assert.equal(line.length, bars.length);
            assert.equal(line.findIndex((value) => value !== null), overlay.period - 1);
        }
});

test("the price axis shows what is drawn of the averages in view", () => {
    const bars = Array.from({ length: 100 }, (_, i) => ({ at: 1000 * i, close: i < 60 ? 100 : 200 }));
    const drawn = new Overlays({ timeAt: (slot) => 1000 * slot }, () => []);
    drawn.setBars(bars, Infinity, true);
    assert.equal(drawn.autoscaleInfo(0, 99), null, "none is wanted");
    drawn.want(overlays.filter(({ key }) => key === "sma20"));
    assert.equal(drawn.autoscaleInfo(0, 10), null, "none is there yet");
    const rangeOf = (from, to) => drawn.autoscaleInfo(from, to).priceRange;
    assert.deepEqual(rangeOf(0, 99), { minValue: 100, maxValue: 200 });
    assert.deepEqual(rangeOf(60.4, 63.2), { minValue: 110, maxValue: 120 });
    drawn.want(overlays.filter(({ key }) => ["sma20", "band20"].includes(key)));
    const { minValue, maxValue } = rangeOf(65, 75);
    assert.ok(minValue < 100 && maxValue > 200, `${minValue} to ${maxValue}`);
});
