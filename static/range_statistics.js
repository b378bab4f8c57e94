// The statistics of the range shown, from the archive: asked for when the range or the symbol
// changes, and again and again, the more often the shorter the range is.

import { rangeOf } from "./model/ranges.js";

const everyMinMs = 10_000;
const everyMaxMs = 60_000;
const share = 1 / 120; // of the range, after which they are asked for again
const againFirstMs = 2_000; // where there was no answer
const settleMs = 300; // a range that is passed over is not asked about

export class RangeStatistics {
    #api;
    #steady;
    #onChange;
    #key = ""; // of the symbol and range shown
    #answers = new Map(); // by that key: { figures, at }
    #range = null;
    #notBefore = Infinity;
    #symbol = "";
    #dueAt = -Infinity; // of that key; no earlier than #notBefore
    #againMs = againFirstMs;
    #isAsking = false;
    hasArchive = null;

    constructor(api, steady, onChange) {
        this.#api = api;
        this.#steady = steady;
        this.#onChange = onChange;
    }

    show(symbol, rangeKey) {
        const key = `${symbol} ${rangeKey}`;
        if (key === this.#key) return;
        this.#key = key;
        this.#symbol = symbol;
        this.#range = rangeOf(rangeKey);
        this.#notBefore = this.#steady() + settleMs;
        this.#againMs = againFirstMs;
        const at = this.#answers.get(key)?.at;
        this.#dueAt = at === undefined ? -Infinity : at + this.#everyMs;
    }

    get #everyMs() {
        return Math.min(everyMaxMs, Math.max(everyMinMs, (this.#range?.ms ?? Infinity) * share));
    }

    // { figures, isOld }: the answer of the server, null if there is none (yet), and whether it
    // should have been renewed. `isAbsent`: the server has no archive.
    get shown() {
        const answer = this.#answers.get(this.#key);
        const isOld = answer !== undefined && this.#steady() - answer.at > 1.5 * this.#everyMs;
        return { figures: answer?.figures ?? null, isOld, isAbsent: this.hasArchive === false };
    }

    // Something is missing, or there is another connection: what is known may be wrong.
    doubt() {
        this.#dueAt = Math.min(this.#dueAt, this.#steady() + againFirstMs);
    }

    // Called once a second.
    async lookAround(now) {
        const key = this.#key;
        const isHidden = document.visibilityState !== "visible";
        if (!this.#range || this.hasArchive === false || isHidden || this.#isAsking) return;
        if (this.#steady() < Math.max(this.#dueAt, this.#notBefore)) return;
        this.#isAsking = true;
        this.#dueAt = this.#steady() + this.#everyMs;
        const since = this.#range.ms === null ? 0 : Math.floor((now - this.#range.ms) / 1000);
        const figures = await this.#api.stats(this.#symbol, since);
        this.#isAsking = false;
        if (figures?.isAbsent) this.hasArchive = false;
        else if (figures) this.#keep(key, figures);
        if (key === this.#key) this.#settle(figures !== null);
        this.#onChange();
    }

    // Without an answer it is soon tried again, each time later.
    #settle(isAnswered) {
        if (!isAnswered) this.#dueAt = this.#steady() + this.#againMs;
        this.#againMs = isAnswered ? againFirstMs : Math.min(everyMaxMs, this.#againMs * 2);
    }

    #keep(key, figures) {
        this.#answers.delete(key);
        this.#answers.set(key, { figures, at: this.#steady() });
        if (this.#answers.size > 32) this.#answers.delete(this.#answers.keys().next().value);
    }
}
