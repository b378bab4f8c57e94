// The state of the feed of the symbol shown, asked for again every few seconds.

const everyMs = 5_000;
const everySilentMs = 30_000; // if there are no providers

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

    // Asks if that is due; resolves with whether there is an answer.
    async ask() {
        const now = this.#steady();
        const hasProviders = !this.state || this.state.providers?.length > 0;
        if (now - this.#askedAt < (hasProviders ? everyMs : everySilentMs)) return false;
        const symbol = this.#symbol;
        this.#askedAt = now;
        const state = await this.#api.feed(symbol);
        if (state && symbol === this.#symbol) this.state = state;
        return true;
    }
}
