// The slots of the chart's axis: however far apart times lie, there is room for them, and the newest
// tick is on it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { gridOf, slotsHeldMax } from "../../static/model/grid.js";
import { ranges } from "../../static/model/ranges.js";

const year = 365 * 86_400_000;
const today = Date.UTC(2026, 10, 20, 12);
const times = {
    "today": today, "in an hour": today + 3_600_000, "in a year": today + year,
    "a year ago": today - year, "in 1970": 0, "in 2500": Date.UTC(2500, 0, 1),
    "as late as an id can say": 99_999_999_999_999,
};

for (const [newest, newestAt] of Object.entries(times))
    test(`it has few slots where the newest tick is ${newest}, whatever else there is`, () => {
        for (const range of ranges)
            for (const kind of ["line", "candles"])
                for (const [now, nowAt] of Object.entries(times))
                    for (const firstAt of [...Object.values(times), newestAt]) {
                        if (firstAt > newestAt) continue;
                        const held = { firstAt, lastAt: newestAt };
                        const grid = gridOf({ range, kind, now: nowAt, ...held });
                        const { from, to, widthMs, fromAt } = grid;
                        const words = `${range.key}, ${kind}, now ${now}: ${JSON.stringify(grid)}`;
                        assert.ok((to - from) / widthMs <= slotsHeldMax + 1, words);
                        assert.ok(to >= from && to + widthMs > newestAt, words);
                        assert.ok(fromAt >= from, words);
                        // What is seen of it is the range, and not how far clocks are apart.
                        if (range.ms) assert.ok(to - fromAt <= range.ms, words);
                    }
    });

test("it has what is in view, and what is held before that", () => {
    const [range] = ranges;
    const grid = (at) => gridOf({ range, kind: "line", now: today, firstAt: at, lastAt: at });
    assert.equal(grid(null).to, today);
    assert.equal(grid(null).from, today - range.ms);
    assert.equal(grid(today - 10).from, today - range.ms);
    assert.equal(grid(today - 2 * range.ms).from, today - 2 * range.ms);
    const old = grid(today - year);
    assert.equal(old.from, today - slotsHeldMax * old.widthMs);
});

test("a range that the server cannot fill is fitted to what is held", () => {
    const range = ranges.find(({ key }) => key === "24h");
    const seen = (heldMs, isAll) => {
        const held = { firstAt: today - heldMs, lastAt: today };
        return today - gridOf({ range, kind: "line", now: today, ...held, isAll }).fromAt;
    };
    const hour = 3_600_000;
    assert.equal(seen(5 * hour, true), 5 * hour);
    assert.equal(seen(1_000, true), hour / 10, "but not to a few seconds");
    assert.equal(seen(5 * hour, false), 24 * hour, "more may come");
    assert.equal(seen(50 * hour, true), 24 * hour);
});

test("what the server has of a range is drawn as finely as in a range of that length", () => {
    const day = 86_400_000;
    const widths = (key, heldMs, stepMs) => ["line", "candles"].map((kind) => {
        const range = ranges.find((one) => one.key === key);
        const held = { firstAt: today - heldMs, lastAt: today, stepMs };
        const grid = gridOf({ range, kind, now: today, ...held, isAll: true });
        assert.equal(grid.widthMs % (stepMs || 1), 0);
        if (heldMs > range.ms / 240) assert.equal(grid.fromAt, today - heldMs);
        return grid.widthMs / 60_000;
    });
    assert.deepEqual(widths("12mo", 30 * day, 30 * 60_000), [30, 240], "as in 30 d");
    assert.deepEqual(widths("12mo", 30 * day, 360 * 60_000), [360, 360], "of the candles there are");
    assert.deepEqual(widths("10y", 30 * day, 30 * 60_000), [30, 240]);
    assert.deepEqual(widths("1h", 120_000, 0), [1 / 240, 1 / 12], "as in 5 min");
    assert.deepEqual(widths("12mo", 300 * day, 360 * 60_000), [360, 7 * 1440], "as it is");
});
