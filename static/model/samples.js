// Of which symbols the past has yet to be asked for: of each once, and again where there was no
// answer, each time after twice as long.

const againFirstMs = 10_000;
const againMaxMs = 5 * 60_000;

export class Samples {
    #known = new Map(); // symbols that have been asked for, to { dueAt, waitMs }

    keepOnly(symbols) {
        for (const symbol of this.#known.keys())
            if (!symbols.includes(symbol)) this.#known.delete(symbol);
    }

    // The first that is due, or undefined. It is not due any more, unless fail() is called for it.
    take(symbols, now) {
        const symbol = symbols.find((one) => (this.#known.get(one)?.dueAt ?? now) <= now);
        if (!symbol) return undefined;
        const { waitMs = againFirstMs } = this.#known.get(symbol) ?? {};
        this.#known.set(symbol, { dueAt: Infinity, waitMs });
        return symbol;
    }

    fail(symbol, now) {
        const known = this.#known.get(symbol);
        if (!known) return; // nobody asks for it any more
        const { waitMs } = known;
        this.#known.set(symbol, { dueAt: now + waitMs, waitMs: Math.min(againMaxMs, waitMs * 2) });
    }
}
