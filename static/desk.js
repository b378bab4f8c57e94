// The facts of the page and their sources: one stream of all symbols on the page, the history of
// the symbol shown, and a few requests to the server. Dispatches "change" when there may be
// something to draw, "move" when a price has moved, "hit" when a tick has come that may set off
// alarms, and "listing" when the server has other symbols.

import { Api } from "./api.js";
import { References, changeOver, spans } from "./model/changes.js";
import { Clock } from "./model/clock.js";
import { Market } from "./model/market.js";
import { problemOf } from "./model/providers.js";
import { Pulse } from "./model/pulse.js";
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
const askSilentFeedMs = 30_000; // if there are no providers
const askAgesAgainMs = 5_000;
const askAgesAgainMaxMs = 60_000;
const freshMs = 2_000; // an answer younger than this need not be repeated when a connection opens
const frozenMs = 10_000; // after such a pause, prices that come may be old
const symbolsAtOnce = 64; // in one answer
const positionSlackMs = 5_000; // positions further than this from the server's clock: it was set
const quickMs = 2_000; // the longest wait for an answer that holds up the page

export class Desk extends EventTarget {
    clock = new Clock();
    market = new Market();
    symbols = []; // those of the server
    symbol = ""; // the one shown
    range = ""; // of the chart; empty until it is known
    feed = null;
    connection = { name: "connecting", retryAt: null, why: "" };
    #refusal = ""; // why the server refuses the stream, in its words
    #api = new Api(this.clock);
    #references = new References();
    #prices = null;
    #isAttached = false; // the stream has said whether it also brings the history
    #history = null;
    #wanted = []; // symbols that are streamed besides the one shown
    #awaySince = this.clock.steady();
    #staleLimitMs = staleLimitFirstMs;
    #feedAskedAt = -Infinity;
    #relistAt = Infinity;
    #relistMs = relistFirstMs;
    #lookedAt = this.clock.steady();
    #isCaughtUp = false; // ticks that come on the stream now are new
    #inquiry = null; // the request for the watchlist that is under way
    #answeredAt = -Infinity; // when the last such request was answered
    #agesDueAt = Infinity; // when ages are to be asked for
    #agesNotBefore = -Infinity;
    #agesAgainMs = askAgesAgainMs;
    #heldSince = new Map(); // by symbol: the time of the oldest tick; null if there is none
    #samples = new Samples();
    #pulse = new Pulse();
    #reached = ""; // the position of the stream when it was last looked at

    // Waits until the server has sent its list of symbols.
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

    // The present time among the positions of the symbol shown. The clock of the server tells it,
    // unless it was set and positions do not follow it (yet): then the newest tick and its age do.
    now() {
        const now = this.clock.now();
        const position = this.quote.positionAt(this.clock.steady());
        if (position === null) return Math.max(now, this.quote.reachedAt);
        return Math.abs(now - position) > positionSlackMs ? position : now;
    }

    // Streams a symbol, and others besides.
    listen(symbol, wanted) {
        const isOther = symbol !== this.#history?.symbol;
        this.symbol = symbol;
        this.#wanted = wanted;
        if (isOther) this.#begin();
        this.#listen();
    }

    // Shows a symbol over a range, and streams others besides.
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

    // Early enough to include the newest tick, even if that is older than the range.
    #beginOfRange() {
        const { ms } = rangeOf(this.range);
        if (ms === null) return 0;
        return Math.min(this.now() - ms, this.quote.newest?.at ?? Infinity);
    }

    // Loads the history from there, once it is known how far the stream itself reaches back.
    #reachBack() {
        if (this.#isAttached && this.range) this.#history.reachBackTo(this.#beginOfRange());
    }

    // The symbol shown comes first.
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
        // A stream of one symbol begins with the history; of many symbols that would be too much.
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
            this.#pulse.hearBeat(this.clock.steady());
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
        this.#pulse.hear(this.clock.steady());
        const quote = this.market.of(tick.symbol);
        const change = quote.takeTick(tick, this.clock.steady(), this.#isCaughtUp);
        if (tick.symbol === this.symbol) this.#history.takeTick(tick);
        if (change !== null) this.#tell("move", { symbol: tick.symbol, change });
        if (quote.newest === tick) this.#tell("hit", tick);
        this.#changed();
    }

    #onGap(gap) {
        this.#pulse.hear(this.clock.steady());
        if (gap.isAnew) this.clock.begin(gap.toAt);
        for (const quote of this.market.about(gap)) quote.takeGap(gap);
        if (!gap.symbols || gap.symbols.includes(this.symbol)) this.#history.takeGap(gap);
        this.#changed();
    }

    #onStale(notice) {
        this.#pulse.hear(this.clock.steady());
        this.market.of(notice.symbol).takeStale(notice, this.clock.steady());
        if (notice.symbol === this.symbol) this.#feedAskedAt = -Infinity; // it may know why
        this.#changed();
    }

    #onFresh(symbol) {
        this.market.of(symbol).takeFresh();
        this.#changed();
    }

    // The server may have other symbols by now, so its list is asked for at once.
    #onRefused({ detail, title }) {
        this.#refusal = detail ?? title ?? "";
        this.#relistAt = this.clock.steady();
        this.#changed();
    }

    // `retryAt` of the stream is by the wall clock, which may be set meanwhile.
    #become({ name, retryAt, why = "" }) {
        const now = this.clock.steady();
        const wasOpen = this.connection.name === "open";
        this.connection = {
            name, why, retryAt: retryAt === null ? null : now + retryAt - Date.now(),
        };
        if (name === "open") {
            if (!wasOpen) this.#pulse.begin(now);
            this.#awaySince = null;
            this.#relistAt = Infinity;
            this.#relistMs = relistFirstMs;
            this.#isCaughtUp = false;
            if (now - this.#answeredAt > freshMs && !this.#inquiry) this.#doubt();
        } else if (this.#awaySince === null) {
            this.#pulse.end();
            this.#awaySince = now;
            this.#relistAt = now + relistFirstMs;
        }
        this.#changed();
    }

    // The ages of the newest prices have to be asked for.
    #doubt() {
        for (const quote of this.market.all) quote.forgetSaid();
        this.#wantAges();
    }

    #wantAges() {
        this.#agesDueAt = Math.max(this.clock.steady(), this.#agesNotBefore);
    }

    // Called once a second: sends the requests that are due.
    lookAround() {
        const now = this.clock.steady();
        if (this.clock.hasSlept()) {
            for (const quote of this.market.all) quote.forgetAge();
            this.#wantAges();
        } else if (now - this.#lookedAt > frozenMs && document.visibilityState === "visible") {
            this.#doubt();
        }
        this.#lookedAt = now;
        this.#checkPulse(now);
        this.#checkAge(now);
        this.#reachBack();
        this.#checkListing(now);
        this.#inquire();
        if (document.visibilityState === "visible") this.#checkFeed(now);
    }

    // On a connection that tabs share, ticks of other tabs' symbols move its position alone.
    #checkPulse(now) {
        const reached = this.#prices?.lastId ?? "";
        if (reached !== this.#reached) this.#pulse.hear(now);
        this.#reached = reached;
    }

    // The server says when a price is stale. If it should have done so and has not, it is asked, so
    // that a lost event does not leave an old price "live".
    #checkAge(now) {
        const { quote } = this;
        if (!quote.newest || this.connection.name !== "open") return;
        const ageMs = quote.ageAt(now);
        if (ageMs === null || (!quote.isStale && ageMs > this.#staleLimitMs)) this.#wantAges();
    }

    // After a restart the server may have other symbols, and it refuses those it lacks.
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

    // Whether a past price is to be asked for, because the history of the symbol shown does not
    // have it.
    #isPastDue(now) {
        const at = this.now();
        return spans.some((span) => !this.series?.priceAt(at - span.ms) &&
            this.#references.isDue(this.symbol, span, now));
    }

    // Asks for everything that is due for the watchlist, in one request.
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
            if (!streamed.includes(entry.symbol)) continue; // it was removed meanwhile
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

    // The newest price of any symbol, also of one that is not streamed (yet), or null.
    async priceOf(symbol) {
        const held = this.market.all.find((quote) => quote.symbol === symbol)?.newest;
        if (held) return held.price;
        const entries = (await this.#api.prices())?.prices;
        return entries?.find((entry) => entry.symbol === symbol)?.price ?? null;
    }

    // The price before the newest: from the stream, or from the history. Null if something is
    // missing between the two.
    get before() {
        const { newest, before } = this.quote;
        const { series } = this;
        if (!newest || !series?.newest || series.newest.id !== newest.id) return before;
        if (series.beginsRun(series.newest)) return null;
        return before ?? series.previous?.price ?? null;
    }

    // The facts for model/truth.js. `hereNow` is by the steady clock, as are all waits and ages;
    // `now` is by that of the server, as are the times of ticks.
    facts() {
        const { newest, isStale } = this.quote;
        const hereNow = this.clock.steady();
        return {
            symbol: this.symbol,
            connection: this.connection,
            newest,
            isStale,
            isQuiet: this.#pulse.isQuiet(hereNow),
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
