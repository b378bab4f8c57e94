// What is known of each symbol: its newest price, the one before, whether it is stale, and its past
// hour in a few points. The whole history of the symbol shown is a Series.

import { Spark } from "./spark.js";

export class Quote {
    newest = null; // the newest price: a tick, or what the server said before the first one
    before = null; // the price before it
    staleSince = null; // the time of the newest price, while it counts as stale
    spark = new Spark();
    #lastPrice = null;

    constructor(symbol) {
        this.symbol = symbol;
        this.currency = symbol.split("-").at(-1);
    }

    // What /api/prices says of the symbol, which has no position. Returns when the server said it.
    takeEntry(entry) {
        if (!Number.isFinite(entry.price) || !Number.isFinite(entry.timestamp)) return null;
        const at = entry.timestamp * 1000;
        if (this.newest && at <= this.newest.at) return null;
        const { price, source, sources } = entry;
        this.newest = { id: "", at, price, symbol: this.symbol, source, sources };
        if (entry.stale) this.staleSince = at;
        return typeof entry.age_seconds === "number" ? at + entry.age_seconds * 1000 : null;
    }

    // Returns by how much the price has moved, or null where it has not or the price before is not
    // known.
    takeTick(tick) {
        const before = this.#lastPrice;
        this.#lastPrice = tick.price;
        this.spark.addTick(tick);
        // A replayed tick may be older than the price that the page opened with.
        if (this.newest?.id === "" && tick.at < Math.floor(this.newest.at)) return null;
        this.before = before;
        this.newest = tick;
        this.staleSince = null;
        return before === null || before === tick.price ? null : tick.price - before;
    }

    // What came in it is not known, so the next tick has no price before it.
    takeGap() {
        this.#lastPrice = null;
        this.spark.break();
    }

    takeStale({ age }, now) {
        this.staleSince = this.newest ? this.newest.at : now - age * 1000;
    }

    takeFresh() {
        this.staleSince = null;
    }
}

export class Market {
    #quotes = new Map();

    of(symbol) {
        let quote = this.#quotes.get(symbol);
        if (!quote) this.#quotes.set(symbol, (quote = new Quote(symbol)));
        return quote;
    }

    // Those that a gap is about: those it names, or all.
    about(gap) {
        if (!gap.symbols) return [...this.#quotes.values()];
        return gap.symbols.map((symbol) => this.of(symbol));
    }

    // What is not listened to would only grow old unnoticed.
    keepOnly(symbols) {
        for (const symbol of this.#quotes.keys())
            if (!symbols.includes(symbol)) this.#quotes.delete(symbol);
    }
}
