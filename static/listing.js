// The symbols of the server: asked for until there is a first answer, and again while the server
// cannot be reached or refuses, because after a restart it may have others.

const askAgainMs = 3_000;
const relistFirstMs = 4_000; // without a connection
const relistMaxMs = 60_000;

export class Listing {
    #api;
    #clock;
    #dueAt = Infinity;
    #againMs = relistFirstMs;

    constructor(api, clock) {
        this.#api = api;
        this.#clock = clock;
    }

    // Resolves with the first answer that has symbols. `onWait(until)` is called before each wait,
    // with its end by the wall clock.
    async first(onWait) {
        for (let againMs = askAgainMs; ; againMs = Math.min(relistMaxMs, againMs * 2)) {
            const answer = await this.#api.prices();
            if (answer?.prices?.length) return answer;
            const waitMs = this.#api.waitMs || againMs * (0.5 + Math.random());
            onWait(Date.now() + waitMs);
            await new Promise((resume) => setTimeout(resume, waitMs));
        }
    }

    noteOpen() {
        this.#dueAt = Infinity;
        this.#againMs = relistFirstMs;
    }

    noteClosed() {
        this.#dueAt = this.#clock.steady() + relistFirstMs;
    }

    hurry() {
        this.#dueAt = this.#clock.steady();
    }

    // Called once a second without a connection. Resolves with the symbols if it has asked and
    // they are others than `held`, otherwise with null.
    async again(held) {
        const now = this.#clock.steady();
        if (now < this.#dueAt) return null;
        this.#againMs = Math.min(relistMaxMs, this.#againMs * 2);
        this.#dueAt = now + this.#againMs;
        const symbols = (await this.#api.prices())?.prices?.map(({ symbol }) => symbol);
        return symbols?.length && symbols.join() !== held.join() ? symbols : null;
    }
}
