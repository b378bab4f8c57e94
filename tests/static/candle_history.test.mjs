// Which candles a range is drawn from: those that show the most of it, as finely as it can be seen.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CandleHistory } from "../../static/candle_history.js";
import { intervalOf } from "../../static/model/ranges.js";
import { Series } from "../../static/model/series.js";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const now = Date.UTC(2026, 10, 20, 12);
const steps = { "1m": minute, "5m": 5 * minute, "15m": 15 * minute, "30m": 30 * minute, "1h": hour,
    "4h": 4 * hour, "6h": 6 * hour, "1d": day, "1w": 7 * day };

// An archive whose candles of an interval reach back to `begins[interval]`.
class FakeApi {
    asked = [];

    constructor(begins) {
        this.begins = begins;
    }

    async candles(symbol, { interval, limit, since = 0 }) {
        this.asked.push(interval);
        const stepMs = steps[interval];
        const first = Math.floor(this.begins[interval] / stepMs) * stepMs;
        const from = Math.max(Math.ceil(since * 1000 / stepMs) * stepMs, first);
        const candles = [];
        for (let at = from; at <= now && candles.length < limit; at += stepMs)
            candles.push({ time: at / 1000, open: 1, high: 2, low: 1, close: 2, ticks: 900 });
        return { candles, gaps: [] };
    }
}

// All intervals reach back to one time, but for those that `more` names.
function archive(beginAt, more = {}) {
    return Object.fromEntries(Object.keys(steps).map((name) => [name, more[name] ?? beginAt]));
}

// Resolves with what a range is drawn from.
async function shown(begins, key) {
    const api = new FakeApi(begins);
    const history = new CandleHistory(api, () => 0, () => {});
    await history.show("BTC-USD", key, new Series(), now);
    while (history.isLoading) await new Promise((resume) => setImmediate(resume));
    await new Promise((resume) => setImmediate(resume));
    return { series: history.series, asked: api.asked };
}

async function stepOf(begins, key) {
    return intervalOf((await shown(begins, key)).series.stepMs);
}

test("a range that the archive fills is drawn from the candles of that range, with one question",
    async () => {
        const old = archive(now - 4000 * day);
        for (const [key, step] of [["7d", "5m"], ["90d", "1h"], ["12mo", "6h"], ["10y", "1d"]]) {
            const { series, asked } = await shown(old, key);
            assert.equal(intervalOf(series.stepMs), step);
            assert.deepEqual(asked, [step]);
        }
    });

test("of a young archive a long range is drawn as a shorter one would be", async () => {
    const young = archive(now - 30 * day);
    assert.equal(await stepOf(young, "12mo"), "30m");
    assert.equal(await stepOf(young, "10y"), "30m");
    assert.equal(await stepOf(young, "90d"), "30m");
    assert.equal(await stepOf(young, "30d"), "30m");
    assert.equal(await stepOf(archive(now - 2 * hour), "7d"), "1m");
    const { series } = await shown(archive(now - 2 * hour), "10y");
    assert.equal(intervalOf(series.stepMs), "1m");
    assert.equal(series.candles[0].at, now - 2 * hour);
});

test("finer candles are not taken where they reach back less far", async () => {
    const begins = archive(now - 30 * day, { "30m": now - 3 * day, "5m": now - day });
    assert.equal(await stepOf(begins, "12mo"), "6h");
});

test("longer candles are taken where they alone fill the range", async () => {
    const fetched = archive(now - 2 * hour, { "1d": now - 3650 * day, "1w": now - 3650 * day });
    for (const key of ["7d", "30d", "90d", "12mo", "10y"]) {
        const { series } = await shown(fetched, key);
        assert.equal(intervalOf(series.stepMs), "1d", key);
        assert.ok(series.candles.length > 6);
    }
    assert.equal(await stepOf(fetched, "6h"), "1m");
    assert.equal(await stepOf(fetched, "all"), "1w");
    const hours = { ...fetched, "1h": now - 300 * day, "4h": now - 300 * day, "6h": now - 300 * day };
    assert.equal(await stepOf(hours, "30d"), "1h");
    assert.equal(await stepOf(hours, "12mo"), "6h");
});
