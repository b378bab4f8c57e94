// The facts of the market's tab: the table, asked for while the tab is in sight, and the prices that
// the server streams itself, on the event stream that all tabs of the browser share. Dispatches
// "table" when there is another answer, "price" with a symbol, and "change" for all else.
//
// The table has up to half a megabyte and is new every few minutes. So a request for one row asks
// every half minute how old the table is, and the whole is asked for only if there is a newer one.
//
// Where there is no rate of the currency that is chosen, the table is that in dollars, and says so.

import { OwnStream } from "./own_stream.js";
import { requestJson, Turns } from "./tab_requests.js";

const probeMs = 30_000;
// After a pause the server answers with its old table and asks for a new one, which comes soon.
const staleProbeMs = 10_000;
const wholePath = "api/cryptos?limit=250";
const probePath = "api/cryptos?limit=1";

// Whether the row that was asked for is of another table.
function isNewer(answer, table) {
    return answer.source !== table.source || answer.updated_at !== table.updated_at ||
        answer.total !== table.total || answer.currency !== table.currency ||
        answer.rate?.value !== table.rate?.value;
}

export class MarketFeed extends EventTarget {
    table = null;
    currency = "usd"; // that is asked for
    answeredAt = -Infinity; // when the last answer came, whole or a probe
    wholeAt = -Infinity; // when the whole came
    #ageMs = 0; // of the newest row, when `answeredAt` was
    #turns = new Turns();
    #isAsking = false;
    #stream = new OwnStream();
    #timer = 0;

    constructor() {
        super();
        this.#stream.addEventListener("price", ({ detail }) => this.#tell("price", detail));
    }

    // The prices that are the server's own.
    get own() {
        return this.#stream.own;
    }

    get ageMs() {
        return this.#ageMs + performance.now() - this.answeredAt;
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
        this.#lookAround();
        this.#stream.open();
    }

    close() {
        clearInterval(this.#timer);
        this.#timer = 0;
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
        if (this.#turns.isDue && !this.#isAsking) this.#ask();
        this.#tell("change");
    }

    async #ask() {
        this.#isAsking = true;
        const { currency } = this;
        const isKnown = this.table?.currency === currency;
        let answer = await this.#fetch(isKnown ? probePath : wholePath);
        const isOther = answer && isKnown && isNewer(answer, this.table);
        if (isOther) answer = await this.#fetch(wholePath);
        this.#isAsking = false;
        if (currency !== this.currency) return this.hurry(); // another one is wanted meanwhile
        if (answer) this.#take(answer, isOther || !isKnown);
        this.#tell("change");
    }

    #take(answer, isWhole, agoMs = 0) {
        const now = performance.now() - agoMs;
        this.answeredAt = now;
        this.#ageMs = answer.age_seconds * 1000;
        this.#turns.succeed(answer.stale ? staleProbeMs : probeMs);
        if (!isWhole) {
            this.table = { ...this.table, stale: answer.stale, market: answer.market };
            return;
        }
        this.table = answer;
        this.wholeAt = now;
        this.own.takeTable(answer);
        if (this.#timer) this.#stream.open();
        this.#tell("table");
    }

    async #fetch(path) {
        const inDollars = this.currency === "usd";
        let { answer, trouble, waitMs, kept } =
            await requestJson(inDollars ? path : `${path}&currency=${this.currency}`);
        // It is not known, or has no rate now.
        if (!inDollars && [400, 503].includes(trouble?.status))
            ({ answer, trouble, waitMs, kept } = await requestJson(path));
        if (kept && !this.table) this.#take(kept.answer, true, kept.keptMs);
        if (trouble) this.#turns.fail(trouble, waitMs);
        return answer ?? null;
    }

    #tell(type, detail) {
        this.dispatchEvent(new CustomEvent(type, { detail }));
    }
}
