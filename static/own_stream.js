// The prices that the server streams itself, of the symbols that a tab shows: on the event stream that
// all tabs of the browser share, while the tab is in sight. Dispatches "price" with a symbol, or with
// null when all may be shown in another way.

import { OwnPrices } from "./model/own_prices.js";
import { Standing } from "./standing.js";
import { SharedPriceStream } from "./stream.js";

export class OwnStream extends EventTarget {
    own = new OwnPrices();
    #stream = null;
    #standing = new Standing(performance.now());
    #isWanted = false;

    // Streams the symbols that `own` knows.
    open() {
        this.#isWanted = true;
        const { symbols } = this.own;
        if (symbols.length === 0) return;
        if (!this.#stream) this.#begin(symbols);
        else this.#stream.setSymbols(symbols);
        this.#stream.open();
    }

    close() {
        this.#isWanted = false;
        this.#stream?.close();
        this.own.isOpen = false;
    }

    #begin(symbols) {
        const stream = new SharedPriceStream({ url: "prices/stream", symbols });
        const on = (type, take) => stream.addEventListener(type, ({ detail }) => {
            this.#standing.hear(performance.now());
            take(detail);
        });
        on("tick", (tick) => {
            this.own.takeTick(tick, performance.now());
            this.#tell(tick.symbol);
        });
        for (const [type, isStale] of [["stale", true], ["fresh", false]])
            on(type, ({ symbol }) => {
                this.own.setStale(symbol, isStale);
                this.#tell(symbol);
            });
        stream.addEventListener("heartbeat", () => this.#standing.hearBeat(performance.now()));
        stream.addEventListener("state", ({ detail }) => {
            this.#standing.become(detail, performance.now());
            this.checkPulse();
        });
        this.#stream = stream;
    }

    // Called once a second: a stream that fell silent is no connection.
    checkPulse() {
        const now = performance.now();
        this.#standing.noteReached(this.#stream?.lastId ?? "", now);
        const isOpen = this.#isWanted && this.#standing.isOpen && !this.#standing.isQuiet(now);
        if (isOpen === this.own.isOpen) return;
        this.own.isOpen = isOpen;
        this.#tell(null);
    }

    #tell(symbol) {
        this.dispatchEvent(new CustomEvent("price", { detail: symbol }));
    }
}
