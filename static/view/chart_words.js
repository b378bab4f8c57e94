// The texts of the chart: in the legend, and for screen readers.

import { decimalsOf } from "../format.js";
import { plainNumber } from "./chart_numbers.js";

// The lowest and highest price of bars from `fromAt` to `toAt`, and the first and last of these
// bars; null where there is none.
export function extremesOf(bars, fromAt, toAt) {
    let extremes = null;
    for (let i = bars.length - 1; i >= 0 && bars[i].at >= fromAt; --i) {
        const bar = bars[i];
        if (bar.at >= toAt) continue;
        extremes ??= { high: bar.high, low: bar.low, first: bar, last: bar };
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
export function pairsOfCandle(bar, { locale }) {
    const names = { open: "O", high: "H", low: "L", close: "C" };
    const format = plainNumber(decimalsOf(bar.close), locale);
    return Object.entries(names).map(([key, name]) => [name, format(bar[key])]);
}

export function describe(kind, extremes, holes, { formatPrice, formatTime }) {
    if (!extremes) return "No prices to draw yet";
    const { first, last, low, high } = extremes;
    const words = [
        `${kind === "candles" ? "Candles" : "Prices"} from ${formatTime(first.firstAt)}, `,
        `${formatPrice(first.open)}, to ${formatTime(last.lastAt)}, ${formatPrice(last.close)}: `,
        `lowest ${formatPrice(low)}, highest ${formatPrice(high)}`,
    ];
    if (holes === 1) words.push("; one stretch is missing");
    if (holes > 1) words.push(`; ${holes} stretches are missing`);
    return words.join("");
}
