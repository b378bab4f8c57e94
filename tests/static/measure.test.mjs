import assert from "node:assert/strict";
import { test } from "node:test";
import { configureFormats } from "../../static/format.js";
import { measured, measuredWords, nearestBar } from "../../static/model/measure.js";

configureFormats({ locale: "en-US", currencyDisplay: "symbol", timeZone: "UTC" });
const bar = (s, close) => ({ at: s * 1000, lastAt: s * 1000 + 400, close });

test("between two points there are a difference, a percentage and a time", () => {
    const between = measured(bar(0, 100), bar(300, 101.5));
    assert.equal(between.change, 1.5);
    assert.equal(between.ratio, 0.015);
    assert.equal(between.ms, 300_000);
    assert.equal(measuredWords(between, "USD"), "▲ +$1.50 (+1.50%) in 5 min");
});

test("whichever is pointed at first, the earlier is where it begins", () => {
    assert.deepEqual(measured(bar(9, 90), bar(0, 100)), measured(bar(0, 100), bar(9, 90)));
    assert.equal(measuredWords(measured(bar(9, 90), bar(0, 100)), "USD"), "▼ −$10.00 (−10.00%) in 9 s");
});

test("no difference has no sign and no arrow", () => {
    assert.equal(measuredWords(measured(bar(0, 7), bar(61, 7)), "EUR"), "Unchanged in 1 min 1 s");
    assert.equal(measuredWords(measured(bar(0, 7), bar(0, 7)), "EUR"), "Unchanged in 0 s");
});

test("of bars the nearest is found, also beyond their ends", () => {
    const bars = [bar(0, 1), bar(10, 2), bar(20, 3)];
    const xOf = (ms) => ms / 1000;
    for (const [x, close] of [[-50, 1], [0, 1], [5, 1], [5.9, 2], [15, 2], [16, 3], [999, 3]])
        assert.equal(nearestBar(bars, x, xOf).close, close, `${x}`);
    assert.equal(nearestBar([], 3, xOf), null);
    assert.equal(nearestBar(bars, 3, () => null), null, "before there is an axis");
});
