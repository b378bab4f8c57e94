// The facts of the market's tab: the table, asked for while the tab is in sight, and the prices that
// the server streams itself, on the event stream that all tabs of the browser share. Dispatches
// "table" when there is another answer, "price" with a symbol, and "change" for all else.
//
// The table has up to half a megabyte and is new every few minutes. So a request for one row asks
// every half minute how old the table is, and the whole is asked for only if there is a newer one.

import { OwnPrices } from "./model/own_prices.js";
import { Standing } from "./standing.js";
import { SharedPriceStream } from "./stream.js";

const probeMs = 30_000;
// After a pause the server answers with its old table and asks for a new one, which comes soon.
const staleProbeMs = 10_000;
const againMs = 5_000; // after a failure; doubled with each one that follows
const againMaxMs = 60_000;
const limitMs = 15_000; // for one answer
const wholePath = "api/cryptos?limit=250";
const probePath = "api/cryptos?limit=1";

export class MarketFeed extends EventTarget {
    table = null;
    trouble = null; // how the last request failed: { kind, status }
    own = new OwnPrices();
    answeredAt = -Infinity; // when the last answer came, whole or a probe
    wholeAt = -Infinity; // when the whole came
    #ageMs = 0; // of the newest row, when `answeredAt` was
    #dueAt = 0;
    #isAsking = false;
    #failures = 0;
    #stream = null;
    #standing = new Standing(performance.now());
    #timer = 0;

    get ageMs() {
        return this.#ageMs + performance.now() - this.answeredAt;
    }

    get retryMs() {
        return this.#dueAt - performance.now();
    }

    // Begins and ends with the tab.
    open() {
        if (this.#timer) return;
        this.#timer = setInterval(() => this.#lookAround(), 1_000);
        this.#lookAround();
        this.#listen();
    }

    close() {
        clearInterval(this.#timer);
        this.#timer = 0;
        this.#stream?.close();
        this.own.isOpen = false;
    }

    hurry() {
        this.#dueAt = 0;
        this.#lookAround();
    }

    #lookAround() {
        this.#checkPulse();
        const isDue = performance.now() >= this.#dueAt && document.visibilityState === "visible";
        if (isDue && !this.#isAsking) this.#ask();
        this.#tell("change");
    }

    async #ask() {
        this.#isAsking = true;
        let answer = await this.#fetch(this.table ? probePath : wholePath);
        const isOther = answer && this.table && (answer.source !== this.table.source ||
            answer.updated_at !== this.table.updated_at || answer.total !== this.table.total);
        if (isOther) answer = await this.#fetch(wholePath);
        this.#isAsking = false;
        if (answer) this.#take(answer, isOther || !this.table);
        this.#tell("change");
    }

    #take(answer, isWhole) {
        const now = performance.now();
        this.answeredAt = now;
        this.#ageMs = answer.age_seconds * 1000;
        this.#dueAt = now + (answer.stale ? staleProbeMs : probeMs);
        this.#failures = 0;
        this.trouble = null;
        if (!isWhole) {
            this.table = { ...this.table, stale: answer.stale, market: answer.market };
            return;
        }
        this.table = answer;
        this.wholeAt = now;
        this.own.takeTable(answer);
        this.#listen();
        this.#tell("table");
    }

    async #fetch(path) {
        try {
            const signal = AbortSignal.timeout(limitMs);
            const headers = { accept: "application/json" };
            const response = await fetch(path, { headers, signal });
            if (response.ok) return await response.json();
            await this.#refused(response);
        } catch {
            this.#fail({ kind: "silent" });
        }
        return null;
    }

    async #refused(response) {
        const { status, headers } = response;
        const { type = "" } = await response.json().catch(() => ({}));
        const kind = type.endsWith(":no-market") ? "off"
            : type.endsWith(":no-market-yet") ? "early"
            : status === 429 ? "often" : status === 503 ? "busy" : "error";
        this.#fail({ kind, status }, Number(headers.get("retry-after")) * 1000);
    }

    #fail(trouble, waitMs = 0) {
        this.trouble = trouble;
        const growingMs = Math.min(againMaxMs, againMs * 2 ** this.#failures);
        this.#failures += 1;
        const isOver = trouble.kind === "off";
        this.#dueAt = performance.now() + (isOver ? Infinity : waitMs || growingMs);
    }

    // Streams the symbols of the table, while the tab is open.
    #listen() {
        const { symbols } = this.own;
        if (!this.#timer || symbols.length === 0) return;
        if (!this.#stream) this.#begin(symbols);
        else this.#stream.setSymbols(symbols);
        this.#stream.open();
    }

    #begin(symbols) {
        const stream = new SharedPriceStream({ url: "prices/stream", symbols });
        const on = (type, take) => stream.addEventListener(type, ({ detail }) => {
            this.#standing.hear(performance.now());
            take(detail);
        });
        on("tick", (tick) => {
            this.own.takeTick(tick, performance.now());
            this.#tell("price", tick.symbol);
        });
        for (const [type, isStale] of [["stale", true], ["fresh", false]])
            on(type, ({ symbol }) => {
                this.own.setStale(symbol, isStale);
                this.#tell("price", symbol);
            });
        stream.addEventListener("heartbeat", () => this.#standing.hearBeat(performance.now()));
        stream.addEventListener("state", ({ detail }) => {
            this.#standing.become(detail, performance.now());
            this.#checkPulse();
        });
        this.#stream = stream;
    }

    #checkPulse() {
        const now = performance.now();
        this.#standing.noteReached(this.#stream?.lastId ?? "", now);
        const isOpen = this.#timer !== 0 && this.#standing.isOpen && !this.#standing.isQuiet(now);
        if (isOpen === this.own.isOpen) return;
        this.own.isOpen = isOpen;
        this.#tell("price", null);
    }

    #tell(type, detail) {
        this.dispatchEvent(new CustomEvent(type, { detail }));
    }
}
