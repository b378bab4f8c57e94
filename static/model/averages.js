// Moving averages over the closes of bars, by the formulas of docs/statistics.md. A value is null
// before there are enough closes.

export const bandWidth = 2; // in standard deviations

// SMA: the mean of the last `period` closes.
export function simpleAverage(closes, period) {
    return closes.map((_, i) => (i < period - 1 ? null : meanOf(closes, i, period)));
}

// EMA: begins with the simple average, then moves 2 / (period + 1) of the way to each close.
export function exponentialAverage(closes, period) {
    const share = 2 / (period + 1);
    let value = null;
    return closes.map((close, i) => {
        if (i < period - 1) return null;
        value = value === null ? meanOf(closes, i, period) : value + (close - value) * share;
        return value;
    });
}

// The band around the simple average: { lower, middle, upper }, at a distance of `width` deviations
// of those closes as a population.
export function band(closes, period, width = bandWidth) {
    return closes.map((_, i) => {
        if (i < period - 1) return null;
        const middle = meanOf(closes, i, period);
        let squares = 0;
        for (let j = i - period + 1; j <= i; ++j) squares += (closes[j] - middle) ** 2;
        const distance = width * Math.sqrt(squares / period);
        return { lower: middle - distance, middle, upper: middle + distance };
    });
}

// Summed again for each, from the first close of its period: a sum that goes on would collect
// errors.
function meanOf(closes, last, period) {
    const base = closes[last - period + 1];
    let sum = 0;
    for (let j = last - period + 2; j <= last; ++j) sum += closes[j] - base;
    return base + sum / period;
}

// The lines of an overlay over bars: lists of values, one for each bar.
export function linesOf({ kind, period }, bars) {
    const closes = bars.map(({ close }) => close);
    if (kind === "sma") return [simpleAverage(closes, period)];
    if (kind === "ema") return [exponentialAverage(closes, period)];
    const values = band(closes, period);
    return [values.map((value) => value?.upper ?? null), values.map((value) => value?.lower ?? null)];
}
