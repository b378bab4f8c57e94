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

    // Those that are due. They are not due any more, unless fail() is called for them.
    take(symbols, now) {
        const due = symbols.filter((symbol) => (this.#known.get(symbol)?.dueAt ?? now) <= now);
        for (const symbol of due) {
            const { waitMs = againFirstMs } = this.#known.get(symbol) ?? {};
            this.#known.set(symbol, { dueAt: Infinity, waitMs });
        }
        return due;
    }

    // `retryMs`: when the server wants to be asked again, where it has said so.
    fail(symbols, now, retryMs = null) {
        for (const symbol of symbols) {
            const known = this.#known.get(symbol);
            if (!known) continue; // nobody asks for it any more
            const { waitMs } = known;
            const next = Math.min(againMaxMs, waitMs * 2);
            this.#known.set(symbol, { dueAt: now + (retryMs ?? waitMs), waitMs: next });
        }
    }
}
