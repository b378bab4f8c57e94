// Questions to the server. An answer is an object, or null where there is none to be had: whoever
// asks goes on without, and asks again later.

const limitMs = 10_000; // longer than that a question is not waited for
const quickMs = 2_000; // nor one that the page cannot go on without

export class Api {
    #clock;
    #limitMs;

    constructor(clock, limit = limitMs) {
        this.#clock = clock;
        this.#limitMs = limit;
    }

    prices() {
        return this.#ask("/api/prices");
    }

    price(symbol) {
        return this.#ask(`/api/prices/${symbol.toLowerCase()}`);
    }

    feed(symbol) {
        return this.#ask(`/api/feed?symbol=${encodeURIComponent(symbol)}`);
    }

    // The last tick at or before a time: { at, price }, null where none is held, undefined where
    // there was no answer.
    async priceAt(symbol, ms) {
        const ticks = await this.#history(symbol, `until=${Math.floor(ms)}&limit=1`);
        return ticks && (ticks.at(-1) ?? null);
    }

    // The oldest tick held, in the same way.
    async firstTick(symbol) {
        const ticks = await this.#history(symbol, "since=0&limit=1", quickMs);
        return ticks && (ticks[0] ?? null);
    }

    // The newest ticks, oldest first; undefined where there was no answer.
    newestTicks(symbol, count) {
        return this.#history(symbol, `limit=${count}`);
    }

    async #history(symbol, query, limit) {
        const path = `/api/prices/${symbol.toLowerCase()}/history?${query}`;
        const answer = await this.#ask(path, limit);
        return answer?.ticks?.map(({ id, price }) => ({ at: Number.parseInt(id, 10), price }));
    }

    // The limit holds for the whole answer, not only for its begin.
    async #ask(path, limit = this.#limitMs) {
        try {
            const signal = AbortSignal.timeout(Math.min(limit, this.#limitMs));
            const headers = { accept: "application/json" };
            const response = await fetch(path, { headers, signal });
            const sentAt = Date.parse(response.headers.get("date") ?? "");
            if (sentAt > 0) this.#clock.note(sentAt);
            return response.ok ? await response.json() : null;
        } catch {
            return null;
        }
    }
}
