// Questions to the server. An answer is an object, or null where there is none to be had: whoever
// asks goes on without, and asks again later.

export class Api {
    #clock;

    constructor(clock) {
        this.#clock = clock;
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

    // The newest ticks, oldest first; none where there was no answer.
    async newestTicks(symbol, count) {
        return (await this.#history(symbol, `limit=${count}`)) ?? [];
    }

    async #history(symbol, query) {
        const answer = await this.#ask(`/api/prices/${symbol.toLowerCase()}/history?${query}`);
        return answer?.ticks?.map(({ id, price }) => ({ at: Number.parseInt(id, 10), price }));
    }

    async #ask(path) {
        try {
            const response = await fetch(path, { headers: { accept: "application/json" } });
            const sentAt = Date.parse(response.headers.get("date") ?? "");
            if (sentAt > 0) this.#clock.note(sentAt);
            return response.ok ? await response.json() : null;
        } catch {
            return null;
        }
    }
}
