// What the page asks the server about its list of symbols: the past hour of each, prices of an hour
// and a day ago, and how old the newest prices are. What is due goes into one request.

import { References, spans } from "./model/changes.js";
import { Samples } from "./model/samples.js";
import { samplePoints } from "./model/spark.js";

const askAgesAgainMs = 5_000;
const askAgesAgainMaxMs = 60_000;
const symbolsAtOnce = 64; // in one answer

export class Inquiries {
    references = new References();
    answeredAt = -Infinity; // when the last request was answered
    #api;
    #clock;
    #onEntry;
    #asked = null; // the request that is under way
    #agesDueAt = Infinity; // when ages are to be asked for
    #agesNotBefore = -Infinity;
    #agesAgainMs = askAgesAgainMs;
    #heldSince = new Map(); // by symbol: the time of the oldest tick; null if there is none
    #samples = new Samples();

    // `onEntry(entry, askedAt, answeredAt)` is called for each symbol of an answer.
    constructor(api, clock, onEntry) {
        this.#api = api;
        this.#clock = clock;
        this.#onEntry = onEntry;
    }

    get isAsking() {
        return this.#asked !== null;
    }

    // The time of the oldest tick that the server holds of a symbol; null if there is none,
    // undefined if that is not known.
    heldSince(symbol) {
        return this.#heldSince.get(symbol);
    }

    keepOnly(symbols) {
        this.#samples.keepOnly(symbols);
    }

    // The ages of the newest prices have to be asked for.
    wantAges() {
        this.#agesDueAt = Math.max(this.#clock.steady(), this.#agesNotBefore);
    }

    // Asks for all that is due. `streamed`: the symbols of the page, the one shown first;
    // `isPastDue`: whether past prices of that one are wanted.
    ask(streamed, isPastDue) {
        this.#asked ??= this.#ask(streamed().slice(0, symbolsAtOnce), isPastDue, streamed)
            .finally(() => (this.#asked = null));
        return this.#asked;
    }

    async #ask(symbols, isPastDue, streamed) {
        const now = this.#clock.steady();
        if (this.#api.waitMs > 0) return;
        const areAgesDue = this.#agesDueAt <= now;
        const young = this.#samples.take(symbols, now);
        const shown = isPastDue(now) ? [symbols[0]] : [];
        const wanted = areAgesDue ? symbols : [...new Set([...shown, ...young])];
        if (wanted.length === 0) return;
        for (const span of spans) this.references.note(symbols[0], span, now);
        if (areAgesDue) this.#agesDueAt = Infinity;
        const answer = await this.#api.watchlist(wanted, young.length > 0 ? samplePoints : 0);
        this.#agesAgainMs =
            answer ? askAgesAgainMs : Math.min(askAgesAgainMaxMs, this.#agesAgainMs * 2);
        this.#agesNotBefore =
            this.#clock.steady() + Math.max(this.#api.waitMs, this.#agesAgainMs);
        if (answer?.watchlist) this.#take(answer, streamed());
        else {
            this.#samples.fail(young, this.#clock.steady(), this.#api.waitMs || null);
            if (areAgesDue) this.wantAges();
        }
    }

    #take({ watchlist, askedAt, at }, streamed) {
        this.answeredAt = this.#clock.steady();
        this.#clock.note(at * 1000);
        for (const entry of watchlist) {
            if (!streamed.includes(entry.symbol)) continue; // it was removed meanwhile
            this.references.noteEntry(entry, this.answeredAt);
            this.#heldSince.set(entry.symbol, entry.held_since && entry.held_since * 1000);
            this.#onEntry(entry, askedAt, this.answeredAt);
        }
    }
}
