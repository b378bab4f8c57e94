// What is shown, as a file: ticks or candles, as CSV or JSON. Ticks have the columns and the form
// of `tickertape export`, JSON of candles that of the server's answers. `tickertape import` takes
// all but the last (docs/archive.md).

import { barsOf } from "./candles.js";
import { intervalOf } from "./ranges.js";

const types = { csv: "text/csv", json: "application/json" };

// A time within a file name.
function stampOf(ms) {
    return new Date(ms).toISOString().slice(0, 19).replaceAll(":", "-") + "Z";
}

const isWithin = (fromAt, toAt) => ({ at }) => at >= fromAt && at <= toAt;

// A value that a spreadsheet would take for a formula or a separator is quoted.
function cell(value) {
    const text = String(value ?? "");
    const safe = /^[=+@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function table(heading, rows) {
    return [heading, ...rows].map((row) => row.map(cell).join(",")).join("\n") + "\n";
}

const gapsBetween = (series, fromAt, toAt) => series.gaps
    .filter((gap) => gap.toAt > fromAt && gap.fromAt < toAt).map(({ from, to }) => ({ from, to }));

function ticksOf(symbol, series, fromAt, toAt) {
    const ticks = series.ticks.filter(isWithin(fromAt, toAt));
    const gaps = gapsBetween(series, fromAt, toAt);
    return {
        csv: () => table(["timestamp", "symbol", "price", "source", "id"],
            ticks.map(({ at, price, source, id }) => [at / 1000, symbol, price, source, id])),
        json: () => ({
            version: 1,
            records: ticks.map(({ id, at, price, source }) =>
                ({ timestamp: at / 1000, symbol, price, source, id })),
            gaps,
        }),
    };
}

function candlesOf(symbol, series, fromAt, toAt) {
    const made = barsOf(series, series.stepMs);
    made.cut(fromAt);
    const bars = made.bars.filter(isWithin(fromAt - series.stepMs, toAt));
    const gaps = gapsBetween(series, fromAt, toAt);
    const isOver = ({ at }) => at + series.stepMs <= toAt;
    return {
        csv: () => table(["time", "symbol", "open", "high", "low", "close", "ticks", "complete"],
            bars.filter(isOver).map((bar) => [bar.at / 1000, symbol, bar.open, bar.high, bar.low,
                bar.close, bar.count, !bar.isPartial])),
        json: () => ({
            symbol,
            interval: intervalOf(series.stepMs),
            candles: bars.map((bar) => ({
                time: bar.at / 1000, open: bar.open, high: bar.high, low: bar.low,
                close: bar.close, ticks: bar.count, complete: isOver(bar) && !bar.isPartial,
            })),
            gaps,
        }),
    };
}

// `series`: of ticks or of candles. `format`: "csv" or "json". Returns { name, type, text }.
export function fileOf({ symbol, rangeKey, series, fromAt, toAt, format }) {
    const content = (series.stepMs ? candlesOf : ticksOf)(symbol, series, fromAt, toAt);
    const text = format === "csv" ? content.csv() : `${JSON.stringify(content.json())}\n`;
    const begin = Math.max(fromAt, firstAtOf(series) ?? fromAt);
    const what = series.stepMs ? `${rangeKey}_${intervalOf(series.stepMs)}` : rangeKey;
    const name = `${symbol}_${what}_${stampOf(begin)}_${stampOf(toAt)}.${format}`;
    return { name, type: types[format], text };
}

function firstAtOf(series) {
    return series.stepMs ? series.firstAt : (series.ticks[0]?.at ?? null);
}
