// What a tab asks the server for, and when: as it is opened, when a topic of the event stream says
// that there is something else, and again after a failure, with growing pauses. Where the topic does
// not come, it asks every so often, while it is open and in sight.

import { KeptAnswer } from "./kept_answer.js";
import { overlapMs } from "./topics.js";

const limitMs = 15_000; // for one answer
const againMs = 5_000; // after a failure; doubled with each one that follows
const againMaxMs = 60_000;
const unpushedMs = 5_000; // after the topic has ceased, until the first request instead
const earlyMax = 200; // changes that are kept until an answer comes
export const spreadMs = 3_000; // so that not all pages ask at the moment of a change

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

    // Asks in that time, or before.
    soon(ms) {
        this.#dueAt = Math.min(this.#dueAt, performance.now() + ms);
    }

    // Asks no more by itself, but for what has failed.
    rest() {
        if (!this.trouble) this.#dueAt = Infinity;
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

// Whether a topic brings what a tab shows, and what that means for its requests.
export class Pushes {
    #topics = null;
    #topic = "";
    #turns;
    #wasPushed = false;
    #isOwed = false; // changes begin to come, and those before are to be asked for
    #since = performance.now(); // that it is as it is

    constructor(turns) {
        this.#turns = turns;
    }

    // `take(state)` is called with each change; `askedAt()`: when the last whole answer came.
    begin(topics, topic, take, askedAt) {
        this.#topics = topics;
        this.#topic = topic;
        topics.addEventListener(topic, ({ detail }) => take(detail));
        topics.addEventListener("followed", ({ detail }) => {
            const isKnown = performance.now() - askedAt() < overlapMs;
            if (!detail.topics.includes(topic) || isKnown) return;
            this.#isOwed = true;
            this.#turns.soon(0);
        });
    }

    get isPushed() {
        return this.#topics?.isFollowed(this.#topic) ?? false;
    }

    // Whether the page has to ask again and again, which is said after a moment.
    get isAskedFor() {
        return !this.isPushed && performance.now() - this.#since > unpushedMs;
    }

    open() {
        this.#since = performance.now();
        this.#topics?.follow(this.#topic);
    }

    close() {
        this.#topics?.leave(this.#topic);
        this.#wasPushed = false;
    }

    // Until the next request after an answer that came now. `everyMs`: if nothing is pushed.
    pauseMs(everyMs) {
        this.#notice();
        return this.#wasPushed ? Infinity : everyMs;
    }

    // Called once a second. `hasAnswer`: there is one to which changes can be applied; `dueMs`: until
    // the next request, if nothing were pushed.
    lookAround(hasAnswer, dueMs) {
        if (this.#notice()) {
            if (!this.#wasPushed) this.#turns.soon(Math.max(unpushedMs, dueMs));
            else if (hasAnswer && !this.#isOwed) this.#turns.rest();
        }
        this.#isOwed = false;
    }

    // Whether it has changed.
    #notice() {
        const { isPushed } = this;
        if (isPushed === this.#wasPushed) return false;
        this.#since = performance.now();
        this.#wasPushed = isPushed;
        return true;
    }
}

// One question that is asked again. Dispatches "change" with each answer, change and failure, and
// every second besides, for what is said of ages.
export class Repeated extends EventTarget {
    answer = null;
    path = ""; // that the answer is of
    answeredAt = -Infinity;
    #wanted;
    #clock = { at: 0, since: 0 }; // the server's, and when that was by the steady clock
    #heardAt = -Infinity; // when the answer was last known to be the newest
    #turns = new Turns();
    #pushes = new Pushes(this.#turns);
    #askedAt = -Infinity; // when the last answer came that was asked for
    #early = []; // changes that came while one was asked for
    #merged = null;
    #everyMs;
    #isAsking = false;
    #timer = 0;
    #kept = new KeptAnswer();
    #isOfBefore = false; // the answer is one that was kept, and nothing was heard since

    // `everyMs(answer)`: when to ask again after an answer, where nothing is pushed.
    constructor(path, everyMs) {
        super();
        this.#wanted = path;
        this.#everyMs = everyMs;
    }

    // Follows a topic. `merged(answer, state, sinceMs)` returns the answer with a change applied, or
    // { askInMs } besides or instead, where it has to be asked for.
    follow(topics, topic, merged) {
        this.#merged = merged;
        this.#pushes.begin(topics, topic, (state) => {
            if (!this.#timer) return;
            // The answer that is on its way may be older.
            if (this.#isAsking && this.#early.length < earlyMax) this.#early.push(state);
            if (this.answer && !this.isBehind) this.#merge(state);
            this.#tell();
        }, () => (this.#isAsking ? performance.now() : this.#askedAt));
    }

    #merge(state) {
        const { answer, askInMs } = this.#merged(this.answer, state, this.sinceMs);
        if (answer) this.#take(this.path, answer, this.now, 0);
        if (askInMs !== undefined) this.#turns.soon(askInMs + Math.random() * spreadMs);
    }

    get isPushed() {
        return this.#pushes.isPushed;
    }

    get isAskedFor() {
        return this.#pushes.isAskedFor;
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

    // Since the last answer, or the last change of it.
    get sinceMs() {
        return performance.now() - this.answeredAt;
    }

    // Since an answer last came that was asked for.
    get askedMs() {
        return performance.now() - this.#askedAt;
    }

    // Since the answer was last known to be what the server says.
    get unheardMs() {
        return performance.now() - Math.max(this.#heardAt, this.answeredAt);
    }

    // The time now by the server's clock.
    get now() {
        return this.#clock.at + performance.now() - this.#clock.since;
    }

    open() {
        if (this.#timer) return;
        this.#timer = setInterval(() => this.#lookAround(), 1_000);
        this.#pushes.open();
        this.#lookAround();
    }

    close() {
        if (this.#timer) this.#pushes.close();
        clearInterval(this.#timer);
        this.#timer = 0;
        this.#keep(true);
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
        const dueMs = this.answer ? this.#everyMs(this.answer) - this.askedMs : 0;
        this.#pushes.lookAround(this.answer !== null && !this.isBehind, dueMs);
        if (this.isPushed && this.answer && !this.trouble) this.#heardAt = performance.now();
        if (this.#timer && this.#turns.isDue && !this.#isAsking) this.#ask();
        this.#keep(document.visibilityState === "hidden");
        this.#tell();
    }

    #keep(isLast) {
        this.#kept.keep(() => ({
            path: this.path, answer: this.answer, sentAt: this.#clock.at, ageMs: this.sinceMs,
        }), isLast);
    }

    async #ask() {
        this.#isAsking = true;
        this.#early = [];
        const path = this.#wanted;
        const { answer, sentAt, trouble, waitMs, kept } = await requestJson(path);
        this.#isAsking = false;
        if (path !== this.#wanted) return this.hurry(); // something else is wanted meanwhile
        if (trouble) {
            if (kept && (!this.answer || this.isBehind)) {
                this.#take(path, kept.answer, kept.sentAt, kept.keptMs);
                this.#kept.forget();
                this.#isOfBefore = true;
            }
            this.#turns.fail({ ...trouble, isOfBefore: this.#isOfBefore }, waitMs);
        } else {
            this.#askedAt = performance.now();
            this.#take(path, answer, sentAt, 0);
            this.#isOfBefore = false;
            this.#turns.succeed(this.#pushes.pauseMs(this.#everyMs(answer)));
            for (const state of this.#early) this.#merge(state);
        }
        this.#tell();
    }

    #take(path, answer, sentAt, agoMs) {
        this.answer = answer;
        this.path = path;
        this.answeredAt = performance.now() - agoMs;
        this.#clock = { at: sentAt, since: this.answeredAt };
        this.#kept.note();
    }

    #tell() {
        this.dispatchEvent(new CustomEvent("change"));
    }
}
