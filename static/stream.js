// A stream of prices that comes back by itself, tells each tick once, and is one connection for all
// tabs of a browser. How to use it, and what its events, states and options are: docs/client.md.
//
// An EventSource reconnects by itself after a cut, at the pace the server asked for, and says which
// event it saw last. It is left to do so once. But it never notices a connection that died without
// a word, and on some errors it gives up for ever: then another is opened here, with the position
// in the URL and after a growing wait.
//
// Other people's pages load this file by itself: it imports nothing, and stays below 5 KB as it is
// served. Lines that are nothing but a comment are not.

// How long the server is silent before it sends a heartbeat, while that has not been learned.
const heartbeatMs = 15_000;
// After so many times the longest of the last silences, a connection is taken for dead.
const heartbeatsMissed = 2.5;
// How long the first attempt may take without an answer. Each that follows may take twice as long,
// up to the longest wait.
const attemptMs = 5_000;
// The wait before the second attempt in a row that failed. It doubles with each of them, too.
const backoffMs = 1_000;
const waitMaxMs = 30_000;
// How often it is looked whether a connection has died.
const checkEveryMs = 500;
// How often the worker tells its tabs that it lives. A tab waits as long for its first answer.
const hereMs = 3_000;
// After this time without a word a tab takes its worker for dead, and a question to the server is
// given up. A tab that shares no longer does so again after it, or after a multiple of it.
const patienceMs = 10_000;
// What a tab missed is brought over the shared connection up to so long ago. Also the longest time
// for which a tab is content with a connection of its own.
const behindMaxMs = 300_000;
// A tab that has left so much unanswered is let go: one for each message and 300 for each `here`,
// which is three minutes where nothing else is sent.
const owedMax = 20_000;

// "1712525476123-0" as two numbers; null for anything else.
export function parsePosition(id) {
    const parts = /^(\d{1,14})-(\d{1,7})$/.exec(id);
    return parts && { ms: Number(parts[1]), counter: Number(parts[2]) };
}

// Below zero where `a` comes first. What is no position comes before all that are.
export function comparePositions(a, b) {
    const [p, q] = [a, b].map((id) => parsePosition(id) ?? { ms: -1, counter: 0 });
    return p.ms - q.ms || p.counter - q.counter;
}

// What cannot be read is an object without anything in it. A worker sends what is read already.
function parse(data) {
    try {
        return Object(typeof data === "string" ? JSON.parse(data) : data);
    } catch {
        return {};
    }
}

// Times are measured by a clock that nobody sets: the computer's own may be stepped by an hour.
const steady = () => performance.now();

// What is answered, where it is of this type and comes in time; else undefined.
async function ask(url, accept) {
    try {
        const signal = AbortSignal.timeout(patienceMs);
        const answer = await fetch(url, { headers: { accept }, signal });
        if (answer.headers.get("content-type").startsWith(accept)) return await answer.json();
        // It may be a stream, which has no end.
        answer.body.cancel();
    } catch {}
}

export class PriceStream extends EventTarget {
    #url;
    #since;
    #symbols;
    // The symbols of which a tick has been told. Of the others, the newest tick is told although it
    // lies before the position reached.
    #begun;
    // Whether newest ticks are being asked for.
    #isAsking = false;
    // The symbols that listeners show as stale, each with the time of its newest tick.
    #staleSince = new Map();
    #source = null;
    #state = { name: "idle", retryAt: null };
    // The position reached: that of the last tick, or the end of the last gap that has one.
    #lastId;
    // The last gap that has no position of its own, on this connection.
    #lastGap = "";
    // When something last came; while the browser waits as it was told to, the end of the wait.
    #heardAt = 0;
    // How far the computer's clock is ahead of the steady one, which may stand still while it sleeps.
    #aheadMs = Date.now() - steady();
    // When the server sent the heartbeat behind which nothing else has come; NaN: there is none.
    #beatAt = NaN;
    // How many attempts have failed since the connection was last open.
    #failures = 0;
    // What the server announced before it ended the response: how long to wait, and why.
    #announced = {};
    // How long nothing came before the last heartbeats.
    #silences = Array(3).fill(heartbeatMs);
    // The attempt that is planned, and, while the stream is open, the look at the connection.
    #reopenTimer = 0;
    #checkTimer = 0;
    #onChange = () => this.#check(globalThis.document?.visibilityState !== "hidden");
    #onHide = () => this.#pause();
    // What a connection says: the data, the position behind it, and how long nothing had come.
    #listeners = {
        open: ({ covered }) => {
            this.#failures = 0;
            this.#announced = {};
            this.#become("open");
            // A worker that has just taken this tab on is about to tell.
            covered ?? this.#begin();
        },
        error: () => {
            const { retry = null, why } = this.#announced;
            this.#announced = {};
            this.#failures += 1;
            const { readyState, url } = this.#source;
            // The browser is not about to try again, or has tried in vain.
            if (readyState !== EventSource.CONNECTING || this.#failures > 1) {
                this.#reopenLater();
                if (readyState === EventSource.CLOSED && url) this.#askWhy(url);
                return;
            }
            // The browser keeps the wait that the server asked for, and is not late before its end.
            this.#heardAt += retry;
            this.#become("reconnecting", retry && Date.now() + retry, why);
        },
        message: (tick, id) => {
            if (typeof tick.price !== "number" || !parsePosition(id)) return;
            const isNews = this.#advance(id);
            if (!isNews && this.#begun.has(tick.symbol)) return;
            this.#tellTick({ ...tick, id }, isNews);
        },
        // A gap of some of several symbols has no id of its own, because ticks of the others up to
        // its end are still to come; the event then shows the id before it. A connection that is
        // resumed by the browser says it again.
        gap: (gap, id) => {
            const [from, to] = [gap.from, gap.to].map(parsePosition);
            if (!from || !to) return;
            // What follows a restart is new, also where the clock has stepped back since: the
            // server answers an id from its future with a gap that ends before it.
            const isAnew =
                gap.reason === "restarted" && comparePositions(gap.to, this.#lastId) <= 0;
            if (isAnew) this.#lastId = "";
            const name = `${gap.to} ${gap.symbols}`;
            if (id === gap.to ? !this.#advance(id) : name === this.#lastGap) return;
            this.#lastGap = name;
            this.#tell("gap", { ...gap, fromAt: from.ms, toAt: to.ms, isAnew });
        },
        heartbeat: (beat, id, silentMs) => {
            const at = beat.timestamp * 1000;
            // Two heartbeats with nothing between are as far apart as the silence that the server
            // keeps: by its own clock, in whole seconds, and by when they came, which is later where
            // the network held one up. When they came is not enough, because what has waited for a
            // frozen page comes all at once. Where it is more than would be waited for, the page has
            // slept, or a clock was set. No silence is taken for shorter than it takes to notice it.
            const ms = Math.max(at - this.#beatAt, silentMs, checkEveryMs);
            const isUsual = ms <= heartbeatsMissed * Math.max(...this.#silences);
            if (isUsual && !this.#source.wake) this.#noteSilence(ms);
            this.#beatAt = at;
            this.#begin();
            if (at) this.#tell("heartbeat", { ...beat, at });
        },
        stale: (notice) => {
            if (!notice.symbol) return;
            this.#staleSince.set(notice.symbol, steady() - notice.age * 1000);
            this.#tell("stale", notice);
        },
        fresh: (notice) => {
            if (!notice.symbol) return;
            this.#staleSince.delete(notice.symbol);
            this.#tell("fresh", notice);
        },
        moving: (word) => (this.#announced = word),
        busy: (word) => (this.#announced = { ...word, why: "busy" }),
        // A worker says that it lives, how far it has got, and how its own stream is.
        here: (state, id) => {
            this.#advance(id);
            if (state.name === "open") this.#listeners.open(state);
            else this.#become(state.name, state.retryAt, state.why);
        },
    };

    // `symbols`: which; empty means the server's first. `since`: Unix seconds to begin at.
    // `lastId`: the id to resume after, which wins over `since`.
    constructor({ url = "/prices/stream", symbols = [], since = null, lastId = "" } = {}) {
        super();
        this.#url = new URL(url, globalThis.document?.baseURI ?? location.href);
        this.#since = since;
        this.#lastId = parsePosition(lastId) ? lastId : "";
        this.#symbols = symbols.map((symbol) => symbol.toUpperCase());
        this.#begun = new Set(this.#lastId && this.#symbols);
    }

    get state() {
        return this.#state;
    }

    // Whether a worker brings what the server sends.
    get isShared() {
        return !!this.#source?.wake;
    }

    // The id to resume after; empty before the first tick.
    get lastId() {
        return this.#lastId;
    }

    open() {
        if (this.#checkTimer) return;
        this.#checkTimer = setInterval(() => this.#check(false), checkEveryMs);
        this.#watch("addEventListener");
        this.#connect();
        this.#become("connecting");
    }

    // `name`: what the state is called from then on.
    close(name = "idle") {
        this.#pause();
        clearInterval(this.#checkTimer);
        this.#checkTimer = 0;
        this.#watch("removeEventListener");
        this.#become(name);
    }

    // Something has happened that makes an attempt worth while before its time.
    wake() {
        this.#check(true);
    }

    // Goes on with these symbols after the last id, or after an earlier one: nothing of those that
    // stay is lost. One that is new begins with its newest tick, and one that is given up and taken
    // again is new. A wait that the server asked for is kept.
    setSymbols(symbols, lastId = this.#lastId) {
        const before = `${this.#symbols} ${this.#lastId}`;
        this.#symbols = symbols.map((symbol) => symbol.toUpperCase());
        this.#lastId = lastId;
        for (const symbol of this.#begun)
            if (!this.#symbols.includes(symbol)) this.#begun.delete(symbol);
        for (const symbol of this.#staleSince.keys())
            if (!this.#symbols.includes(symbol)) this.#staleSince.delete(symbol);
        if (before === `${this.#symbols} ${lastId}`) return;
        const waitMs = this.#heardAt - steady();
        if (waitMs > 0 && this.#source && !this.#source.wake) this.#reopenLater(waitMs);
        else this.reopen(this.#source);
    }

    // `isQuiet`: what is open is not called otherwise for the moment that it takes. If it takes
    // longer, whoever looks at the connection says so.
    reopen(isQuiet) {
        if (!this.#checkTimer) return;
        this.#connect();
        if (!isQuiet) this.#become("reconnecting", Date.now());
    }

    // What is listened to: an EventSource, or something else that behaves like one. What has a
    // `wake` is a worker: it brings some of what the server sends, so that nothing can be learned
    // from the silence between, and it says itself that it lives.
    createSource(url) {
        return new EventSource(url);
    }

    // A worker has no document, and some of these never happen to it.
    #watch(how) {
        globalThis.document?.[how]("visibilitychange", this.#onChange);
        globalThis[how]("online", this.#onChange);
        globalThis[how]("pageshow", this.#onChange);
        globalThis[how]("pagehide", this.#onHide);
    }

    #connect() {
        this.#pause();
        // What begins at an earlier position brings gaps again that were told before, and whoever
        // listens may need them: a gap may be told twice, and never not at all.
        this.#lastGap = "";
        const url = new URL(this.#url);
        const [symbols, since, lastId] = [this.#symbols, this.#since, this.#lastId];
        if (symbols.length > 0) url.searchParams.set("symbols", symbols);
        if (lastId) url.searchParams.set("last_event_id", lastId);
        else if (since !== null) url.searchParams.set("since", since);
        const source = this.createSource(url, { url: this.#url.href, symbols, since, lastId });
        for (const type in this.#listeners)
            source.addEventListener(type, ({ data, lastEventId }) => {
                // One that was replaced may have a last word on its way.
                if (source !== this.#source) return;
                const silentMs = steady() - this.#heardAt;
                this.#heardAt += silentMs;
                if (type !== "heartbeat") this.#beatAt = NaN;
                this.#listeners[type](parse(data), lastEventId, silentMs);
            });
        this.#source = source;
        this.#heardAt = steady();
    }

    // Nothing is open, and nothing is about to be.
    #pause() {
        clearTimeout(this.#reopenTimer);
        this.#reopenTimer = 0;
        this.#source?.close();
        this.#source = null;
    }

    // A stream that resumes does not say what was the newest tick of a symbol before, so it is
    // asked for where none has been told, of all such symbols at once. What lies behind the last id
    // comes by itself. An answer counts only on the connection on which it was asked for: before
    // another, the symbol may have been given up for a while, and what came meanwhile would be a
    // silent hole.
    async #begin() {
        const source = this.#source;
        const isNew = (symbol) => this.#lastId && !this.#begun.has(symbol);
        // One answer has no more.
        const symbols = this.#symbols.filter(isNew).slice(0, 64);
        if (this.#isAsking || symbols.length === 0) return;
        this.#isAsking = true;
        const url = new URL(`../api/watchlist?points=0&symbols=${symbols}`, this.#url);
        const answer = await ask(url, "application/json");
        this.#isAsking = false;
        if (source !== this.#source) {
            if (this.#source?.readyState === EventSource.OPEN) this.#begin();
            return;
        }
        if (!answer) return;
        for (const tick of answer.watchlist)
            if (isNew(tick.symbol) && tick.id && comparePositions(tick.id, this.#lastId) <= 0)
                this.#tellTick(tick);
        for (const symbol of symbols) this.#begun.add(symbol);
        this.#begin();
    }

    // An EventSource gives up without saying what was answered, so the same URL is asked for once
    // more. The answer counts only until the next attempt is made. A request that came too late or
    // too often, 408 or 429, may be repeated.
    async #askWhy(url) {
        const timer = this.#reopenTimer;
        const problem = await ask(url, "application/problem+json");
        if (timer !== this.#reopenTimer || !/^4(?!08|29)/.test(problem?.status)) return;
        this.close("refused");
        this.#tell("refused", problem);
    }

    // Half of the wait more or less is left to chance, so that a crowd does not come back in step.
    #reopenLater(waitMs = (0.5 + Math.random()) * this.#doubled(backoffMs, this.#failures - 2)) {
        this.#pause();
        this.#reopenTimer = setTimeout(() => this.reopen(), waitMs);
        this.#become("reconnecting", Date.now() + waitMs);
    }

    #doubled(ms, times) {
        return Math.min(waitMaxMs, ms * 2 ** Math.max(0, times));
    }

    // Looks for a connection that died silently: after a changed network, a pulled cable, or a sleep,
    // in which the computer's clock goes on and the steady one may not.
    #check(isNews) {
        if (!this.#checkTimer) return;
        const source = this.#source;
        const silentMs = steady() - this.#heardAt;
        const sleptMs = Date.now() - steady() - this.#aheadMs;
        this.#aheadMs += sleptMs;
        const usualMs = Math.max(...this.#silences);
        if (isNews) source?.wake?.();
        if (!source) {
            if (isNews || !this.#reopenTimer) this.reopen();
        } else if (source.readyState !== EventSource.OPEN) {
            // Short at first: the browser may try over an idle connection that is dead as well.
            if (silentMs <= this.#doubled(attemptMs, this.#failures)) return;
            this.#failures += 1;
            this.#reopenLater();
        } else if (sleptMs > patienceMs) {
            this.reopen();
        } else if (silentMs > (source.wake ? patienceMs : heartbeatsMissed * usualMs)) {
            // The server may send heartbeats more rarely than it was expected to.
            this.#noteSilence(Math.min(waitMaxMs, usualMs * 2));
            this.reopen();
        }
    }

    #noteSilence(ms) {
        this.#silences = [...this.#silences.slice(1), ms];
    }

    // Remembers the position of a tick or a gap; false where it has been reached before.
    #advance(id) {
        if (comparePositions(id, this.#lastId) <= 0) return false;
        this.#lastId = id;
        return true;
    }

    // To whoever listens, a tick ends what was stale. One that is no news, but told so that there
    // is a price at all, is as old as it was: what was stale is said again right behind it.
    #tellTick(tick, isNews) {
        const { id, symbol } = tick;
        this.#begun.add(symbol);
        if (isNews) this.#staleSince.delete(symbol);
        this.#tell("tick", { ...tick, at: parsePosition(id).ms });
        const since = this.#staleSince.get(symbol);
        if (since) this.#tell("stale", { symbol, age: Math.round((steady() - since) / 1000) });
    }

    #become(name, retryAt = null, why) {
        if (name === "reconnecting" && !navigator.onLine) name = "offline";
        if (this.#state.name === name && this.#state.retryAt === retryAt) return;
        this.#state = { name, retryAt, why };
        this.#tell("state", this.#state);
    }

    #tell(type, detail) {
        this.dispatchEvent(new CustomEvent(type, { detail }));
    }
}

// In the worker: one stream for all ports. A port is a position, as a subscriber is at the server:
// it is sent what lies behind that, of the symbols it wants. What one port needs again, the stream
// goes back for, and the positions of the others keep it from them.
class Hub {
    #stream;
    // Whether all behind the position of the stream is still to come, of each symbol. It is not so
    // where the stream began with the newest ticks: those of before are unknown.
    #isWhole;
    // To { symbols, lastId, owed, isServed }: served is one that was there as the connection opened.
    #ports = new Map();
    // To { tick, staleAt, gap }: the newest tick, when it was if it is stale, and the last gap that
    // ticks of others may lie before the end of.
    #symbols = new Map();
    #timer = setInterval(() => this.#sweep(), hereMs);

    constructor({ url, since, lastId }) {
        this.#isWhole = lastId;
        this.#stream = new PriceStream({ url, since, lastId });
        for (const type of ["tick", "gap", "stale", "fresh", "heartbeat", "state"])
            this.#stream.addEventListener(type, ({ detail }) => this.#on(type, detail));
    }

    // What a tab has missed is brought again, for all. Where that is much, or where the tab is far
    // ahead of this stream, it has to go on by itself first.
    attach(port, { symbols, lastId }) {
        const stream = this.#stream;
        const reached = stream.lastId;
        const covered = stream.state.name === "idle";
        const aheadMs = parsePosition(lastId)?.ms - parsePosition(reached)?.ms;
        if (lastId && !covered && !(aheadMs < patienceMs && aheadMs > -behindMaxMs)) {
            this.#remove(port, "refused");
            return;
        }
        const place = lastId || reached;
        const isAhead = comparePositions(place, reached) > 0;
        for (const symbol of symbols)
            if (!this.#symbols.has(symbol)) this.#symbols.set(symbol, {});
        stream.setSymbols([...this.#symbols.keys()], isAhead ? reached : place);
        if (lastId && !this.#isWhole) stream.reopen(true);
        this.#isWhole ||= lastId;
        stream.open();
        this.#ports.set(port, { symbols, lastId: place, owed: 0 });
        this.#post(port, "here", { ...stream.state, covered, id: lastId });
        for (const symbol of symbols) {
            const { tick, staleAt, gap } = this.#symbols.get(symbol);
            if (tick && !isAhead && comparePositions(tick.id, place) <= 0)
                this.#post(port, "message", tick);
            // It was told before this port came, and the port's next tick may be one behind it.
            // Where it begins behind the port's place, the stream is about to bring it, and more.
            if (comparePositions(gap?.from, place) <= 0 && comparePositions(gap?.to, place) > 0)
                this.#post(port, "gap", gap);
            const age = Math.round((steady() - staleAt) / 1000);
            if (staleAt) this.#post(port, "stale", { symbol, age });
        }
    }

    // A word of a tab: that it is alive, that something has happened, or farewell.
    hear(port, { isNews, isOver }) {
        const of = this.#ports.get(port);
        if (of) of.owed = 0;
        if (isOver) this.#remove(port);
        if (isNews) this.#stream.wake();
    }

    #remove(port, word) {
        if (word) port.postMessage({ type: word });
        this.#ports.delete(port);
        port.close();
    }

    #post(port, type, data) {
        const of = this.#ports.get(port);
        if (!of) return;
        port.postMessage({ type, data, lastEventId: data.id ?? of.lastId });
        of.owed += type === "here" ? 300 : 1;
        if (of.owed > owedMax) this.#remove(port, "dropped");
    }

    #on(type, detail) {
        if (detail.name === "refused") return this.#expel();
        const { symbol, isAnew, id = detail.to } = detail;
        const { lastId } = this.#stream;
        const names = symbol ? [symbol] : detail.symbols;
        for (const name of names ?? []) {
            const of = this.#symbols.get(name) ?? {};
            of[type] = detail;
            if (symbol) of.staleAt = type === "stale" && steady() - detail.age * 1000;
        }
        if (detail.reason === "restarted")
            for (const all of this.#symbols.values()) all.tick = all.gap = null;
        // Only the first tick of a symbol is older than the position reached.
        const isFirst = type === "tick" && id !== lastId;
        for (const [port, to] of this.#ports) {
            const behind = comparePositions(lastId, to.lastId);
            const isNews = !id || isAnew ||
                (isFirst ? behind >= 0 : comparePositions(id, to.lastId) > 0);
            if (isAnew || behind > 0) to.lastId = lastId;
            if (type !== "state" || detail.name === "open") to.isServed = true;
            if (isNews && (!names || names.some((name) => to.symbols.includes(name))))
                this.#post(port, { tick: "message", state: "here" }[type] ?? type, detail);
        }
    }

    // A symbol that the server does not have is refused with all the others, so the tabs that have
    // come since the connection was last open have to do without it. Where none has come, all have
    // to: each then learns by itself why it is refused.
    #expel() {
        const all = [...this.#ports];
        const suspects = all.filter(([, { isServed }]) => !isServed);
        for (const [port] of suspects.length > 0 ? suspects : all) this.#remove(port, "refused");
        this.#narrow();
    }

    // A tab that takes nothing any more owes more with each of these, until it is let go.
    #sweep() {
        for (const port of this.#ports.keys()) this.#post(port, "here", this.#stream.state);
        this.#narrow();
    }

    // What nobody wants any more is not asked for any more; without a tab, all of it ends.
    #narrow() {
        const wanted = [...this.#ports.values()].flatMap(({ symbols }) => symbols);
        for (const symbol of this.#symbols.keys())
            if (!wanted.includes(symbol)) this.#symbols.delete(symbol);
        if (this.#ports.size > 0) {
            this.#stream.setSymbols([...this.#symbols.keys()]);
            this.#stream.open();
            return;
        }
        this.#stream.close();
        clearInterval(this.#timer);
        hub = null;
    }
}

// A worker has one: what its tabs ask for differs in symbols alone, for it is named after the URL.
let hub = null;

if ("onconnect" in globalThis)
    globalThis.onconnect = ({ ports: [port] }) => {
        port.onmessage = ({ data }) => {
            if (data.symbols) (hub ??= new Hub(data)).attach(port, data);
            else hub?.hear(port, data);
        };
    };

// In the tab: what the worker sends, in the guise of an EventSource. Refused, dropped or never
// answered, it fails as an EventSource does that gives up.
class SharedSource extends EventTarget {
    readyState = EventSource.CONNECTING;
    #port;
    #taken = 0;
    // It is too late for a first answer then.
    #timer = setTimeout(() => this.#take({ type: "refused" }), hereMs);

    constructor(wish) {
        super();
        const worker = new SharedWorker(import.meta.url, { type: "module", name: wish.url });
        worker.onerror = () => this.#take({ type: "refused" });
        this.#port = worker.port;
        this.#port.onmessage = ({ data }) => this.#take(data);
        this.#port.postMessage(wish);
    }

    wake() {
        this.#port.postMessage({ isNews: true });
    }

    close() {
        clearTimeout(this.#timer);
        this.#port.onmessage = null;
        this.#port.postMessage({ isOver: true });
        this.#port.close();
    }

    // What has no data is a word of farewell.
    #take({ type, data, lastEventId }) {
        clearTimeout(this.#timer);
        this.#taken += 1;
        if (!data) this.readyState = EventSource.CLOSED;
        if (type === "here") this.readyState = Number(data.name === "open");
        // The tab says that it is alive, also where very much comes between one `here` and the next.
        if (type === "here" || this.#taken % 1_000 === 0) this.#port.postMessage({});
        this.dispatchEvent(new MessageEvent(type, { data, lastEventId }));
        if (!data) this.dispatchEvent(new Event("error"));
    }
}

export class SharedPriceStream extends PriceStream {
    // Whether the tab does without the worker for now, and for how long the next time.
    #isAlone = false;
    #aloneMs = patienceMs;

    createSource(url, wish) {
        if (wish.symbols.length > 0 && !wish.symbols.includes("*") && !this.#isAlone)
            try {
                const source = new SharedSource(wish);
                source.addEventListener("here", ({ data }) => this.#tellCovered(data.covered));
                source.addEventListener("refused", () => {
                    this.#isAlone = true;
                    setTimeout(() => {
                        this.#isAlone = false;
                        this.reopen(this.state.name === "open");
                    }, this.#aloneMs);
                    this.#aloneMs = Math.min(behindMaxMs, this.#aloneMs * 2);
                });
                return source;
            } catch {} // none here
        this.#tellCovered(true);
        return super.createSource(url);
    }

    // Once: what comes later goes on where the last position was.
    #tellCovered = (covered) => {
        this.#tellCovered = () => {};
        this.dispatchEvent(new CustomEvent("attached", { detail: { covered } }));
    };
}
