// What the page knows and where it has it from: one stream of all symbols that anybody here looks
// at, the history of the one that is shown, and the few questions that are asked of the server.
// It tells "change" when there may be something to draw, "move" when a price has moved, "hit" when
// a tick has come that alarms may wait for, and "listing" when the server has other symbols.

import { Api } from "./api.js";
import { References, changeOver, spans } from "./model/changes.js";
import { Clock } from "./model/clock.js";
import { Market } from "./model/market.js";
import { problemOf } from "./model/providers.js";
import { fittingRange, rangeOf } from "./model/ranges.js";
import { Samples } from "./model/samples.js";
import { sampleAgesMs, sampleTicks } from "./model/spark.js";
import { SharedPriceStream } from "./stream.js";
import { SymbolHistory } from "./symbol_history.js";

const staleLimitFirstMs = 120_000;
const askAgeAgainMs = 10_000;
const askListingAgainMs = 3_000;
const relistAfterMs = 10_000; // without a connection
const askFeedMs = 5_000;
const askSilentFeedMs = 30_000; // where it has no providers to tell of
const samplersMax = 2;

export class Desk extends EventTarget {
    clock = new Clock();
    market = new Market();
    symbols = []; // what the server has
    symbol = ""; // what is shown
    range = ""; // over which; empty until it is known
    feed = null;
    connection = { name: "connecting", retryAt: null };
    #api = new Api(this.clock);
    #references = new References();
    #prices = null;
    #isAttached = false; // the stream has said whether it brings the history too
    #history = null;
    #wanted = []; // those that are streamed beside the one shown
    #awaySince = Date.now();
    #staleLimitMs = staleLimitFirstMs;
    #ageAskedAt = -Infinity;
    #feedAskedAt = -Infinity;
    #listedAt = -Infinity;
    #samples = new Samples();
    #samplers = 0;

    // Waits until the server has said what it has.
    async open() {
        let prices = null;
        while (!prices?.length) {
            prices = (await this.#api.prices())?.prices;
            if (prices?.length) break;
            this.#become({ name: "reconnecting", retryAt: null });
            const waitMs = askListingAgainMs * (0.5 + Math.random());
            await new Promise((resume) => setTimeout(resume, waitMs));
        }
        this.symbols = prices.map(({ symbol }) => symbol);
        for (const entry of prices) this.#takeEntry(entry);
        if (this.connection.name === "reconnecting")
            this.#become({ name: "connecting", retryAt: null });
    }

    // The range for a visitor who has not chosen one.
    async findRange(symbol) {
        return fittingRange(await this.#api.firstTick(symbol), this.now());
    }

    // The symbol and price that came with the page.
    seed(entry) {
        this.symbol = entry.symbol;
        this.#takeEntry(entry);
    }

    #takeEntry(entry) {
        const saidAt = this.market.of(entry.symbol).takeEntry(entry);
        if (saidAt !== null) this.clock.note(saidAt);
    }

    get quote() {
        return this.market.of(this.symbol);
    }

    get series() {
        return this.#history?.series ?? null;
    }

    now() {
        return this.clock.now();
    }

    // Shows a symbol over a range, beside others that are listened to.
    show(symbol, range, wanted = this.#wanted) {
        const isOther = symbol !== this.#history?.symbol;
        this.symbol = symbol;
        this.range = range;
        this.#wanted = wanted;
        if (isOther) this.#begin();
        this.#listen();
        if (this.#isAttached) this.#history.reachBackTo(this.#beginOfRange());
        this.#sampleAll();
        this.#changed();
    }

    #begin() {
        this.#history?.close();
        this.#history = new SymbolHistory(this.symbol, () => this.#changed());
        const { newest } = this.quote;
        if (newest?.id) this.#history.takeTick(newest);
        this.#staleLimitMs = staleLimitFirstMs;
        this.#ageAskedAt = -Infinity;
        this.feed = null;
        this.#feedAskedAt = -Infinity;
    }

    // The newest tick is asked for even where it is older than the range.
    #beginOfRange() {
        const { ms } = rangeOf(this.range);
        if (ms === null) return 0;
        return Math.min(this.now() - ms, this.quote.newest?.at ?? Infinity);
    }

    #streamed() {
        return [...new Set([this.symbol, ...this.#wanted])].sort();
    }

    #listen() {
        const symbols = this.#streamed();
        this.market.keepOnly(symbols);
        this.#samples.keepOnly(symbols);
        if (this.#prices) {
            this.#prices.setSymbols(symbols);
            return;
        }
        // Of one symbol the stream itself begins with the history; of many that would be too much.
        const begin = this.#beginOfRange();
        const since = symbols.length === 1 ? Math.floor(begin / 1000) : null;
        const prices = new SharedPriceStream({ symbols, since });
        const on = (type, take) => prices.addEventListener(type, ({ detail }) => take(detail));
        on("tick", (tick) => this.#onTick(tick));
        on("gap", (gap) => this.#onGap(gap));
        on("stale", (notice) => this.#onStale(notice));
        on("fresh", ({ symbol }) => this.#onFresh(symbol));
        on("heartbeat", ({ at }) => this.clock.note(at));
        on("state", (state) => this.#become(state));
        const first = this.#history;
        on("attached", ({ covered }) => {
            this.#isAttached = true;
            if (covered && since !== null) first.isCoveredFrom(begin);
            this.#history.reachBackTo(this.#beginOfRange());
        });
        this.#prices = prices;
        prices.open();
    }

    #onTick(tick) {
        this.clock.note(tick.at);
        const quote = this.market.of(tick.symbol);
        const change = quote.takeTick(tick);
        if (tick.symbol === this.symbol) this.#history.takeTick(tick);
        if (change !== null) this.#tell("move", { symbol: tick.symbol, change });
        if (quote.newest === tick) this.#tell("hit", tick);
        this.#changed();
    }

    #onGap(gap) {
        for (const quote of this.market.about(gap)) quote.takeGap();
        if (!gap.symbols || gap.symbols.includes(this.symbol)) this.#history.takeGap(gap);
        this.#changed();
    }

    #onStale(notice) {
        this.market.of(notice.symbol).takeStale(notice, this.now());
        if (notice.symbol === this.symbol) this.#feedAskedAt = -Infinity; // it may know why
        this.#changed();
    }

    #onFresh(symbol) {
        this.market.of(symbol).takeFresh();
        this.#changed();
    }

    #become(state) {
        this.connection = state;
        if (state.name === "open") this.#awaySince = null;
        else this.#awaySince ??= Date.now();
        this.#changed();
    }

    // Once a second: what is to be asked of the server by now.
    lookAround() {
        this.#checkAge();
        this.#checkReferences();
        this.#checkListing();
        if (this.connection.name === "open") this.#sampleAll();
        if (document.visibilityState === "visible") this.#checkFeed();
    }

    // The server says when a price is stale. Where it should have and has not, it is asked, so that
    // a price is never called live only because a word was lost.
    async #checkAge() {
        const { quote } = this;
        const { newest } = quote;
        if (!newest || quote.staleSince !== null) return;
        const ageMs = this.now() - newest.at;
        if (this.connection.name !== "open" || ageMs <= this.#staleLimitMs) return;
        if (Date.now() - this.#ageAskedAt < askAgeAgainMs) return;
        this.#ageAskedAt = Date.now();
        const answer = await this.#api.price(quote.symbol);
        if (quote !== this.quote || quote.newest !== newest) return;
        if (answer?.stale === false) this.#staleLimitMs = ageMs * 2;
        if (answer?.stale === true) this.#onStale({ symbol: quote.symbol, age: ageMs / 1000 });
    }

    // A server that has come back may have other symbols, and refuses one that it does not have.
    async #checkListing() {
        const hereNow = Date.now();
        const since = Math.max(this.#awaySince ?? Infinity, this.#listedAt);
        if (hereNow - since < relistAfterMs || this.connection.name === "open") return;
        this.#listedAt = hereNow;
        const prices = (await this.#api.prices())?.prices;
        const symbols = prices?.map(({ symbol }) => symbol);
        if (!symbols?.length || symbols.join() === this.symbols.join()) return;
        this.symbols = symbols;
        this.#tell("listing");
    }

    async #checkReferences() {
        const { symbol } = this;
        const now = this.now();
        if (this.connection.name !== "open") return;
        for (const span of spans) {
            if (this.series?.priceAt(now - span.ms)) continue;
            if (!this.#references.isDue(symbol, span, now)) continue;
            this.#references.note(symbol, span, now);
            const found = await this.#api.priceAt(symbol, now - span.ms);
            if (found !== undefined) this.#references.note(symbol, span, now, found);
            this.#changed();
        }
    }

    async #checkFeed() {
        const hasProviders = !this.feed || this.feed.providers?.length > 0;
        const everyMs = hasProviders ? askFeedMs : askSilentFeedMs;
        if (this.connection.name !== "open" || Date.now() - this.#feedAskedAt < everyMs) return;
        const { symbol } = this;
        this.#feedAskedAt = Date.now();
        const feed = await this.#api.feed(symbol);
        if (feed && symbol === this.symbol) this.feed = feed;
        this.#changed();
    }

    // The past hour of the symbols in the list: the newest ticks, and before them a price every few
    // minutes.
    #sampleAll() {
        while (this.#samplers < samplersMax) {
            const symbol = this.#samples.take(this.#streamed(), Date.now());
            if (!symbol) return;
            this.#samplers += 1;
            this.#sample(symbol).then((isDone) => {
                this.#samplers -= 1;
                if (!isDone) this.#samples.fail(symbol, Date.now());
                this.#changed();
                this.#sampleAll();
            });
        }
    }

    // False where the server did not answer. Where an answer is empty, what is older is not held
    // either.
    async #sample(symbol) {
        const { spark } = this.market.of(symbol);
        const now = this.now();
        const ticks = await this.#api.newestTicks(symbol, sampleTicks);
        if (!ticks) return false;
        for (const tick of ticks) spark.addSample(tick);
        const reach = ticks[0]?.at ?? -Infinity;
        for (const ageMs of sampleAgesMs) {
            if (now - ageMs > reach) continue;
            const found = await this.#api.priceAt(symbol, now - ageMs);
            if (found === undefined) return false;
            if (found === null) return true;
            spark.addSample(found);
        }
        return true;
    }

    // The change over a span, of the symbol shown.
    changeOver(span) {
        const now = this.now();
        const held = this.series?.priceAt(now - span.ms);
        const reference = held ?? this.#references.of(this.symbol, span);
        return changeOver(span, this.quote.newest, reference, now);
    }

    // The price before the newest: told by the stream, or read in the history. None where something
    // is missing between the two.
    get before() {
        const { newest, before } = this.quote;
        const { series } = this;
        if (!newest || !series?.newest || series.newest.id !== newest.id) return before;
        if (series.beginsRun(series.newest)) return null;
        return before ?? series.previous?.price ?? null;
    }

    // What the models of truth ask for.
    facts() {
        const { newest, staleSince } = this.quote;
        return {
            symbol: this.symbol,
            connection: this.connection,
            newest,
            staleSince,
            problem: problemOf(this.feed, this.symbol),
            awaySince: this.#awaySince,
            now: this.now(),
            hereNow: Date.now(),
        };
    }

    #changed() {
        this.#tell("change");
    }

    #tell(type, detail) {
        this.dispatchEvent(new CustomEvent(type, { detail }));
    }
}
