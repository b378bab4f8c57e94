// The facts about each symbol: its newest price and the age of that, the price before, whether it
// is stale, and a few points of the past hour. The whole history of the symbol shown is a Series.
//
// An age is what the server said of it, plus the time since by the steady clock. Ticks on an open
// stream are new when they come, but the first ticks of a connection may be old: their age is
// unknown until the server has said it.

import { comparePositions } from "../stream.js";
import { Spark } from "./spark.js";

const toldMs = 2_000; // `stale` has whole seconds: smaller differences are ignored

export class Quote {
    newest = null; // the newest price: a tick, or what the server said before the first one
    before = null; // the price before it
    isStale = false;
    spark = new Spark();
    #lastPrice = null;
    #madeAt = null; // when the newest was made, by the steady clock; null: not known
    #cameAt = null; // when it came, by the same
    #said = null; // what the server said of its newest tick on this connection: { id, madeAt }
    #staleToldAt = -Infinity; // when the stream last called the newest stale
    #isOver = false; // positions have begun anew since the newest: any other tick is newer

    constructor(symbol) {
        this.symbol = symbol;
        this.currency = symbol.split("-").at(-1);
    }

    // In milliseconds; null where it is not known.
    ageAt(steadyNow) {
        return this.newest && this.#madeAt !== null ? Math.max(0, steadyNow - this.#madeAt) : null;
    }

    // The present time among positions: that of the newest tick plus its age. Null if the age is
    // not known, or if positions have begun anew since.
    positionAt(steadyNow) {
        const ageMs = this.ageAt(steadyNow);
        return ageMs === null || this.#isOver ? null : this.newest.at + ageMs;
    }

    // The time of the newest tick; -Infinity if positions have begun anew since.
    get reachedAt() {
        return this.newest && !this.#isOver ? this.newest.at : -Infinity;
    }

    // The price that came with the page, or was kept (`isKept`) from the last visit, of unknown age.
    takeSeed({ price, timestamp, source, stale }, isKept = false) {
        const isLater = isKept && this.newest?.id === "" && this.newest.at < timestamp * 1000;
        if ((this.newest && !isLater) || !Number.isFinite(price) || !Number.isFinite(timestamp)) return;
        this.#become({ id: "", at: timestamp * 1000, price, symbol: this.symbol, source });
        this.isStale = stale;
    }

    // An entry of /api/prices or /api/watchlist, from a request that was sent at `askedAt` by the
    // steady clock.
    takeEntry(entry, askedAt) {
        const { price, source, sources } = entry;
        if (entry.id === null) this.#said = { id: "", madeAt: null }; // any tick is new then
        if (!Number.isFinite(price) || !Number.isFinite(entry.timestamp)) return;
        const age = entry.age_seconds;
        const madeAt = Number.isFinite(age) ? askedAt - age * 1000 : null;
        const at = entry.timestamp * 1000;
        const order = this.#orderOf(entry, at);
        if (order < 0) {
            // The tick on the stream came after the server had answered.
            this.#madeAt ??= this.#cameAt;
            if (entry.id) this.#said = { id: entry.id, madeAt };
            return;
        }
        if (entry.id) this.#said = { id: entry.id, madeAt };
        if (!this.newest || this.newest.id === "" || this.#isOver)
            this.#become({ id: "", at, price, symbol: this.symbol, source, sources });
        else if (order > 0) return; // the stream is about to bring it
        if (order === 0 && askedAt < this.#staleToldAt) return; // the stream knows better by now
        this.#madeAt = madeAt;
        this.isStale = entry.stale === true;
    }

    // Above zero if the entry is newer than the newest tick, zero if it is the same.
    #orderOf(entry, at) {
        if (!this.newest || this.#isOver) return 1;
        if (entry.id && this.newest.id) return comparePositions(entry.id, this.newest.id);
        return Math.floor(at / 1000) - Math.floor(this.newest.at / 1000);
    }

    // Returns the change of the price, or null if it has not changed or the price before is not
    // known. `isCaughtUp`: this connection has delivered all older ticks.
    takeTick(tick, steadyNow, isCaughtUp = false) {
        const before = this.#lastPrice;
        this.#lastPrice = tick.price;
        this.spark.addTick(tick);
        if (this.#isReplayed(tick)) return null;
        const isSame = tick.id === this.#said?.id;
        const isLater = this.#said && comparePositions(tick.id, this.#said.id) > 0;
        this.before = before;
        this.#become(tick);
        this.#cameAt = steadyNow;
        if (isSame) this.#madeAt = this.#said.madeAt;
        else this.#madeAt = isLater || isCaughtUp ? steadyNow : null;
        this.isStale = false;
        return before === null || before === tick.price ? null : tick.price - before;
    }

    // A replayed tick may be older than the price that the page opened with.
    #isReplayed(tick) {
        if (!this.newest || this.#isOver || this.newest.id !== "") return false;
        if (this.#said) return comparePositions(tick.id, this.#said.id) < 0;
        return tick.at < Math.floor(this.newest.at);
    }

    #become(newest) {
        this.newest = newest;
        this.#isOver = false;
    }

    // The ticks in the gap are unknown, so the next tick has no price before it. After a restart,
    // positions may begin anew below the earlier ones: then the new ones count.
    takeGap({ to, toAt, reason, isAnew }) {
        this.#lastPrice = null;
        this.spark.break();
        const id = this.newest?.id;
        const isBack = reason === "restarted" && id && comparePositions(to, id) < 0;
        if (!isAnew && !isBack) return;
        this.spark.forgetAfter(toAt);
        this.#said = null;
        this.#isOver = true;
    }

    takeStale({ age }, steadyNow) {
        this.isStale = true;
        this.#staleToldAt = steadyNow;
        const madeAt = steadyNow - age * 1000;
        if (this.#madeAt === null || Math.abs(this.#madeAt - madeAt) > toldMs)
            this.#madeAt = madeAt;
    }

    takeFresh() {
        this.isStale = false;
    }

    // There is another connection, whose first ticks may be old.
    forgetSaid() {
        this.#said = null;
    }

    // The steady clock may have stood still, so ages from before are unknown.
    forgetAge() {
        this.#said = this.#madeAt = this.#cameAt = null;
    }
}

export class Market {
    #quotes = new Map();

    of(symbol) {
        let quote = this.#quotes.get(symbol);
        if (!quote) this.#quotes.set(symbol, (quote = new Quote(symbol)));
        return quote;
    }

    get all() {
        return [...this.#quotes.values()];
    }

    // The symbols that a gap names, or all.
    about(gap) {
        if (!gap.symbols) return this.all;
        return gap.symbols.map((symbol) => this.of(symbol));
    }

    // A symbol that is not streamed would grow old unnoticed.
    keepOnly(symbols) {
        for (const symbol of this.#quotes.keys())
            if (!symbols.includes(symbol)) this.#quotes.delete(symbol);
    }
}
