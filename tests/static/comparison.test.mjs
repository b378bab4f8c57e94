// What the comparison's tab asks for, how its chart is laid out, and what it says.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
    changesAt, chosenOf, correlationText, correlationWords, dateFormats, dayMarks, daysOf, daysWords,
    hrefOf, noticeOf, originWords, pathOf, readState, scaleOf, stretchesOf, symbolsMax,
} from "../../static/model/comparison.js";

const day = 86_400;
const first = 1_709_856_000; // 2024-03-08

test("what is compared stands in the address, and is read from it", () => {
    const state = readState("https://x.example/p/compare?symbols=btc-usd, ETH-USD,btc-usd&range=90D");
    assert.deepEqual(state, { symbols: ["BTC-USD", "ETH-USD"], range: "90d" });
    const href = hrefOf("https://x.example/p/compare?range=7d#x", state);
    assert.equal(href, "https://x.example/p/compare?symbols=BTC-USD,ETH-USD&range=90d#x");
    assert.deepEqual(readState(href), state);
    assert.equal(pathOf(state), "api/compare?symbols=BTC-USD,ETH-USD&range=90d");
    for (const wrong of ["", "?range=1h", "?range=constructor", "?symbols=,,"])
        assert.deepEqual(readState(`https://x.example/compare${wrong}`), { symbols: [], range: "30d" });
    const many = readState(`https://x.example/?symbols=${"abcdefgh".split("").join(",")}`);
    assert.equal(many.symbols.length, symbolsMax);
});

test("symbols that the server has not are told, and the first two stand in for none", () => {
    const served = ["BTC-USD", "ETH-USD", "SOL-USD"];
    assert.deepEqual(chosenOf(["SOL-USD", "X-USD"], served),
        { symbols: ["SOL-USD"], missing: ["X-USD"] });
    assert.deepEqual(chosenOf([], served), { symbols: ["BTC-USD", "ETH-USD"], missing: [] });
    assert.deepEqual(chosenOf(["X-USD"], ["BTC-USD"]), { symbols: ["BTC-USD"], missing: ["X-USD"] });
});

test("a line is broken where a day is missing, and nothing stands in for it", () => {
    const changes = [[first, 0], [first + day, 2], [first + 4 * day, -1]];
    assert.deepEqual(stretchesOf(changes), [
        [{ day: first, percent: 0 }, { day: first + day, percent: 2 }],
        [{ day: first + 4 * day, percent: -1 }],
    ]);
    assert.deepEqual(stretchesOf([]), []);
    const symbols = [{ changes }, { changes: [[first, 0], [first + 2 * day, 5]] }];
    assert.deepEqual(daysOf(symbols), [0, 1, 2, 4].map((days) => first + days * day));
    assert.deepEqual(changesAt(symbols, first + 2 * day), [null, 5]);
});

test("the scale holds all changes and the start, between round marks", () => {
    const of = (...percents) => scaleOf([{ changes: percents.map((percent, i) => [first + i * day, percent]) }]);
    assert.deepEqual(of(0, 11, -3), { low: -5, high: 12.5, marks: [-5, -2.5, 0, 2.5, 5, 7.5, 10, 12.5] });
    for (const percents of [[0], [0, 0.0001], [0, 30_000], [0, -99.9], [0, 5, 6]]) {
        const { low, high, marks } = of(...percents);
        assert.ok(low <= Math.min(0, ...percents) && high >= Math.max(0, ...percents) && low < high);
        assert.ok(marks.some((mark) => Math.abs(mark) < 1e-9), `zero is a mark of ${percents}`);
        assert.ok(marks.length <= 9, `${marks}`);
    }
});

test("dates stand evenly apart, on days", () => {
    assert.deepEqual(dayMarks(first, first + 9 * day, 4), [0, 3, 6, 9].map((n) => first + n * day));
    assert.deepEqual(dayMarks(first, first, 4), [first]);
    assert.deepEqual(dayMarks(first, first + 2.6 * day, 9), [0, 1, 2].map((n) => first + n * day), "none behind the last point");
    assert.ok(dayMarks(first, first + 3_650 * day, 6).length <= 6);
    const { day: written } = dateFormats("en-US");
    assert.equal(written(first), "Mar\u00a08,\u00a02024", "days are those of UTC, wherever one is");
});

test("of how many days a figure is, and what a correlation stands for", () => {
    assert.equal(daysWords({ days: 30, missing_days: 0, days_with_gap: 0 }), "30 days");
    assert.equal(daysWords({ days: 1, missing_days: 2, days_with_gap: 1 }), "1 day, 2 missing, 1 with a gap");
    assert.equal(daysWords({ days: 0, missing_days: null, days_with_gap: null }), "no day here");
    const words = (correlation, returns = 29) => correlationWords({ correlation, returns });
    assert.equal(words(0.95), "closely together");
    assert.equal(words(-0.6), "clearly opposed");
    assert.equal(words(0.1), "hardly together");
    assert.equal(words(null, 2), "unknown: 2 common returns are too few");
    assert.equal(words(null, 29), "unknown: one of the two never changed");
    assert.deepEqual([0.834, -0.834, -0.001, null].map(correlationText), ["0.83", "−0.83", "0.00", "–"]);
});

test("prices that are no market's are called so", () => {
    assert.equal(originWords({ market_prices: true }, "simulator"), "");
    assert.match(originWords({ market_prices: false }, "simulator"), /^Simulated prices/);
    assert.equal(originWords({ market_prices: false }, ""), "These prices are not of a market.");
});

test("a server without an archive says why there is nothing", () => {
    const notice = noticeOf({ answer: null, trouble: { kind: "off" }, sinceMs: Infinity, retryMs: Infinity });
    assert.match(notice.title, /keeps no days/);
    assert.equal(noticeOf({ answer: {}, trouble: null, sinceMs: 0, retryMs: 0 }), null);
});
