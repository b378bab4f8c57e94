// The facts of the page and their sources: one stream of all symbols on the page, the history of
// the symbol shown, from the stream and from the archive, and a few requests to the server.
// Dispatches "change" when there may be something to draw, "move" when a price has moved, "hit"
// when a tick has come that may set off alarms, and "listing" when the server has other symbols.

import { Api } from "./api.js";
import { Archive } from "./archive.js";
import { DeskChanges } from "./desk_changes.js";
import { FeedWatch, problemOf } from "./feed_watch.js";
import { Inquiries } from "./inquiries.js";
import { Listing } from "./listing.js";
import { Clock } from "./model/clock.js";
import { Market } from "./model/market.js";
import { fittingRange, rangeOf } from "./model/ranges.js";
import { Standing } from "./standing.js";
import { SharedPriceStream } from "./stream.js";
import { SymbolHistory } from "./symbol_history.js";

const staleLimitFirstMs = 120_000;
const freshMs = 2_000; // an answer younger than this need not be repeated when a connection opens
const frozenMs = 10_000; // after such a pause, prices that come may be old
const positionSlackMs = 5_000; // positions further than this from the server's clock: it was set
const quickMs = 2_000; // the longest wait for an answer that holds up the page

export class Desk extends EventTarget {
    clock = new Clock();
    market = new Market();
    symbols = []; // those of the server
    symbol = ""; // the one shown
    range = ""; // of the chart; empty until it is known
    #api = new Api(this.clock);
    #prices = null;
    #isAttached = false; // the stream has said whether it also brings the history
    #history = null;
    #wanted = []; // symbols that are streamed besides the one shown
    #standing = new Standing(this.clock.steady());
    #staleLimitMs = staleLimitFirstMs;
    #lookedAt = this.clock.steady();
    #heardAt = null; // when the server was last heard, by the clock of this device
    #isCaughtUp = false; // ticks that come on the stream now are new
    #inquiries = new Inquiries(this.#api, this.clock, (...entry) => this.#takeEntry(...entry));
    changes = new DeskChanges(
        this, this.#inquiries.references, (symbol) => this.#inquiries.heldSince(symbol));
    archive = new Archive(this.#api, this.clock, () => {
        this.#reachBack();
        this.#changed();
    });
    #listing = new Listing(this.#api, this.clock);
    #topics = null; // what tabs follow beside prices
    #feedWatch = new FeedWatch(this.#api, () => this.clock.steady());

    // Waits until the server has sent its list of symbols; or until it has not, where `recall()`
    // resolves with a last state (model/last_state.js) to go on with meanwhile.
    async open(recall = async () => null) {
        let goOn;
        const failed = new Promise((resume) => { goOn = resume; });
        const answered = this.#listing.first((retryAt) => {
            if (this.#prices) return; // the stream knows better
            this.#become({ name: "reconnecting", retryAt });
            recall().then((last) => last && goOn(last));
        }).then((answer) => this.#takeListing(answer));
        const recalled = await Promise.race([answered, failed]);
        if (recalled) this.#recall(recalled);
    }

    #takeListing({ prices, askedAt }) {
        this.symbols = prices.map(({ symbol }) => symbol);
        for (const entry of prices) this.market.of(entry.symbol).takeEntry(entry, askedAt);
        if (this.#prices) this.#tell("listing");
        else if (this.connection.name === "reconnecting")
            this.#become({ name: "connecting", retryAt: null });
    }

    #recall({ at, symbols, prices }) {
        this.symbols = symbols;
        this.#heardAt = at;
        for (const entry of prices) this.market.of(entry.symbol).takeSeed(entry, true);
    }

    get connection() {
        return this.#standing.connection;
    }

    // The range for a visitor who has not chosen one.
    async findRange(symbol) {
        await Promise.race([
            this.#inquire(), new Promise((resume) => setTimeout(resume, quickMs)),
        ]);
        const since = this.#inquiries.heldSince(symbol);
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

    get feed() {
        return this.#feedWatch.state;
    }

    get series() {
        return this.#history?.series ?? null;
    }

    // What the chart draws: candles, or ticks where they are few.
    get chartSeries() {
        return this.archive.candles ?? this.series;
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
        this.archive.show(symbol, range, this.series, this.now());
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
        this.#feedWatch.begin(this.symbol);
    }

    // Early enough to include the newest tick, even if that is older than the range.
    #beginOfRange() {
        const { ms } = rangeOf(this.range);
        if (ms === null) return 0;
        return Math.min(this.now() - ms, this.quote.newest?.at ?? Infinity);
    }

    // Loads the history from there, once it is known how far the stream itself reaches back.
    #reachBack() {
        if (this.#isAttached && this.range && this.archive.areTicksWanted)
            this.#history.reachBackTo(this.#beginOfRange());
    }

    // The symbol shown comes first.
    #streamed() {
        return [...new Set([this.symbol, ...this.#wanted])];
    }

    #listen() {
        const symbols = this.#streamed().sort();
        this.market.keepOnly(symbols);
        this.#inquiries.keepOnly(symbols);
        if (this.#prices) {
            this.#prices.setSymbols(symbols);
            if (!this.#standing.isRefused(symbols)) this.#prices.open();
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
            this.#standing.hearBeat(this.clock.steady());
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
        this.#attachTopics();
        prices.open();
    }

    // The topics on its stream, for all tabs. The first that follows one brings the class (topics.js).
    topicsOf(Topics) {
        if (this.#topics) return this.#topics;
        this.#topics = new Topics(() =>
            this.#standing.isOpen && !this.#standing.isQuiet(this.clock.steady()));
        this.#attachTopics();
        return this.#topics;
    }

    #attachTopics() {
        if (!this.#prices) return;
        this.#topics?.attach(this.#prices, () => this.#standing.hearBeside(this.clock.steady()));
    }

    #onTick(tick) {
        this.clock.noteTick(tick.at);
        this.#standing.hear(this.clock.steady());
        const quote = this.market.of(tick.symbol);
        const change = quote.takeTick(tick, this.clock.steady(), this.#isCaughtUp);
        if (tick.symbol === this.symbol) this.#history.takeTick(tick);
        if (change !== null) this.#tell("move", { symbol: tick.symbol, change });
        if (quote.newest === tick) this.#tell("hit", tick);
        this.#changed();
    }

    #onGap(gap) {
        this.#standing.hear(this.clock.steady());
        if (gap.isAnew) this.clock.begin(gap.toAt);
        for (const quote of this.market.about(gap)) quote.takeGap(gap);
        if (!gap.symbols || gap.symbols.includes(this.symbol)) {
            this.#history.takeGap(gap);
            this.archive.doubt();
        }
        this.#changed();
    }

    #onStale(notice) {
        this.#standing.hear(this.clock.steady());
        this.market.of(notice.symbol).takeStale(notice, this.clock.steady());
        if (notice.symbol === this.symbol) this.#feedWatch.hurry(); // it may know why
        this.#changed();
    }

    #onFresh(symbol) {
        this.market.of(symbol).takeFresh();
        this.#changed();
    }

    // The server may have other symbols by now, so its list is asked for at once.
    #onRefused({ detail, title }) {
        this.#standing.refuse(detail ?? title ?? "", this.#streamed().sort());
        this.#listing.hurry();
        this.#changed();
    }

    // A state of the stream.
    #become(state) {
        const now = this.clock.steady();
        const { isNew, isLost } = this.#standing.become(state, now);
        if (isNew) this.archive.reconsider();
        if (isLost) this.#listing.noteClosed();
        if (this.#standing.isOpen) {
            this.#listing.noteOpen();
            this.#isCaughtUp = false;
            const isFresh = now - this.#inquiries.answeredAt <= freshMs;
            if (!isFresh && !this.#inquiries.isAsking) this.#doubt();
        }
        this.#changed();
    }

    // The ages of the newest prices have to be asked for.
    #doubt() {
        for (const quote of this.market.all) quote.forgetSaid();
        this.#inquiries.wantAges();
    }

    // Called once a second: sends the requests that are due.
    lookAround() {
        const now = this.clock.steady();
        if (this.clock.hasSlept()) {
            for (const quote of this.market.all) quote.forgetAge();
            this.#inquiries.wantAges();
        } else if (now - this.#lookedAt > frozenMs && document.visibilityState === "visible") {
            this.#doubt();
        }
        this.#lookedAt = now;
        this.#standing.noteReached(this.#prices?.lastId ?? "", now);
        if (this.#standing.isOpen) this.#heardAt = Date.now();
        this.#checkAge(now);
        this.#reachBack();
        this.#checkListing();
        this.#inquire();
        this.#inquirePast();
        this.#askFeed();
    }

    async #askFeed() {
        const isVisible = document.visibilityState === "visible";
        if (!isVisible || this.connection.name !== "open") return;
        const ageMs = this.quote.ageAt(this.clock.steady());
        if (await this.#feedWatch.ask(ageMs)) this.#changed();
    }

    // The server says when a price is stale. If it should have done so and has not, it is asked, so
    // that a lost event does not leave an old price "live".
    #checkAge(now) {
        const { quote } = this;
        if (!quote.newest || this.connection.name !== "open") return;
        const ageMs = quote.ageAt(now);
        const isOld = ageMs === null || (!quote.isStale && ageMs > this.#staleLimitMs);
        if (isOld) this.#inquiries.wantAges();
    }

    // After a restart the server may have other symbols, and it refuses those it lacks.
    async #checkListing() {
        if (this.connection.name === "open") return;
        const symbols = await this.#listing.again(this.symbols);
        this.#changed();
        if (!symbols) return;
        this.symbols = symbols;
        this.#tell("listing");
    }

    // Asks for everything that is due for the watchlist, in one request.
    async #inquire() {
        const isReachable = ["open", "connecting"].includes(this.connection.name);
        if (!this.#prices || !isReachable) return;
        await this.#inquiries.ask(() => this.#streamed(), (now) => this.changes.isPastDue(now));
        this.#changed();
    }

    #takeEntry(entry, askedAt, answeredAt) {
        const quote = this.market.of(entry.symbol);
        quote.takeEntry(entry, askedAt);
        quote.spark.addPoints(entry.points);
        const ageMs = quote.ageAt(answeredAt);
        if (entry.symbol === this.symbol && entry.stale === false)
            this.#staleLimitMs = Math.max(this.#staleLimitMs, 2 * (ageMs ?? 0));
    }

    // Asks the archive for what memory does not have.
    #inquirePast(now = this.now()) {
        if (this.connection.name !== "open" || !this.range) return;
        this.archive.lookAround(now, (span) => this.changes.isBeyondMemory(span, now));
    }

    // The newest price of any symbol, also of one that is not streamed (yet), or null.
    async priceOf(symbol) {
        const held = this.market.all.find((quote) => quote.symbol === symbol)?.newest;
        if (held) return held.price;
        const entries = (await this.#api.prices())?.prices;
        return entries?.find((entry) => entry.symbol === symbol)?.price ?? null;
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
            isQuiet: this.#standing.isQuiet(hereNow),
            ageMs: this.quote.ageAt(hereNow),
            feedAgeMs: this.feed ? hereNow - this.feed.askedAt : 0,
            problem: problemOf(this.feed, this.symbol),
            refusal: this.#standing.refusal,
            awaySince: this.#standing.awaySince,
            heardAt: this.#heardAt,
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
