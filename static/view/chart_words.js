// The texts of the chart: in the legend, and for screen readers.

import { decimalsOf, digitsAfter, directionOf, formatDuration } from "../format.js";
import { lowerBound } from "../model/positions.js";
import { gapsBeside, gapWords } from "./chart_gaps.js";
import { plainNumber } from "./chart_numbers.js";
import { silenceOf } from "./price_line.js";

// The lowest and highest price of bars from `fromAt` to `toAt`, the first and last of these bars,
// and the longest time between two of them without a tick; null where there is none.
export function extremesOf(bars, fromAt, toAt) {
    let extremes = null;
    for (let i = bars.length - 1; i >= 0 && bars[i].at >= fromAt; --i) {
        const bar = bars[i];
        if (bar.at >= toAt) continue;
        extremes ??= { high: bar.high, low: bar.low, first: bar, last: bar, silenceMs: 0 };
        if (!extremes.first.beginsRun)
            extremes.silenceMs = Math.max(extremes.silenceMs, extremes.first.firstAt - bar.lastAt);
        extremes.high = Math.max(extremes.high, bar.high);
        extremes.low = Math.min(extremes.low, bar.low);
        extremes.first = bar;
    }
    return extremes;
}

// [label, value] pairs for all in view.
export function pairsInView(extremes, { formatPrice }) {
    if (!extremes) return [];
    return [["High", formatPrice(extremes.high)], ["Low", formatPrice(extremes.low)]];
}

// As plain numbers: four prices with their currency would not fit a phone.
export function pairsOfCandle(bar, { locale, perUnit = () => 1 }) {
    const names = { open: "O", high: "H", low: "L", close: "C" };
    const units = perUnit();
    const format = plainNumber(digitsAfter(decimalsOf(bar.close), units), locale);
    return Object.entries(names).map(([key, name]) => [name, format(bar[key] * units)]);
}

// `quietMs`: a longer time without a tick is worth a word.
export function describe(kind, extremes, holes, { formatPrice, formatTime }, quietMs = Infinity) {
    if (!extremes) return "No prices to draw yet";
    const { first, last, low, high, silenceMs } = extremes;
    const words = [
        `${kind === "candles" ? "Candles" : "Prices"} from ${formatTime(first.firstAt)}, `,
        `${formatPrice(first.open)}, to ${formatTime(last.lastAt)}, ${formatPrice(last.close)}: `,
        `lowest ${formatPrice(low)}, highest ${formatPrice(high)}`,
    ];
    if (silenceMs > quietMs) words.push(`; no tick for up to ${formatDuration(silenceMs)}`);
    if (holes === 1) words.push("; one stretch is missing");
    if (holes > 1) words.push(`; ${holes} stretches are missing`);
    return words.join("");
}

// The index of the last bar at or before a time; -1 where there is none.
export function indexAt(bars, ms) {
    return lowerBound(bars.length, (i) => bars[i].at <= ms) - 1;
}

// What the legend says of the slot that begins at `at`: { time, pairs, direction, marked };
// `marked` is the bar of the line that it speaks of, or null. `slots`: { bars, widthMs, fromAt }.
export function wordsAt(at, { bars, widthMs, fromAt }, { kind, series }, formats) {
    const { formatPrice, formatTime } = formats;
    const bar = bars[indexAt(bars, at)];
    const ofTick = (marked) => ({
        time: formatTime(marked.lastAt), pairs: [["", formatPrice(marked.close)]], marked,
    });
    if (bar?.at === at) {
        if (kind === "line") return ofTick(bar);
        const direction = directionOf(bar.close - bar.open);
        return { time: formatTime(at), pairs: pairsOfCandle(bar, formats), direction, marked: null };
    }
    // A slot without a tick: the tick before it, with its own time, unless something is missing.
    const gap = gapsBeside(bars, series.gaps)
        .find((one) => one.fromAt < at + widthMs && one.toAt > at);
    if (gap) {
        const from = formatTime(Math.max(gap.fromAt, fromAt));
        const pairs = [["", gapWords(gap).short]];
        return { time: `${from} to ${formatTime(gap.toAt)}`, pairs, marked: null };
    }
    if (kind === "line" && bar && series.priceAt(at)) return ofTick(bar);
    return { time: formatTime(at), pairs: [["", "no tick"]], marked: null };
}

// The description of the part of the chart that is in view; `visible`: { fromAt, toAt } or null.
export function describeShown({ series, kind }, visible, extremes, formats) {
    const isHole = ({ fromAt, toAt, isLeading }) =>
        !isLeading && (!visible || (toAt > visible.fromAt && fromAt < visible.toAt));
    const quietMs = silenceOf(series.stepMs ? [] : series.ticks);
    return describe(kind, extremes, series.gaps.filter(isHole).length, formats, quietMs);
}
