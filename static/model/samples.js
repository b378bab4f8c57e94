// Which symbols still need points of the past hour. Each is asked for once; without an answer,
// again after a wait that doubles.

const againFirstMs = 10_000;
const againMaxMs = 5 * 60_000;

export class Samples {
    #known = new Map(); // symbols that have been asked for, to { dueAt, waitMs }

    keepOnly(symbols) {
        for (const symbol of this.#known.keys())
            if (!symbols.includes(symbol)) this.#known.delete(symbol);
    }

    // Returns the symbols that are due. They are not due again, unless fail() is called for them.
    take(symbols, now) {
        const due = symbols.filter((symbol) => (this.#known.get(symbol)?.dueAt ?? now) <= now);
        for (const symbol of due) {
            const { waitMs = againFirstMs } = this.#known.get(symbol) ?? {};
            this.#known.set(symbol, { dueAt: Infinity, waitMs });
        }
        return due;
    }

    // `retryMs`: the wait that the server asked for, if it did.
    fail(symbols, now, retryMs = null) {
        for (const symbol of symbols) {
            const known = this.#known.get(symbol);
            if (!known) continue; // it was removed meanwhile
            const { waitMs } = known;
            const next = Math.min(againMaxMs, waitMs * 2);
            this.#known.set(symbol, { dueAt: now + (retryMs ?? waitMs), waitMs: next });
        }
    }
}
