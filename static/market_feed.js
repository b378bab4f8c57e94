// The facts of the market's tab: the table, which follows the topic "market" while the tab is in
// sight, and the prices that the server streams itself, on the event stream that all tabs of the
// browser share. Dispatches "table" when there is another table, "price" with a symbol, and "change"
// for all else.
//
// The whole table has up to half a megabyte. It is asked for as the tab is opened, and when a change
// lacks something: another source, a coin that was not there, another currency than dollars, and the
// shapes of the week when they are old. Where the topic does not come, a request for one row asks
// every half minute how old the table is, and the whole is asked for only if there is a newer one.
//
// Where there is no rate of the currency that is chosen, the table is that in dollars, and says so.

import { KeptAnswer } from "./kept_answer.js";
import { changed } from "./model/market_changes.js";
import { OwnStream } from "./own_stream.js";
import { Pushes, requestJson, spreadMs, Turns } from "./tab_requests.js";

const probeMs = 30_000;
// After a pause the server answers with its old table and asks for a new one, which comes soon.
const staleProbeMs = 10_000;
const wholePath = "api/cryptos?limit=250";
const probePath = "api/cryptos?limit=1";
const shapesMs = 1_800_000; // shapes of the week are of hours
const earlyMax = 200; // changes that are kept until a table comes

const pathIn = (path, currency) => (currency === "usd" ? path : `${path}&currency=${currency}`);

// Whether the row that was asked for is of another table.
function isNewer(answer, table) {
    return answer.source !== table.source || answer.updated_at !== table.updated_at ||
        answer.total !== table.total || answer.currency !== table.currency ||
        answer.rate?.value !== table.rate?.value;
}

export class MarketFeed extends EventTarget {
    table = null;
    currency = "usd"; // that is asked for
    wholeAt = -Infinity; // when the whole came
    #heardAt = -Infinity; // when this table was last known to be the newest
    #age = { ms: 0, at: -Infinity }; // of the newest row, and when it was that
    #turns = new Turns();
    #pushes = new Pushes(this.#turns);
    #isWholeWanted = false;
    #early = []; // changes that came while the whole was asked for
    #askedAt = -Infinity;
    #isAsking = false;
    #stream = new OwnStream();
    #timer = 0;
    #kept = new KeptAnswer();
    #isOfBefore = false; // the table is one that was kept, and nothing was heard since

    constructor() {
        super();
        this.#stream.addEventListener("price", ({ detail }) => this.#tell("price", detail));
    }

    // Follows the topic.
    follow(topics) {
        this.#pushes.begin(topics, "market", (state) => this.#change(state),
            () => (this.#isAsking ? performance.now() : this.#askedAt));
    }

    // Whether the page has to ask again and again.
    get isAskedFor() {
        return this.#pushes.isAskedFor;
    }

    // Since this table was last known to be the newest.
    get sinceMs() {
        return performance.now() - this.#heardAt;
    }

    // The prices that are the server's own.
    get own() {
        return this.#stream.own;
    }

    get ageMs() {
        return this.#age.ms + performance.now() - this.#age.at;
    }

    // How the last request failed, or null.
    get trouble() {
        return this.#turns.trouble;
    }

    get retryMs() {
        return this.#turns.waitMs;
    }

    // Begins and ends with the tab.
    open() {
        if (this.#timer) return;
        this.#timer = setInterval(() => this.#lookAround(), 1_000);
        this.#pushes.open();
        this.#lookAround();
        this.#stream.open();
    }

    close() {
        if (this.#timer) this.#pushes.close();
        clearInterval(this.#timer);
        this.#timer = 0;
        this.#keep(true);
        this.#stream.close();
    }

    // Asks for the table in that currency from now on.
    want(currency) {
        if (currency === this.currency) return;
        this.currency = currency;
        this.hurry();
    }

    hurry() {
        this.#turns.hurry();
        this.#lookAround();
    }

    #lookAround() {
        this.#stream.checkPulse();
        this.#pushes.lookAround(this.table !== null, probeMs - (performance.now() - this.#askedAt));
        if (this.#pushes.isPushed && this.table && !this.trouble) this.#heardAt = performance.now();
        if (this.#turns.isDue && !this.#isAsking) this.#ask();
        this.#keep(document.visibilityState === "hidden");
        this.#tell("change");
    }

    #keep(isLast) {
        this.#kept.keep(() => ({
            path: pathIn(wholePath, this.table.currency), sentAt: Date.now(), ageMs: 0,
            answer: { ...this.table, age_seconds: this.ageMs / 1000 },
        }), isLast);
    }

    // A change of the topic. It is in dollars.
    #change(state) {
        if (!this.#timer) return;
        if (this.#isAsking && this.#early.length < earlyMax) this.#early.push(state);
        if (!this.table) return;
        const isOurs = this.table.currency === state.currency && this.currency === state.currency;
        const { table, isLacking } = isOurs ? changed(this.table, state) : { isLacking: true };
        const isOld = performance.now() - this.wholeAt > shapesMs;
        if (isLacking || isOld) {
            this.#isWholeWanted = true;
            this.#turns.soon(Math.random() * spreadMs);
        }
        if (!table) return;
        const newerMs = (state.updated_at - this.table.updated_at) * 1000;
        this.#age = { ms: Math.max(0, this.ageMs - newerMs), at: performance.now() };
        this.#heardAt = performance.now();
        const isMore = state.coins.length > 0 || table.total !== this.table.total;
        this.table = table;
        this.#kept.note();
        if (isMore) this.#takeRows();
        this.#tell("change");
    }

    async #ask() {
        this.#isAsking = true;
        this.#early = [];
        const { currency } = this;
        const isKnown = this.table?.currency === currency && !this.#isWholeWanted;
        let answer = await this.#fetch(isKnown ? probePath : wholePath);
        const isOther = answer && isKnown && isNewer(answer, this.table);
        if (isOther) answer = await this.#fetch(wholePath);
        this.#isAsking = false;
        if (currency !== this.currency) return this.hurry(); // another one is wanted meanwhile
        if (answer) {
            this.#askedAt = performance.now();
            this.#take(answer, isOther || !isKnown);
            for (const state of this.#early) this.#change(state);
        }
        this.#tell("change");
    }

    #take(answer, isWhole, agoMs = 0) {
        const now = performance.now() - agoMs;
        this.#heardAt = now;
        this.#age = { ms: answer.age_seconds * 1000, at: now };
        const againMs = answer.stale ? staleProbeMs : probeMs;
        this.#turns.succeed(this.#pushes.isPushed ? Infinity : againMs);
        if (!isWhole) {
            this.table = { ...this.table, stale: answer.stale, market: answer.market };
            return;
        }
        this.table = answer;
        this.wholeAt = now;
        this.#isWholeWanted = false;
        this.#kept.note();
        this.#takeRows();
    }

    #takeRows() {
        this.own.takeTable(this.table);
        if (this.#timer) this.#stream.open();
        this.#tell("table");
    }

    async #fetch(path) {
        const inDollars = this.currency === "usd";
        let { answer, trouble, waitMs, kept } = await requestJson(pathIn(path, this.currency));
        // It is not known, or has no rate now.
        if (!inDollars && [400, 503].includes(trouble?.status))
            ({ answer, trouble, waitMs, kept } = await requestJson(path));
        if (kept && !this.table) {
            this.#take(kept.answer, true, kept.keptMs);
            this.#kept.forget();
            this.#isOfBefore = true;
        }
        if (trouble) this.#turns.fail({ ...trouble, isOfBefore: this.#isOfBefore }, waitMs);
        else this.#isOfBefore = false;
        return answer ?? null;
    }

    #tell(type, detail) {
        this.dispatchEvent(new CustomEvent(type, { detail }));
    }
}
