// The price of a past time from candles of the archive: never one from across a hole.

import assert from "node:assert/strict";
import { test } from "node:test";
import { changeOfRange, changeOver, spans } from "../../static/model/changes.js";
import { rangeOf } from "../../static/model/ranges.js";
import { Series } from "../../static/model/series.js";
import { pastOf } from "../../static/past_prices.js";

const minute = 60_000;
const then = Date.UTC(2026, 10, 20, 12);
const candle = (ms, close, more = {}) => ({ time: (then + ms) / 1000, close, ...more });

test("it is the close of the last candle that is over by then", () => {
    const candles = [candle(-5 * minute, 7), candle(-2 * minute, 8)];
    assert.deepEqual(pastOf({ candles, gaps: [] }, then), { price: 8, at: then - minute });
});

test("a hole after that candle hides it, and so does one within it", () => {
    const gaps = [{ from: `${then - 30_000}-0`, to: `${then + minute}-0` }];
    assert.deepEqual(pastOf({ candles: [candle(-2 * minute, 8)], gaps }, then), { isHidden: true });
    const candles = [candle(-minute, 8, { gap: true })];
    assert.deepEqual(pastOf({ candles, gaps: [] }, then), { isHidden: true });
    const before = [{ from: `${then - 9 * minute}-0`, to: `${then - 5 * minute}-0` }];
    assert.equal(pastOf({ candles: [candle(-minute, 8)], gaps: before }, then).price, 8);
    assert.deepEqual(changeOver(spans[0], { price: 1, at: then }, { isHidden: true }, then),
        { kind: "none", why: "prices are missing there" });
});

test("there is none before the archive was made, or without one", () => {
    const gaps = [{ from: "0-0", to: `${then + minute}-0` }];
    assert.equal(pastOf({ candles: [], gaps }, then), null);
    assert.equal(pastOf({ isAbsent: true }, then), null);
});

test("the change of a range is since its beginning, or since the first price if that is later", () => {
    const range = rangeOf("1h");
    const series = new Series();
    const now = then + 60 * minute;
    const add = (ms, price) => {
        series.add({ id: `${then + ms}-0`, at: then + ms, price });
        return series.newest;
    };
    assert.equal(changeOfRange(range, series, null, now).kind, "none");
    const first = add(30 * minute, 100);
    assert.equal(changeOfRange(range, series, first, now).why, "no earlier price in this range");
    const newest = add(50 * minute, 110);
    const { change, ratio, isWhole } = changeOfRange(range, series, newest, now);
    assert.deepEqual([change, ratio, isWhole], [10, 0.1, false]);
    const whole = changeOfRange(rangeOf("5m"), series, add(59 * minute, 99), now);
    assert.deepEqual([whole.change, whole.isWhole], [-11, true], "from the price that stood then");
    series.addGap({ from: `${then + 50 * minute}-0`, to: `${then + 58 * minute}-0`, reason: "lapped" });
    const hidden = changeOfRange(rangeOf("5m"), series, series.newest, now);
    assert.equal(hidden.why, "prices are missing where this range begins");
});

test("a range that begins within the first candle held changes since that candle", () => {
    const hour = 60 * minute;
    const of = (opensAt) => ({
        stepMs: hour, candles: [{ at: opensAt, open: 100 }], ticks: new Series(), priceAt: () => null,
    });
    const range = rangeOf("30d");
    const newest = { at: then, price: 150 };
    const beginAt = then - range.ms;
    assert.equal(changeOfRange(range, of(beginAt - hour / 2), newest, then).change, 50);
    assert.equal(changeOfRange(range, of(beginAt + hour / 2), newest, then).change, 50);
    assert.equal(changeOfRange(range, of(beginAt - 2 * hour), newest, then).why,
        "prices are missing where this range begins");
});
