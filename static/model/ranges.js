// How far back the chart looks, and how wide its slots are. A slot of the line is narrower than a
// pixel or two of a wide screen; a candle is wide enough to be read.

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

// `barMs`, `candleMs`: the width of a slot of the line and of a candle. `stepMs`: the interval of
// the archive's candles from which the range is drawn; 0 if it is always drawn from ticks.
export const ranges = [
    { key: "5m", label: "5 min", ms: 5 * minute, barMs: 250, candleMs: 5 * second, stepMs: 0 },
    { key: "1h", label: "1 h", ms: hour, barMs: 2 * second, candleMs: minute, stepMs: 0 },
    { key: "6h", label: "6 h", ms: 6 * hour, barMs: 10 * second, candleMs: 5 * minute,
        stepMs: minute },
    { key: "24h", label: "24 h", ms: day, barMs: 30 * second, candleMs: 15 * minute,
        stepMs: minute },
    { key: "7d", label: "7 d", ms: 7 * day, barMs: 5 * minute, candleMs: hour,
        stepMs: 5 * minute },
    { key: "30d", label: "30 d", ms: 30 * day, barMs: 30 * minute, candleMs: 4 * hour,
        stepMs: 30 * minute },
    { key: "90d", label: "90 d", ms: 90 * day, barMs: hour, candleMs: day, stepMs: hour },
    { key: "12mo", label: "12 mo", ms: 365 * day, barMs: 6 * hour, candleMs: 7 * day,
        stepMs: 6 * hour },
    { key: "10y", label: "10 y", ms: 3652 * day, barMs: day, candleMs: 28 * day, stepMs: day },
    { key: "all", label: "All", ms: null, barMs: null, candleMs: null, stepMs: null },
];

export const rangeFirst = ranges[0];

const slotsMax = 3_000;
const candlesMax = 120;
const allMinMs = minute; // in a shorter range there is only noise

// The names that the archive has for its candles.
const intervals = [
    ["1m", minute], ["5m", 5 * minute], ["15m", 15 * minute], ["30m", 30 * minute], ["1h", hour],
    ["4h", 4 * hour], ["6h", 6 * hour], ["1d", day], ["1w", 7 * day],
];

export const intervalNames = {
    "1m": "a minute", "5m": "5 minutes", "15m": "15 minutes", "30m": "30 minutes", "1h": "an hour",
    "4h": "4 hours", "6h": "6 hours", "1d": "a day", "1w": "a week",
};

const widths = [
    250, 500, second, 2 * second, 5 * second, 10 * second, 15 * second, 30 * second,
    minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute,
    hour, 2 * hour, 4 * hour, 6 * hour, 12 * hour, day, 7 * day, 28 * day,
];

export function rangeOf(key) {
    return ranges.find((range) => range.key === key) ?? null;
}

export function intervalOf(stepMs) {
    return intervals.find(([, ms]) => ms === stepMs)?.[0] ?? null;
}

// The interval of candles, in milliseconds, for all of a time of this length.
export function stepFor(ms) {
    return intervals.find(([, step]) => step >= ms / slotsMax)?.[1] ?? intervals.at(-1)[1];
}

const youngMs = 20 * minute;

// The range before the visitor has chosen one: an hour, unless most of it would be empty. `first`:
// the oldest tick held; null if there is none, undefined if that is not known.
export function fittingRange(first, now) {
    if (first === undefined) return "1h";
    return now - (first?.at ?? now) < youngMs ? "5m" : "1h";
}

const spare = 1.05; // a range is not left for the next one at once

// The range as which so much time is drawn.
export function fittedTo(ms) {
    return ranges.find((range) => range.ms * spare >= ms) ?? ranges.at(-2);
}

// The beginning of a range in Unix seconds, as the stream takes it.
export function sinceOf(range, now) {
    return range.ms === null ? 0 : Math.max(0, Math.floor((now - range.ms) / 1000));
}

// The part of a range that is shown at `now`: its beginning, and the width of its slots. `firstAt`:
// the time of the oldest price held, or null. `stepMs`: the interval of the candles from which it is
// drawn, of which a slot has one or more; 0 for ticks.
export function spanOf(range, kind, now, firstAt, stepMs = 0) {
    const isCandles = kind === "candles";
    if (range.ms !== null) {
        const widthMs = isCandles ? range.candleMs : range.barMs;
        const unit = stepMs || 1;
        return { fromAt: now - range.ms, widthMs: Math.ceil(widthMs / unit) * unit };
    }
    const ms = Math.max(now - (firstAt ?? now), allMinMs);
    const enough = Math.max(stepMs, ms / (isCandles ? candlesMax : slotsMax));
    const isWhole = (width) => stepMs === 0 || width % stepMs === 0;
    const unit = Math.max(widths.at(-1), stepMs);
    const widthMs = widths.find((width) => width >= enough && isWhole(width)) ??
        Math.ceil(enough / unit) * unit;
    return { fromAt: now - ms, widthMs };
}
