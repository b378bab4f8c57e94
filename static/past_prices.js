// Prices of an hour and a day ago from the archive, where memory does not reach that far back.

import { askPastAgainMs, spans } from "./model/changes.js";

const minuteMs = 60_000;

export class PastPrices {
    #api;
    #steady;
    #known = new Map(); // "BTC-USD 1h" to { reference, askedAt }
    #isAsking = false;

    constructor(api, steady) {
        this.#api = api;
        this.#steady = steady;
    }

    // { price, at }; { isHidden: true } where prices are missing there; null if there is none;
    // undefined if that is not known.
    of(symbol, span) {
        return this.#known.get(`${symbol} ${span.key}`)?.reference;
    }

    // Asks for one that is wanted, each at most once a minute. `isWanted(span)`; `now`: the
    // server's time.
    async ask(symbol, isWanted, now) {
        if (this.#isAsking) return;
        const due = spans.find((span) => isWanted(span) && this.#isDue(symbol, span));
        if (!due) return;
        this.#isAsking = true;
        await this.#askOne(symbol, due, now - due.ms);
        this.#isAsking = false;
    }

    #isDue(symbol, span) {
        const known = this.#known.get(`${symbol} ${span.key}`);
        return !known || this.#steady() - known.askedAt >= askPastAgainMs;
    }

    // The last candle that is over by then: all its ticks were before that time.
    async #askOne(symbol, span, ms) {
        const key = `${symbol} ${span.key}`;
        const before = this.#known.get(key)?.reference;
        this.#known.set(key, { reference: before, askedAt: this.#steady() });
        const until = Math.floor(ms / minuteMs) * minuteMs;
        const question = { interval: "1m", until: until / 1000, limit: 1 };
        const answer = await this.#api.candles(symbol, question);
        if (!answer) return;
        this.#known.set(key, { reference: pastOf(answer, until), askedAt: this.#steady() });
    }
}

// The price that an answer has for a time.
export function pastOf({ isAbsent, candles = [], gaps = [] }, untilMs) {
    if (isAbsent) return null;
    const last = candles.at(-1);
    const at = last ? last.time * 1000 + minuteMs : -Infinity;
    const msOf = (id) => Number.parseInt(id, 10);
    // What is missing since the beginning of time is no hole: the archive is younger.
    const hides = ({ from, to }) => msOf(from) > 0 && msOf(to) > at && msOf(from) < untilMs;
    const isHidden = last?.gap || gaps.some(hides);
    if (isHidden) return { isHidden: true };
    return last ? { price: last.close, at: Math.min(at, untilMs) } : null;
}
