// Positions of ticks: "<Unix milliseconds>-<counter within the millisecond>".

// "1712525476123-0" as two numbers; null for anything else.
export function parsePosition(id) {
    const parts = /^(\d{1,14})-(\d{1,7})$/.exec(id);
    return parts && { ms: Number(parts[1]), counter: Number(parts[2]) };
}

// Below zero if `a` comes first. Anything that is not a position comes before all positions.
export function comparePositions(a, b) {
    const [p, q] = [a, b].map((id) => parsePosition(id) ?? { ms: -1, counter: 0 });
    return p.ms - q.ms || p.counter - q.counter;
}
