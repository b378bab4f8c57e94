// Positions as pairs of numbers, { ms, counter }, and their order.

export function compare(a, b) {
    return a.ms - b.ms || a.counter - b.counter;
}

export function idOf({ ms, counter }) {
    return `${ms}-${counter}`;
}

// The index of the first of `count` items for which isBefore() is false.
export function lowerBound(count, isBefore) {
    let low = 0;
    let high = count;
    while (low < high) {
        const middle = (low + high) >>> 1;
        if (isBefore(middle)) low = middle + 1;
        else high = middle;
    }
    return low;
}
