// The line below the chart: what is drawn, and of what.

import assert from "node:assert/strict";
import { test } from "node:test";
import { rangeOf } from "../../static/model/ranges.js";
import { startDocument } from "./support/dom.mjs";

startDocument();
const { noteOf } = await import("../../static/view/history_note.js");

const now = Date.UTC(2026, 10, 20, 12);
const hour = 3_600_000;
const said = (key, stepMs, candleMs, more = {}) => noteOf({
    range: rangeOf(key), hasArchive: true, isLoading: false, series: { stepMs }, firstAt: null, now,
    candleMs, ...more,
});

test("a line says what it is drawn from, a candle how long it is", () => {
    assert.equal(said("12mo", 6 * hour, 0).text, "Drawn from candles of 6 hours");
    assert.equal(said("12mo", 6 * hour, 168 * hour).text, "Each candle is 7 days");
    assert.equal(said("30d", 0.5 * hour, 4 * hour).text, "Each candle is 4 h");
    assert.equal(said("5m", 0, 5_000).text, "Each candle is 5 s");
    assert.equal(said("all", 0, 500).text, "Each candle is 500 ms");
    assert.equal(said("5m", 0, 0).text, "Drawn from ticks");
});

test("what is not there comes first", () => {
    assert.equal(said("7d", 0, hour, { isLoading: true }).text, "Loading the history…");
    assert.match(said("7d", 0, hour, { hasArchive: false }).text, /^This server keeps no archive: /);
});
