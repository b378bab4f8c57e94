// What must be true of all instances of a cluster together: over all clients, instances and lives an
// id never has two contents, and each client gets every tick of its symbols exactly once, or a gap
// that covers what is missing.
//
// What there was to get is the union of what all clients got.

import { positionOf } from "./events.mjs";

export class OneHistory {
    faults = [];
    #contents = new Map(); // id to symbol and price, of all clients
    #positions = new Map(); // of each symbol, all that anybody saw

    // A tick that a client received.
    learn(id, at, { symbol, price }) {
        const content = `${symbol} ${price}`;
        const known = this.#contents.get(id);
        if (known === undefined) {
            this.#contents.set(id, content);
            if (!this.#positions.has(symbol)) this.#positions.set(symbol, new Set());
            this.#positions.get(symbol).add(at);
        } else if (known !== content) {
            this.faults.push(`${id} was ${known} and is ${content}`);
        }
    }

    get ids() {
        return this.#contents.size;
    }

    // The newest position of all.
    get top() {
        let top = 0n;
        for (const all of this.#positions.values()) for (const at of all) if (at > top) top = at;
        return top;
    }

    // All positions of a symbol, in order.
    of(symbol) {
        return [...(this.#positions.get(symbol) ?? [])].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    }
}

// The history of some of the clients. An id has the content that it has for all of them.
export class PartOfHistory extends OneHistory {
    constructor(whole) {
        super();
        this.whole = whole;
    }

    learn(...tick) {
        super.learn(...tick);
        this.whole.learn(...tick);
    }
}

// What one client got, over all its connections and of all instances. It stands where a Ledger does.
export class Account {
    lastId = null; // as EventSource keeps it
    faults = [];
    gaps = []; // { from, to, reason, symbols }
    ticks = 0;
    resumed = 0;
    newestPrice = null;
    #lastAt = 0n;
    #got = new Map(); // of each symbol, the positions

    constructor(history, symbols) {
        this.history = history;
        this.symbols = symbols;
        for (const symbol of symbols) this.#got.set(symbol, new Set());
    }

    take({ id, event, data }) {
        if (event === "gap") {
            this.gaps.push({
                from: positionOf(data.from), to: positionOf(data.to), reason: data.reason,
                symbols: data.symbols ?? this.symbols,
            });
        }
        if (id === undefined) return;
        this.lastId = id;
        if (event !== undefined || data === undefined) return;
        const at = positionOf(id);
        if (at <= this.#lastAt) this.faults.push(`${id} comes after a later tick`);
        this.#lastAt = at;
        this.#got.get(data.symbol)?.add(at);
        this.history.learn(id, at, data);
        this.newestPrice = data.price;
        this.ticks += 1;
    }

    get newest() {
        return this.#lastAt;
    }

    // What is missing and was not told, once all is over. `until`: up to there all must have come;
    // `of`: what there was to get.
    finalFaults(until, of = this.history) {
        const faults = [...this.faults];
        for (const symbol of this.symbols) {
            const got = this.#got.get(symbol);
            const first = [...got][0];
            if (first === undefined) {
                faults.push(`no tick of ${symbol} ever came`);
                continue;
            }
            for (const at of of.of(symbol)) {
                if (at < first || at > until || got.has(at)) continue;
                const isTold = this.gaps.some(({ from, to, symbols }) =>
                    from < at && at <= to && symbols.includes(symbol));
                if (!isTold) faults.push(`a silent hole: ${at >> 20n}-${at & 0xfffffn} of ${symbol}`);
            }
        }
        return faults;
    }
}
