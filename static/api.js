// Requests to the server. An answer is an object, or null if there was none: the page then goes on
// without it and asks again later. If the server says when it wants to be asked again, the page
// waits for that long. Addresses are relative to the page, which may be at a sub-path of a proxy.

const limitMs = 10_000; // how long a request may take
const waitMaxMs = 10 * 60_000; // the longest Retry-After that is believed

const refusedMs = 500; // the wait after a first refusal; doubled with each one that follows
const refusedMaxMs = 60_000;
const oftenMs = 5_000; // the wait after a 429 without a Retry-After

// How long a refusal makes the page wait, in milliseconds; null if it does not say. A Retry-After
// that is a date is ignored.
function waitOf({ headers, status }) {
    const seconds = Number(headers.get("retry-after") ?? NaN);
    if (seconds >= 0) return Math.min(waitMaxMs, Math.max(1, seconds) * 1000);
    return status === 429 ? oftenMs : null;
}

function pathOf(symbol) {
    return `api/prices/${encodeURIComponent(symbol.toLowerCase())}`;
}

export class Api {
    #clock;
    #limitMs;
    #refusedUntil = -Infinity; // by the steady clock
    #hasArchive = null; // not known yet
    #learning = null; // the question whose answer will tell
    #refusals = 0; // in a row, after which the wait is longer than the server says
    // How the last request ended: "" (answered), "often" (too many requests), "busy" (the server is
    // full), "error" (another status), "silent" (no answer at all); and its status, if it had one.
    outcome = "";
    status = 0;
    answeredAt = -Infinity; // when anything was answered, by the steady clock

    constructor(clock, limit = limitMs) {
        this.#clock = clock;
        this.#limitMs = limit;
    }

    // For how long the server must not be asked yet; 0 if it may be asked now.
    get waitMs() {
        return Math.max(0, this.#refusedUntil - this.#clock.steady());
    }

    prices() {
        return this.#ask("api/prices");
    }

    // For each symbol its newest price, its past, and `points` prices of the past hour.
    watchlist(symbols, points) {
        return this.#ask(`api/watchlist?points=${points}&symbols=${symbols}`);
    }

    feed(symbol) {
        return this.#ask(`api/feed?symbol=${encodeURIComponent(symbol)}`);
    }

    // Candles of the archive: { candles, gaps }, or { isAbsent: true } where there is no archive.
    // `question`: the parameters.
    candles(symbol, question) {
        return this.#askArchive(`${pathOf(symbol)}/candles?${new URLSearchParams(question)}`);
    }

    // The statistics of a range that begins at `since`, in Unix seconds; or as for candles.
    stats(symbol, since) {
        return this.#askArchive(`${pathOf(symbol)}/stats?since=${since}`);
    }

    // Whether there is an archive by now: a server that was started anew may have one. Null where
    // nothing answers.
    async hasArchive(symbol) {
        this.#hasArchive = null;
        const answer = await this.candles(symbol, { interval: "1m", limit: 1 });
        return answer && answer.isAbsent !== true;
    }

    // Whether there is an archive is learnt from the first answer about it, and then it is asked no
    // more if there is none.
    async #askArchive(path) {
        while (this.#learning) await this.#learning;
        if (this.#hasArchive === false) return { isAbsent: true };
        const asked = this.#ask(path, true);
        if (this.#hasArchive === null) this.#learning = asked;
        const answer = await asked;
        this.#learning = null;
        if (answer) this.#hasArchive = answer.isAbsent !== true;
        return answer;
    }

    // The time limit covers the whole answer, not only its head. An answer gets `askedAt`, the time
    // of the request by the steady clock.
    async #ask(path, mayBeAbsent = false) {
        if (this.waitMs > 0) return null;
        const askedAt = this.#clock.steady();
        try {
            const signal = AbortSignal.timeout(this.#limitMs);
            const headers = { accept: "application/json" };
            const response = await fetch(path, { headers, signal });
            const sentAt = Date.parse(response.headers.get("date") ?? "");
            this.answeredAt = this.#clock.steady();
            if (sentAt > 0) this.#clock.noteAnswer(sentAt, this.#clock.steady() - askedAt);
            if (response.status === 404 && mayBeAbsent) {
                this.outcome = "";
                const { type = "" } = await response.json();
                return type.endsWith("no-archive") ? { isAbsent: true } : null;
            }
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
