// What is between two points of a chart.

import { directionOf, formatChange, formatDuration, formatPercent } from "../format.js";

// Of two bars, whichever came first: { change, ratio, ms, from, to }.
export function measured(one, other) {
    const [from, to] = other.lastAt < one.lastAt ? [other, one] : [one, other];
    const change = to.close - from.close;
    const ratio = from.close > 0 ? change / from.close : 0;
    return { change, ratio, ms: to.lastAt - from.lastAt, from, to };
}

// "▲ +$12.30 (+0.50%) in 5 min"
export function measuredWords({ change, ratio, ms, to }, currency) {
    const arrow = { up: "▲ ", down: "▼ ", none: "" }[directionOf(change)];
    const figures = change === 0 ? "Unchanged"
        : `${formatChange(change, to.close, currency)} (${formatPercent(ratio)})`;
    return `${arrow}${figures} in ${formatDuration(ms)}`;
}

// The bar nearest to a place on the plot, or null. `xOf(ms)` grows with the time.
export function nearestBar(bars, x, xOf) {
    let low = 0;
    let high = bars.length - 1;
    if (high < 0 || xOf(bars[0].lastAt) === null) return null;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (xOf(bars[middle].lastAt) < x) low = middle + 1;
        else high = middle;
    }
    const before = bars[low - 1];
    if (!before) return bars[low];
    return x - xOf(before.lastAt) < xOf(bars[low].lastAt) - x ? before : bars[low];
}
