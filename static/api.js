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
        const path = `/api/prices/${symbol.toLowerCase()}/history?until=${Math.floor(ms)}&limit=1`;
        const answer = await this.#ask(path);
        if (!Array.isArray(answer?.ticks)) return undefined;
        const tick = answer.ticks.at(-1);
        return tick ? { at: Number.parseInt(tick.id, 10), price: tick.price } : null;
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
