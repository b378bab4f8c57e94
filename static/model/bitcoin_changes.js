// What a change of the topic "kpis" makes of the answer with Bitcoin's figures.

// The answer with those figures. What the topic leaves out of a source, such as the window over which
// a figure is computed, stays as it was.
export function changedFigures(answer, { figures }) {
    const sources = { ...answer.sources };
    const withheld = { ...answer.withheld };
    const next = { ...answer, sources, withheld };
    for (const { name, value, withheld: why, ...by } of figures) {
        next[name] = value;
        if (by.source === null) delete sources[name];
        else sources[name] = { ...sources[name], word: undefined, ...by };
        if (why) withheld[name] = why;
        else delete withheld[name];
        if (name === "price") next.stale = by.stale || value === null;
    }
    return { answer: next };
}

// Bitcoin's network has no topic. How many bitcoins there are follows from its height, so a change of
// that, or of when it was asked for, says that there are other figures of the network.
export function networkAfter({ figures }) {
    return figures.some(({ name }) => name === "circulating_supply") ? { askInMs: 0 } : {};
}
