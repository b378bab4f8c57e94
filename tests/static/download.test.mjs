// A file of what is shown: its name, its columns, and what is missing in it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CandleSeries } from "../../static/model/candles.js";
import { fileOf } from "../../static/model/download.js";
import { Series } from "../../static/model/series.js";

const start = Date.UTC(2026, 10, 20, 12);
const idAt = (ms) => `${start + ms}-0`;
const tick = (ms, price, source = "pipe") => ({ id: idAt(ms), at: start + ms, price, source });
const shown = { symbol: "BTC-USD", rangeKey: "5m", fromAt: start, toAt: start + 300_000 };

function ticks() {
    const series = new Series();
    series.add(tick(-1_000, 1));
    series.add(tick(500, 69420.25));
    series.add(tick(2_000, 5, "median(a,b)"));
    return series;
}

test("ticks are a table with the columns of an export", () => {
    const { name, type, text } = fileOf({ ...shown, series: ticks(), format: "csv" });
    assert.equal(name, "BTC-USD_5m_2026-11-20T12-00-00Z_2026-11-20T12-05-00Z.csv");
    assert.equal(type, "text/csv");
    assert.equal(text, "timestamp,symbol,price,source,id\n" +
        `${(start + 500) / 1000},BTC-USD,69420.25,pipe,${idAt(500)}\n` +
        `${(start + 2000) / 1000},BTC-USD,5,"median(a,b)",${idAt(2000)}\n`);
});

test("JSON of ticks is what an import takes, and says what is missing", () => {
    const series = ticks();
    series.addGap({ from: idAt(2_000), to: idAt(3_000), reason: "lapped" });
    const { name, text } = fileOf({ ...shown, series, format: "json" });
    assert.match(name, /\.json$/);
    const said = JSON.parse(text);
    assert.equal(said.version, 1);
    const record = (ms, price, source) =>
        ({ timestamp: (start + ms) / 1000, symbol: "BTC-USD", price, source, id: idAt(ms) });
    assert.deepEqual(said.records, [record(500, 69420.25, "pipe"), record(2000, 5, "median(a,b)")]);
    assert.deepEqual(said.gaps, [{ from: idAt(2_000), to: idAt(3_000) }]);
});

test("candles have the fields of the server's answers, and go on with ticks", () => {
    const live = new Series();
    const series = new CandleSeries(60_000, live);
    const candle = { time: start / 1000, open: 1, high: 4, low: 1, close: 2, ticks: 9 };
    series.take({ candles: [candle], gaps: [] }, start, start + 30_000);
    live.add(tick(40_000, 2));
    live.add(tick(290_000, 7));
    const { text } = fileOf({ ...shown, series, format: "json" });
    const { interval, candles } = JSON.parse(text);
    assert.equal(interval, "1m");
    assert.deepEqual(candles.map(({ time, close, ticks, complete }) =>
        [time - start / 1000, close, ticks, complete]), [[0, 2, 10, true], [240, 7, 1, true]]);
    const { name, text: csv } = fileOf({ ...shown, series, format: "csv" });
    assert.equal(name, "BTC-USD_5m_1m_2026-11-20T12-00-00Z_2026-11-20T12-05-00Z.csv");
    const rows = csv.split("\n");
    assert.equal(rows[0], "time,symbol,open,high,low,close,ticks,complete");
    assert.equal(rows[1], `${start / 1000},BTC-USD,1,4,1,2,10,true`);
});

test("a table of candles has those that are over, because no import takes another", () => {
    const live = new Series();
    const series = new CandleSeries(60_000, live);
    const prices = { open: 1, high: 4, low: 1, close: 2, ticks: 9 };
    const candle = (min) => ({ time: start / 1000 + min * 60, ...prices });
    series.take({ candles: [3, 4, 5].map(candle), gaps: [] }, start, start + 330_000);
    const made = (format) => fileOf({ ...shown, toAt: start + 330_000, series, format }).text;
    const times = made("csv").trim().split("\n").slice(1).map((row) => Number(row.split(",")[0]));
    assert.deepEqual(times, [start / 1000 + 180, start / 1000 + 240]);
    assert.deepEqual(JSON.parse(made("json")).candles.map(({ complete }) => complete),
        [true, true, false]);
});

test("a spreadsheet takes no cell for a formula", () => {
    const series = new Series();
    series.add(tick(1, 5, "=HYPERLINK(1)"));
    assert.match(fileOf({ ...shown, series, format: "csv" }).text, /,'=HYPERLINK\(1\),/);
});
