// Invariant 1, checked as the events come: a subscriber receives, per symbol, strictly increasing
// positions, and every tick after its start exactly once, or a gap that says what is missing.
//
// What is true: the n-th tick of a symbol, from 0 on, was fed with the price 1000 + n. Which
// position it was given is learned from the first that receives it, and everybody else must agree.

import { positionOf } from "./events.mjs";

const firstPrice = 1_000;

// All ticks there have been.
export class History {
    faults = [];

    constructor(symbols) {
        this.of = new Map(symbols.map((name) => [name, {
            name,
            fed: 0, // ticks
            newestSeen: -1, // the number of the newest tick anybody has received
            positions: [], // by number; undefined where nobody has received it yet
        }]));
    }

    // The price of the next tick of that symbol, which exists from now on.
    add(symbol) {
        return firstPrice + this.of.get(symbol).fed++;
    }

    // A tick that somebody received; returns its number.
    learn(symbol, price, at) {
        const all = this.of.get(symbol);
        const n = price - firstPrice;
        if (!all || !(n >= 0 && n < all.fed && Number.isInteger(n)))
            this.faults.push(`${symbol} at ${price} was never fed`);
        else if (all.positions[n] === undefined)
            all.positions[n] = at;
        else if (all.positions[n] !== at)
            this.faults.push(`tick ${n} of ${symbol} has two positions`);
        if (all && n > all.newestSeen) all.newestSeen = n;
        return n;
    }

    // What is wrong with the positions themselves, once all is over.
    finalFaults() {
        const faults = [...this.faults];
        const everywhere = new Set();
        let fed = 0;
        for (const all of this.of.values()) {
            fed += all.fed;
            for (let n = 0; n < all.fed; n += 1) {
                const at = all.positions[n];
                everywhere.add(at);
                if (at === undefined) faults.push(`nobody got tick ${n} of ${all.name}`);
                else if (n > 0 && at <= all.positions[n - 1])
                    faults.push(`tick ${n} of ${all.name} is no later than the one before`);
            }
        }
        if (faults.length === 0 && everywhere.size !== fed)
            faults.push("two ticks have the same position");
        return faults;
    }
}

// What one subscriber asked for and got, over all its connections.
export class Ledger {
    faults = [];
    ticks = 0;
    gaps = []; // { from, to, symbols, reason }
    lastId = null; // as EventSource keeps it
    #lastAt = -1n; // the position of lastId, as far as this server sent it
    #after = null; // it is owed all ticks after this; null: it has only asked for the newest
    #asksForNewest = false;
    #holes = []; // what has not come and must have been said to be lost
    #accounts;

    constructor(history, symbols) {
        this.history = history;
        this.#accounts = new Map(symbols.map((name) => [name, {
            of: history.of.get(name),
            next: null, // the number of the tick that is due; null before the first
            lostUntil: -1n, // up to here it was told that nothing will come
            // Between which numbers the newest was when the newest was asked for.
            newestAtLeast: 0,
            newestAtMost: Infinity,
        }]));
    }

    // A connection is made, for all ticks after that position, or for the newest one and on.
    asks({ after = null }) {
        this.#asksForNewest = after === null;
        // What an earlier connection was owed is owed still: a symbol may not have begun yet.
        if (this.#after === null || after === null || after < this.#after) this.#after = after;
        if (!this.#asksForNewest) return;
        for (const account of this.#accounts.values()) {
            account.newestAtLeast = Math.max(account.of.newestSeen, 0);
            account.newestAtMost = Infinity;
        }
    }

    // The answer has begun: whatever it holds as the newest had been fed by now.
    isAnswered() {
        if (!this.#asksForNewest) return;
        for (const account of this.#accounts.values())
            account.newestAtMost = Math.max(account.of.fed - 1, 0);
    }

    take(event) {
        if (event.event === "gap") this.#takeGap(event);
        else if (event.event === undefined && event.data !== undefined) this.#takeTick(event);
    }

    #takeId(id) {
        const at = positionOf(id);
        if (at <= this.#lastAt) this.faults.push(`${id} comes after ${this.lastId}`);
        this.lastId = id;
        this.#lastAt = at;
        return at;
    }

    #takeGap({ id, data }) {
        const gap = { ...data, from: positionOf(data.from), to: positionOf(data.to) };
        if (gap.from >= gap.to || gap.from < this.#lastAt || (id !== undefined && id !== data.to))
            this.faults.push(`no gap after ${this.lastId}: ${JSON.stringify({ id, data })}`);
        this.gaps.push(gap);
        for (const name of gap.symbols ?? this.#accounts.keys()) {
            const account = this.#accounts.get(name);
            if (!account) this.faults.push(`a gap in ${name}, which nobody asked for`);
            else if (gap.to > account.lostUntil) account.lostUntil = gap.to;
        }
        if (id !== undefined) this.#takeId(id);
    }

    #takeTick({ id, data }) {
        this.ticks += 1;
        const at = this.#takeId(id);
        const n = this.history.learn(data.symbol, data.price, at);
        const account = this.#accounts.get(data.symbol);
        if (!account) {
            this.faults.push(`${data.symbol} was not asked for`);
            return;
        }
        const fault = (what) => this.faults.push(`tick ${n} of ${data.symbol}, ${id}, ${what}`);
        if (at <= account.lostUntil) fault("was said to be lost");
        if (account.next === null) this.#begin(account, n, at, fault);
        else if (n < account.next) fault("is repeated or out of order");
        else if (n > account.next) this.#miss(account, n, { from: account.next });
        account.next = n + 1;
    }

    #begin(account, n, at, fault) {
        const from = account.newestAtMost + 1;
        if (this.#after !== null) {
            if (at <= this.#after) fault("is older than what was asked for");
        } else if (n < account.newestAtLeast) {
            fault("was not the newest");
        } else if (n >= from && account.lostUntil < 0n) {
            fault("is not the newest, and no gap says why");
        }
        this.#miss(account, n, { from, after: this.#after });
    }

    // Before tick `end`, those from number `from` on and those after that position did not come.
    #miss(account, end, { from, after = null }) {
        this.#holes.push({ account, from, end, after, gapsTold: this.gaps.length });
    }

    // Whether the newest tick of each symbol has come.
    isUpToDate() {
        for (const { next, of } of this.#accounts.values()) if (next !== of.fed) return false;
        return true;
    }

    // All that is wrong, once all is over: only then is the position of every tick known.
    finalFaults() {
        const faults = [...this.faults];
        for (const { account: { of }, from, end, after, gapsTold } of this.#holes) {
            const isOwed = (n) => n >= from || (after !== null && of.positions[n] > after);
            for (let n = end - 1; n >= 0 && isOwed(n); n -= 1)
                if (!this.#isTold(of, n, gapsTold))
                    faults.push(`a silent hole: tick ${n} of ${of.name}`);
        }
        for (const { next, of } of this.#accounts.values())
            if (next !== of.fed) faults.push(`ticks of ${of.name} from ${next} on never came`);
        return faults;
    }

    // A gap counts only if it came before the tick after the hole.
    #isTold({ name, positions }, n, gapsTold) {
        const at = positions[n];
        return this.gaps.slice(0, gapsTold).some((gap) =>
            gap.from < at && at <= gap.to && (gap.symbols?.includes(name) ?? true));
    }
}
