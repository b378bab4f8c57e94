// What a tab asks the server for, and how often: while it is open and in sight, and again after a
// failure, with growing pauses.

const limitMs = 15_000; // for one answer
const againMs = 5_000; // after a failure; doubled with each one that follows
const againMaxMs = 60_000;

// { answer, sentAt }, by the server's clock in milliseconds; or { trouble: { kind, status }, waitMs },
// with the last answer, { answer, sentAt, keptMs }, as `kept` where service_worker.js has one.
// The kinds: off (the server has none of it), early (not yet), often, busy, error, silent.
export async function requestJson(path) {
    try {
        const signal = AbortSignal.timeout(limitMs);
        const response = await fetch(path, { headers: { accept: "application/json" }, signal });
        if (!response.ok) return await refusalOf(response);
        const sentAt = Date.parse(response.headers.get("date") ?? "") || Date.now();
        const keptAt = Number(response.headers.get("tickertape-kept-at"));
        const answer = await response.json();
        if (!keptAt) return { answer, sentAt };
        const keptMs = Math.max(0, Date.now() - keptAt);
        return { trouble: { kind: "silent" }, waitMs: 0, kept: { answer, sentAt, keptMs } };
    } catch {
        return { trouble: { kind: "silent" }, waitMs: 0 };
    }
}

async function refusalOf(response) {
    const { status, headers } = response;
    const { type = "" } = await response.json().catch(() => ({}));
    const kind = status === 404 && /:no-[a-z]+$/.test(type) ? "off"
        : /:no-[a-z]+-yet$/.test(type) ? "early"
        : status === 429 ? "often" : status === 503 ? "busy" : "error";
    return { trouble: { kind, status }, waitMs: Number(headers.get("retry-after")) * 1000 };
}

// When to ask next.
export class Turns {
    trouble = null; // how the last request failed
    #dueAt = 0;
    #failures = 0;

    get isDue() {
        return performance.now() >= this.#dueAt && document.visibilityState === "visible";
    }

    // Until the next request; Infinity: there is none.
    get waitMs() {
        return this.#dueAt - performance.now();
    }

    hurry() {
        this.#dueAt = 0;
    }

    succeed(everyMs) {
        this.trouble = null;
        this.#failures = 0;
        this.#dueAt = performance.now() + everyMs;
    }

    fail(trouble, waitMs) {
        this.trouble = trouble;
        const growingMs = Math.min(againMaxMs, againMs * 2 ** this.#failures);
        this.#failures += 1;
        const isOver = trouble.kind === "off";
        this.#dueAt = performance.now() + (isOver ? Infinity : waitMs || growingMs);
    }
}

// One question that is repeated. Dispatches "change" with each answer and each failure, and every
// second besides, for what is said of ages.
export class Repeated extends EventTarget {
    answer = null;
    path = ""; // that the answer is of
    answeredAt = -Infinity;
    #wanted;
    #sentAt = 0;
    #turns = new Turns();
    #everyMs;
    #isAsking = false;
    #timer = 0;

    // `everyMs(answer)`: when to ask again after an answer.
    constructor(path, everyMs) {
        super();
        this.#wanted = path;
        this.#everyMs = everyMs;
    }

    get trouble() {
        return this.#turns.trouble;
    }

    get retryMs() {
        return this.#turns.waitMs;
    }

    // Whether something else is wanted than what was answered.
    get isBehind() {
        return this.path !== this.#wanted;
    }

    // Since the last answer.
    get sinceMs() {
        return performance.now() - this.answeredAt;
    }

    // The time now by the server's clock.
    get now() {
        return this.#sentAt + this.sinceMs;
    }

    open() {
        if (this.#timer) return;
        this.#timer = setInterval(() => this.#lookAround(), 1_000);
        this.#lookAround();
    }

    close() {
        clearInterval(this.#timer);
        this.#timer = 0;
    }

    hurry() {
        this.#turns.hurry();
        this.#lookAround();
    }

    // Asks for something else from now on. What was answered stays until there is an answer to it.
    want(path) {
        if (path === this.#wanted) return;
        this.#wanted = path;
        this.hurry();
    }

    #lookAround() {
        if (this.#timer && this.#turns.isDue && !this.#isAsking) this.#ask();
        this.#tell();
    }

    async #ask() {
        this.#isAsking = true;
        const path = this.#wanted;
        const { answer, sentAt, trouble, waitMs, kept } = await requestJson(path);
        this.#isAsking = false;
        if (path !== this.#wanted) return this.hurry(); // something else is wanted meanwhile
        if (trouble) {
            this.#turns.fail(trouble, waitMs);
            if (kept && !this.answer) this.#take(path, kept.answer, kept.sentAt, kept.keptMs);
        } else {
            this.#take(path, answer, sentAt, 0);
            this.#turns.succeed(this.#everyMs(answer));
        }
        this.#tell();
    }

    #take(path, answer, sentAt, agoMs) {
        this.answer = answer;
        this.path = path;
        this.answeredAt = performance.now() - agoMs;
        this.#sentAt = sentAt;
    }

    #tell() {
        this.dispatchEvent(new CustomEvent("change"));
    }
}
