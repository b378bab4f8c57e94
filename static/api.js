// Questions to the server. An answer is an object, or null where there is none to be had: whoever
// asks goes on without, and asks again later. Where the server says when it wants to be asked again,
// it is not asked before.

const limitMs = 10_000; // longer than that a question is not waited for
const waitMaxMs = 10 * 60_000; // nor a wait kept that somebody between us has made up

const refusedMs = 500; // doubled with each refusal
const refusedMaxMs = 60_000;
const oftenMs = 5_000; // who is told nothing but that it asks too often waits so long

// How long a refusal has us wait, in milliseconds; null where it says nothing of it. Retry-After is
// read where it is in seconds.
function waitOf({ headers, status }) {
    const seconds = Number(headers.get("retry-after") ?? NaN);
    if (seconds >= 0) return Math.min(waitMaxMs, Math.max(1, seconds) * 1000);
    return status === 429 ? oftenMs : null;
}

export class Api {
    #clock;
    #limitMs;
    #refusedUntil = -Infinity; // by the steady clock
    #refusals = 0; // in a row, after which the wait is longer than the server says
    // How the last question ended: "" (answered), "often" (asked too often), "busy" (no room now),
    // "error" (another status), "silent" (no answer at all); and the status, where there was one.
    outcome = "";
    status = 0;
    answeredAt = -Infinity; // when anything was answered, by the steady clock

    constructor(clock, limit = limitMs) {
        this.#clock = clock;
        this.#limitMs = limit;
    }

    // For how long the server does not want to be asked; 0 where it may be.
    get waitMs() {
        return Math.max(0, this.#refusedUntil - this.#clock.steady());
    }

    prices() {
        return this.#ask("/api/prices");
    }

    // Of each symbol its newest price, its past, and `points` prices of the past hour.
    watchlist(symbols, points) {
        return this.#ask(`/api/watchlist?points=${points}&symbols=${symbols}`);
    }

    feed(symbol) {
        return this.#ask(`/api/feed?symbol=${encodeURIComponent(symbol)}`);
    }

    // The limit holds for the whole answer, not only for its begin. An answer has `askedAt`, by the
    // steady clock.
    async #ask(path) {
        if (this.waitMs > 0) return null;
        const askedAt = this.#clock.steady();
        try {
            const signal = AbortSignal.timeout(this.#limitMs);
            const headers = { accept: "application/json" };
            const response = await fetch(path, { headers, signal });
            const sentAt = Date.parse(response.headers.get("date") ?? "");
            this.answeredAt = this.#clock.steady();
            if (sentAt > 0) this.#clock.noteAnswer(sentAt, this.#clock.steady() - askedAt);
            if (!response.ok) return this.#refused(response);
            const answer = await response.json();
            this.#refusals = 0;
            this.outcome = "";
            return { ...answer, askedAt };
        } catch {
            this.outcome = "silent";
            return null;
        }
    }

    #refused(response) {
        const waitMs = waitOf(response);
        this.status = response.status;
        this.outcome = response.status === 429 ? "often" : waitMs === null ? "error" : "busy";
        if (waitMs === null) return null;
        const growingMs = Math.min(refusedMaxMs, refusedMs * 2 ** this.#refusals);
        this.#refusals += 1;
        this.#refusedUntil = this.#clock.steady() + Math.max(waitMs, growingMs);
        return null;
    }
}
