// The state of the feed of the symbol shown, asked for again every few seconds.

const everyMs = 5_000;
const quietMs = 8_000;
const everySeldomMs = 30_000; // if there are no providers, as long as prices come

export class FeedWatch {
    #api;
    #steady;
    #askedAt = -Infinity;
    #symbol = "";
    state = null; // the last answer of /api/feed for this symbol

    constructor(api, steady) {
        this.#api = api;
        this.#steady = steady;
    }

    begin(symbol) {
        this.#symbol = symbol;
        this.state = null;
        this.hurry();
    }

    hurry() {
        this.#askedAt = -Infinity;
    }

    // Asks if that is due; resolves with whether there is an answer. `ageMs`: that of the
    // newest price, or null.
    async ask(ageMs) {
        const now = this.#steady();
        const isSeldom = this.state?.providers?.length === 0 && (ageMs ?? 0) < quietMs;
        if (now - this.#askedAt < (isSeldom ? everySeldomMs : everyMs)) return false;
        const symbol = this.#symbol;
        this.#askedAt = now;
        const state = await this.#api.feed(symbol);
        if (state && symbol === this.#symbol) this.state = state;
        return true;
    }
}

// Why there is no price now, in the feed's words, or null.
export function problemOf(feed, symbol) {
    return feed?.symbols?.find((entry) => entry.symbol === symbol)?.problem ?? null;
}
