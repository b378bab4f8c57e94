// The statistics of the range shown, from the archive: asked for when the range or the symbol
// changes, and about once a minute.

import { rangeOf } from "./model/ranges.js";

const everyMs = 60_000;
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
    #askedAt = new Map(); // by that key
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
    }

    // { figures, ageMs }: the answer of the server, and how old it is; null if there is none (yet).
    // `isAbsent`: the server has no archive.
    get shown() {
        const answer = this.#answers.get(this.#key);
        const ageMs = answer ? this.#steady() - answer.at : null;
        return { figures: answer?.figures ?? null, ageMs, isAbsent: this.hasArchive === false };
    }

    // Called once a second.
    async lookAround(now) {
        const key = this.#key;
        const askedAt = this.#askedAt.get(key) ?? -Infinity;
        const isHidden = document.visibilityState !== "visible";
        if (!this.#range || this.hasArchive === false || isHidden) return;
        if (this.#steady() - askedAt < everyMs || this.#steady() < this.#notBefore) return;
        this.#askedAt.set(key, this.#steady());
        const since = this.#range.ms === null ? 0 : Math.floor((now - this.#range.ms) / 1000);
        const figures = await this.#api.stats(this.#symbol, since);
        if (figures?.isAbsent) this.hasArchive = false;
        else if (figures) this.#keep(key, figures);
        this.#onChange();
    }

    #keep(key, figures) {
        this.#answers.delete(key);
        this.#answers.set(key, { figures, at: this.#steady() });
        if (this.#answers.size > 32) this.#answers.delete(this.#answers.keys().next().value);
    }
}
