// How far back the chart looks, and how wide its slots are. A slot of the line is narrower than a
// pixel or two of a wide screen; a candle is wide enough to be read.

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

export const ranges = [
    { key: "5m", label: "5 min", ms: 5 * minute, barMs: 250, candleMs: 5 * second },
    { key: "1h", label: "1 h", ms: hour, barMs: 2 * second, candleMs: minute },
    { key: "6h", label: "6 h", ms: 6 * hour, barMs: 10 * second, candleMs: 5 * minute },
    { key: "24h", label: "24 h", ms: 24 * hour, barMs: 30 * second, candleMs: 15 * minute },
    { key: "all", label: "All", ms: null, barMs: null, candleMs: null },
];

export const rangeFirst = ranges[0];

const slotsMax = 3_000;
const candlesMax = 120;
const allMinMs = minute; // in a shorter range there is only noise

const widths = [
    250, 500, second, 2 * second, 5 * second, 10 * second, 15 * second, 30 * second,
    minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute,
    hour, 2 * hour, 4 * hour, 6 * hour, 12 * hour, 24 * hour,
];

export function rangeOf(key) {
    return ranges.find((range) => range.key === key) ?? null;
}

const youngMs = 20 * minute;

// The range before the visitor has chosen one: an hour, unless most of it would be empty. `first`:
// the oldest tick held; null if there is none, undefined if that is not known.
export function fittingRange(first, now) {
    if (first === undefined) return "1h";
    return now - (first?.at ?? now) < youngMs ? "5m" : "1h";
}

// The beginning of a range in Unix seconds, as the stream takes it.
export function sinceOf(range, now) {
    return range.ms === null ? 0 : Math.max(0, Math.floor((now - range.ms) / 1000));
}

// The part of a range that is shown at `now`: its beginning, and the width of its slots. `firstAt`:
// the time of the oldest tick held, or null.
export function spanOf(range, kind, now, firstAt) {
    const isCandles = kind === "candles";
    if (range.ms !== null)
        return { fromAt: now - range.ms, widthMs: isCandles ? range.candleMs : range.barMs };
    const ms = Math.max(now - (firstAt ?? now), allMinMs);
    const enough = ms / (isCandles ? candlesMax : slotsMax);
    const days = Math.ceil(enough / widths.at(-1)) * widths.at(-1);
    const widthMs = widths.find((width) => width >= enough) ?? days;
    return { fromAt: now - ms, widthMs };
}
