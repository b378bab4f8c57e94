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
import { samplePoints } from "./model/spark.js";
import { SharedPriceStream } from "./stream.js";
import { SymbolHistory } from "./symbol_history.js";

const staleLimitFirstMs = 120_000;
const askListingAgainMs = 3_000;
const relistFirstMs = 4_000; // without a connection
const relistMaxMs = 60_000;
const askFeedMs = 5_000;
const askSilentFeedMs = 30_000; // where it has no providers to tell of
const askAgesAgainMs = 5_000;
const askAgesAgainMaxMs = 60_000;
const freshMs = 2_000; // an answer not older than this says enough of a connection that opens
const frozenMs = 10_000; // who has not looked around for so long may be told old news
const symbolsAtOnce = 64; // in one answer
const positionSlackMs = 5_000; // the server's clock is this near to its positions, or has been set
const quickMs = 2_000; // a question that the page cannot go on without is not waited for longer

export class Desk extends EventTarget {
    clock = new Clock();
    market = new Market();
    symbols = []; // what the server has
    symbol = ""; // what is shown
    range = ""; // over which; empty until it is known
    feed = null;
    connection = { name: "connecting", retryAt: null, why: "" };
    #refusal = ""; // why the server refuses the stream, in its words
    #api = new Api(this.clock);
    #references = new References();
    #prices = null;
    #isAttached = false; // the stream has said whether it brings the history too
    #history = null;
    #wanted = []; // those that are streamed beside the one shown
    #awaySince = this.clock.steady();
    #staleLimitMs = staleLimitFirstMs;
    #feedAskedAt = -Infinity;
    #relistAt = Infinity;
    #relistMs = relistFirstMs;
    #lookedAt = this.clock.steady();
    #isCaughtUp = false; // what comes on the stream now is new
    #inquiry = null; // the question about the list that is on its way
    #answeredAt = -Infinity; // when the last of them was answered
    #agesDueAt = Infinity; // when ages are to be asked for
    #agesNotBefore = -Infinity;
    #agesAgainMs = askAgesAgainMs;
    #heldSince = new Map(); // by symbol: the time of the oldest tick, null where there is none
    #samples = new Samples();

    // Waits until the server has said what it has.
    async open() {
        let answer = null;
        for (let againMs = askListingAgainMs; ; againMs = Math.min(relistMaxMs, againMs * 2)) {
            answer = await this.#api.prices();
            if (answer?.prices?.length) break;
            const waitMs = this.#api.waitMs || againMs * (0.5 + Math.random());
            this.#become({ name: "reconnecting", retryAt: Date.now() + waitMs });
            await new Promise((resume) => setTimeout(resume, waitMs));
        }
        const { prices, askedAt } = answer;
        this.symbols = prices.map(({ symbol }) => symbol);
        for (const entry of prices) this.market.of(entry.symbol).takeEntry(entry, askedAt);
        if (this.connection.name === "reconnecting")
            this.#become({ name: "connecting", retryAt: null });
    }

    // The range for a visitor who has not chosen one.
    async findRange(symbol) {
        await Promise.race([
            this.#inquire(), new Promise((resume) => setTimeout(resume, quickMs)),
        ]);
        const since = this.#heldSince.get(symbol);
        return fittingRange(since === undefined ? undefined : since && { at: since }, this.now());
    }

    // The symbol and price that came with the page.
    seed(entry) {
        this.symbol = entry.symbol;
        this.quote.takeSeed(entry);
    }

    get quote() {
        return this.market.of(this.symbol);
    }

    get series() {
        return this.#history?.series ?? null;
    }

    // Now among the positions of the symbol shown. The server's clock tells it unless it has been
    // set and positions do not follow it, or not yet: then the newest tick and its age do.
    now() {
        const now = this.clock.now();
        const position = this.quote.positionAt(this.clock.steady());
        if (position === null) return Math.max(now, this.quote.reachedAt);
        return Math.abs(now - position) > positionSlackMs ? position : now;
    }

    // Listens to a symbol, beside others.
    listen(symbol, wanted) {
        const isOther = symbol !== this.#history?.symbol;
        this.symbol = symbol;
        this.#wanted = wanted;
        if (isOther) this.#begin();
        this.#listen();
    }

    // Shows a symbol over a range, beside others that are listened to.
    show(symbol, range, wanted = this.#wanted) {
        this.range = range;
        this.listen(symbol, wanted);
        this.#reachBack();
        this.#inquire();
        this.#changed();
    }

    #begin() {
        this.#history?.close();
        this.#history = new SymbolHistory(this.symbol, () => this.#changed());
        const { newest } = this.quote;
        if (newest?.id) this.#history.takeTick(newest);
        this.#staleLimitMs = staleLimitFirstMs;
        this.feed = null;
        this.#feedAskedAt = -Infinity;
    }

    // The newest tick is asked for even where it is older than the range.
    #beginOfRange() {
        const { ms } = rangeOf(this.range);
        if (ms === null) return 0;
        return Math.min(this.now() - ms, this.quote.newest?.at ?? Infinity);
    }

    // The history begins there once it is known how far the stream itself reaches back.
    #reachBack() {
        if (this.#isAttached && this.range) this.#history.reachBackTo(this.#beginOfRange());
    }

    // The one shown first.
    #streamed() {
        return [...new Set([this.symbol, ...this.#wanted])];
    }

    #listen() {
        const symbols = this.#streamed().sort();
        this.market.keepOnly(symbols);
        this.#samples.keepOnly(symbols);
        if (this.#prices) {
            this.#prices.setSymbols(symbols);
            this.#prices.open(); // where it was refused before
            return;
        }
        // Of one symbol the stream itself begins with the history; of many that would be too much.
        const begin = this.range ? this.#beginOfRange() : null;
        const isCovered = symbols.length === 1 && begin !== null;
        const since = isCovered ? Math.floor(begin / 1000) : null;
        const prices = new SharedPriceStream({ url: "prices/stream", symbols, since });
        const on = (type, take) => prices.addEventListener(type, ({ detail }) => take(detail));
        on("tick", (tick) => this.#onTick(tick));
        on("gap", (gap) => this.#onGap(gap));
        on("stale", (notice) => this.#onStale(notice));
        on("fresh", ({ symbol }) => this.#onFresh(symbol));
        on("heartbeat", ({ at }) => {
            this.clock.note(at);
            this.#isCaughtUp = true;
        });
        on("state", (state) => this.#become(state));
        on("refused", (problem) => this.#onRefused(problem));
        const first = this.#history;
        on("attached", ({ covered }) => {
            this.#isAttached = true;
            if (covered && since !== null) first.isCoveredFrom(begin);
            this.#reachBack();
        });
        this.#prices = prices;
        prices.open();
    }

    #onTick(tick) {
        this.clock.noteTick(tick.at);
        const quote = this.market.of(tick.symbol);
        const change = quote.takeTick(tick, this.clock.steady(), this.#isCaughtUp);
        if (tick.symbol === this.symbol) this.#history.takeTick(tick);
        if (change !== null) this.#tell("move", { symbol: tick.symbol, change });
        if (quote.newest === tick) this.#tell("hit", tick);
        this.#changed();
    }

    #onGap(gap) {
        if (gap.isAnew) this.clock.begin(gap.toAt);
        for (const quote of this.market.about(gap)) quote.takeGap(gap);
        if (!gap.symbols || gap.symbols.includes(this.symbol)) this.#history.takeGap(gap);
        this.#changed();
    }

    #onStale(notice) {
        this.market.of(notice.symbol).takeStale(notice, this.clock.steady());
        if (notice.symbol === this.symbol) this.#feedAskedAt = -Infinity; // it may know why
        this.#changed();
    }

    #onFresh(symbol) {
        this.market.of(symbol).takeFresh();
        this.#changed();
    }

    // The server may have other symbols by now, which is found out at once.
    #onRefused({ detail, title }) {
        this.#refusal = detail ?? title ?? "";
        this.#relistAt = this.clock.steady();
        this.#changed();
    }

    // The stream tells when it tries again by the computer's clock, which may be set meanwhile.
    #become({ name, retryAt, why = "" }) {
        const now = this.clock.steady();
        this.connection = {
            name, why, retryAt: retryAt === null ? null : now + retryAt - Date.now(),
        };
        if (name === "open") {
            this.#awaySince = null;
            this.#relistAt = Infinity;
            this.#relistMs = relistFirstMs;
            this.#isCaughtUp = false;
            if (now - this.#answeredAt > freshMs && !this.#inquiry) this.#doubt();
        } else if (this.#awaySince === null) {
            this.#awaySince = now;
            this.#relistAt = now + relistFirstMs;
        }
        this.#changed();
    }

    // How old the newest prices are has to be asked.
    #doubt() {
        for (const quote of this.market.all) quote.forgetSaid();
        this.#wantAges();
    }

    #wantAges() {
        this.#agesDueAt = Math.max(this.clock.steady(), this.#agesNotBefore);
    }

    // Once a second: what is to be asked of the server by now.
    lookAround() {
        const now = this.clock.steady();
        if (this.clock.hasSlept()) {
            for (const quote of this.market.all) quote.forgetAge();
            this.#wantAges();
        } else if (now - this.#lookedAt > frozenMs && document.visibilityState === "visible") {
            this.#doubt();
        }
        this.#lookedAt = now;
        this.#checkAge(now);
        this.#reachBack();
        this.#checkListing(now);
        this.#inquire();
        if (document.visibilityState === "visible") this.#checkFeed(now);
    }

    // The server says when a price is stale. Where it should have and has not, it is asked, so that
    // a price is never called live only because a word was lost.
    #checkAge(now) {
        const { quote } = this;
        if (!quote.newest || this.connection.name !== "open") return;
        const ageMs = quote.ageAt(now);
        if (ageMs === null || (!quote.isStale && ageMs > this.#staleLimitMs)) this.#wantAges();
    }

    // A server that has come back may have other symbols, and refuses one that it does not have.
    async #checkListing(now) {
        if (now < this.#relistAt || this.connection.name === "open") return;
        this.#relistMs = Math.min(relistMaxMs, this.#relistMs * 2);
        this.#relistAt = now + this.#relistMs;
        const prices = (await this.#api.prices())?.prices;
        this.#changed();
        const symbols = prices?.map(({ symbol }) => symbol);
        if (!symbols?.length || symbols.join() === this.symbols.join()) return;
        this.symbols = symbols;
        this.#tell("listing");
    }

    // Whether a price of before is to be asked for: what is held of the symbol shown may do.
    #isPastDue(now) {
        const at = this.now();
        return spans.some((span) => !this.series?.priceAt(at - span.ms) &&
            this.#references.isDue(this.symbol, span, now));
    }

    // Asks for all that is to be known of the list by now, in one question.
    #inquire() {
        this.#inquiry ??= this.#ask().finally(() => (this.#inquiry = null));
        return this.#inquiry;
    }

    async #ask() {
        const now = this.clock.steady();
        const isReachable = ["open", "connecting"].includes(this.connection.name);
        if (!this.#prices || !isReachable || this.#api.waitMs > 0) return;
        const streamed = this.#streamed().slice(0, symbolsAtOnce);
        const areAgesDue = this.#agesDueAt <= now;
        const young = this.#samples.take(streamed, now);
        const shown = this.#isPastDue(now) ? [this.symbol] : [];
        const symbols = areAgesDue ? streamed : [...new Set([...shown, ...young])];
        if (symbols.length === 0) return;
        for (const span of spans) this.#references.note(this.symbol, span, now);
        if (areAgesDue) this.#agesDueAt = Infinity;
        const answer = await this.#api.watchlist(symbols, young.length > 0 ? samplePoints : 0);
        this.#agesAgainMs =
            answer ? askAgesAgainMs : Math.min(askAgesAgainMaxMs, this.#agesAgainMs * 2);
        this.#agesNotBefore =
            this.clock.steady() + Math.max(this.#api.waitMs, this.#agesAgainMs);
        if (answer?.watchlist) this.#takeAnswer(answer);
        else {
            this.#samples.fail(young, this.clock.steady(), this.#api.waitMs || null);
            if (areAgesDue) this.#wantAges();
        }
        this.#changed();
    }

    #takeAnswer({ watchlist, askedAt, at }) {
        this.#answeredAt = this.clock.steady();
        this.clock.note(at * 1000);
        const streamed = this.#streamed();
        for (const entry of watchlist) {
            if (!streamed.includes(entry.symbol)) continue; // nobody wants it any more
            const quote = this.market.of(entry.symbol);
            quote.takeEntry(entry, askedAt);
            quote.spark.addPoints(entry.points);
            this.#references.noteEntry(entry, this.#answeredAt);
            this.#heldSince.set(entry.symbol, entry.held_since && entry.held_since * 1000);
            const ageMs = quote.ageAt(this.#answeredAt);
            if (entry.symbol === this.symbol && entry.stale === false)
                this.#staleLimitMs = Math.max(this.#staleLimitMs, 2 * (ageMs ?? 0));
        }
    }

    async #checkFeed(now) {
        const hasProviders = !this.feed || this.feed.providers?.length > 0;
        const everyMs = hasProviders ? askFeedMs : askSilentFeedMs;
        if (this.connection.name !== "open" || now - this.#feedAskedAt < everyMs) return;
        const { symbol } = this;
        this.#feedAskedAt = now;
        const feed = await this.#api.feed(symbol);
        if (feed && symbol === this.symbol) this.feed = feed;
        this.#changed();
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

    // What the models of truth ask for. `hereNow` is by the steady clock, as are all waits and ages;
    // `now` is the server's, as are the times of ticks.
    facts() {
        const { newest, isStale } = this.quote;
        const hereNow = this.clock.steady();
        return {
            symbol: this.symbol,
            connection: this.connection,
            newest,
            isStale,
            ageMs: this.quote.ageAt(hereNow),
            feedAgeMs: this.feed ? hereNow - this.feed.askedAt : 0,
            problem: problemOf(this.feed, this.symbol),
            refusal: this.#refusal,
            awaySince: this.#awaySince,
            outcome: this.#api.outcome,
            status: this.#api.status,
            answeredAt: this.#api.answeredAt,
            askAgainAt: this.#api.waitMs > 0 ? hereNow + this.#api.waitMs : null,
            now: this.now(),
            hereNow,
        };
    }

    #changed() {
        this.#tell("change");
    }

    #tell(type, detail) {
        this.dispatchEvent(new CustomEvent(type, { detail }));
    }
}
