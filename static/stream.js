// A stream of prices that reconnects by itself, delivers each tick once, and uses one connection
// for all tabs of a browser. docs/client.md describes its use, events, states and options.
//
// An EventSource reconnects by itself after a cut, after the time the server asked for, and sends
// the last id it saw. It is allowed to do so once. But it does not notice a connection that died
// silently, and on some errors it gives up for good. Then this file opens another, with the
// position in the URL and after a growing wait.
//
// Pages of other people load this file alone: it imports nothing and stays below 5,000 bytes as it
// is served, which is without lines that are only a comment.

// The pause after which the server sends a heartbeat, until it is learned from heartbeats.
const heartbeatMs = 15_000;
// A connection counts as dead after this many times the longest of the last pauses.
const heartbeatsMissed = 2.5;
// How long a first attempt may take. Each attempt after it may take twice as long, up to waitMaxMs.
const attemptMs = 5_000;
// The wait after the second failed attempt in a row. It doubles with each further one.
const backoffMs = 1_000;
const waitMaxMs = 30_000;
// How often the connection is checked.
const checkEveryMs = 500;
// How often the worker sends `here` to its tabs, and how long a tab waits for the first one.
const hereMs = 3_000;
// A tab takes its worker for dead after this time without a message. Also the time limit of a
// request, and how long a tab that was sent away waits at first before it shares again.
const patienceMs = 10_000;
// A tab gets what it missed over the shared connection if that is no longer ago than this. Also the
// longest time a tab keeps a connection of its own before it tries to share again.
const behindMaxMs = 300_000;
// The worker drops a tab that owes more answers than this: 1 for each message, and 300 for each
// `here`, which makes three minutes if there is nothing else.
const owedMax = 20_000;

// "1712525476123-0" as two numbers; null for anything else.
export function parsePosition(id) {
    const parts = /^(\d{1,14})-(\d{1,7})$/.exec(id);
    return parts && { ms: Number(parts[1]), counter: Number(parts[2]) };
}

// Below zero if `a` comes first. Anything that is not a position comes before all positions.
export function comparePositions(a, b) {
    const [p, q] = [a, b].map((id) => parsePosition(id) ?? { ms: -1, counter: 0 });
    return p.ms - q.ms || p.counter - q.counter;
}

// Text that is not JSON becomes an empty object. A worker sends objects, not text.
function parse(data) {
    try {
        return Object(typeof data === "string" ? JSON.parse(data) : data);
    } catch {
        return {};
    }
}

// A clock that cannot be set: the wall clock of the computer may step by an hour.
const steady = () => performance.now();

// The body of the answer, if it is of this type and comes in time; otherwise undefined.
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
    // The symbols that have had a tick. For any other symbol, the newest tick is delivered although
    // it lies before the position reached.
    #begun;
    // Whether a request for newest ticks is under way.
    #isAsking = false;
    // The symbols that were called stale, each with the time of its newest tick.
    #staleSince = new Map();
    #source = null;
    #state = { name: "idle", retryAt: null };
    // The position reached: that of the last tick, or the end of the last gap with an id of its
    // own.
    #lastId;
    // The last gap without an id of its own, on this connection.
    #lastGap = "";
    // When the last event came. While the browser waits before it reconnects: the end of that wait.
    #heardAt = 0;
    // How far the wall clock is ahead of the steady clock, which may stand still during sleep.
    #aheadMs = Date.now() - steady();
    // The time of the last heartbeat, by the server; NaN if another event came after it.
    #beatAt = NaN;
    // How many attempts have failed since the connection was last open.
    #failures = 0;
    // What the server announced before it ended the response: how long to wait, and why.
    #announced = {};
    // The pauses before the last heartbeats.
    #silences = Array(3).fill(heartbeatMs);
    // The timers of the next attempt and, while the stream is open, of the checks.
    #reopenTimer = 0;
    #checkTimer = 0;
    #onChange = () => this.#check(globalThis.document?.visibilityState !== "hidden");
    // No check opens it again, but "pageshow" does: a browser may keep a page that was left.
    #onHide = () => {
        this.#pause();
        this.#reopenTimer = -1;
    };
    // The handlers of events: their data, the id, and for how long no event had come before.
    #listeners = {
        open: ({ covered }) => {
            this.#failures = 0;
            this.#announced = {};
            this.#become("open");
            // A worker that has just accepted this tab is about to send the newest ticks.
            covered ?? this.#begin();
        },
        error: () => {
            const { retry = null, why } = this.#announced;
            this.#announced = {};
            this.#failures += 1;
            const { readyState, url } = this.#source;
            // The browser has given up, or has tried again without success.
            if (readyState !== EventSource.CONNECTING || this.#failures > 1) {
                this.#reopenLater();
                if (readyState === EventSource.CLOSED && url) this.#askWhy(url);
                return;
            }
            // The browser waits as long as the server asked for; silence counts from the end of
            // that wait.
            this.#heardAt += retry;
            this.#become("reconnecting", retry && Date.now() + retry, why);
        },
        message: (tick, id) => {
            if (typeof tick.price !== "number" || !parsePosition(id)) return;
            const isNews = this.#advance(id);
            if (!isNews && this.#begun.has(tick.symbol)) return;
            this.#tellTick({ ...tick, id }, isNews);
        },
        // A gap of some symbols of several has no id of its own, because ticks of the other symbols
        // up to its end follow it. The event then has the id before it, and comes again when the
        // browser reconnects.
        gap: (gap, id) => {
            const [from, to] = [gap.from, gap.to].map(parsePosition);
            if (!from || !to) return;
            // What follows a restart is new, even if the clock was set back: the server answers an
            // id from its future with a gap that ends before that id.
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
            // Two heartbeats in a row are as far apart as the pause that the server keeps. Its own
            // clock gives whole seconds; the arrival may be late because of the network. Arrival
            // alone is not enough, because events that waited for a frozen page arrive all at once.
            // A pause longer than the limit means that the page slept or a clock was set. Pauses
            // shorter than a check do not count.
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
        // The worker is alive: its position, and the state of its own stream.
        here: (state, id) => {
            this.#advance(id);
            if (state.name === "open") this.#listeners.open(state);
            else this.#become(state.name, state.retryAt, state.why);
        },
    };

    // `symbols`: empty for the server's first. `since`: Unix seconds to begin at. `lastId`: the id
    // to resume after; it wins over `since`.
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

    // Whether the shared connection of all tabs serves this stream now.
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

    // `name`: the state from then on.
    close(name = "idle") {
        this.#pause();
        clearInterval(this.#checkTimer);
        this.#checkTimer = 0;
        this.#watch("removeEventListener");
        this.#become(name);
    }

    // Makes the next attempt at once, if the stream is waiting for it.
    wake() {
        this.#check(true);
    }

    // Changes the symbols, and goes on after the last id or after an earlier one: no tick of a
    // symbol that stays is lost. A new symbol begins with its newest tick, and so does one that was
    // dropped and is added again. A wait that the server asked for is kept.
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

    // `isQuiet`: the state stays `open` meanwhile. If that takes too long, a check changes it.
    reopen(isQuiet) {
        if (!this.#checkTimer) return;
        this.#connect();
        if (!isQuiet) this.#become("reconnecting", Date.now());
    }

    // Makes the source of events: an EventSource, or an object that behaves like one. An object
    // with `wake` is a worker: it sends only some of the events of the server, so the pauses
    // between them say nothing about heartbeats, and it sends `here` to show that it is alive.
    createSource(url) {
        return new EventSource(url);
    }

    // A worker has no document, and does not get all of these events.
    #watch(how) {
        globalThis.document?.[how]("visibilitychange", this.#onChange);
        globalThis[how]("online", this.#onChange);
        globalThis[how]("pageshow", this.#onChange);
        globalThis[how]("pagehide", this.#onHide);
    }

    #connect() {
        this.#pause();
        // A stream from an earlier position repeats gaps, and listeners may need them: a gap may be
        // told twice, but never left out.
        this.#lastGap = "";
        const url = new URL(this.#url);
        const [symbols, since, lastId] = [this.#symbols, this.#since, this.#lastId];
        if (symbols.length > 0) url.searchParams.set("symbols", symbols);
        if (lastId) url.searchParams.set("last_event_id", lastId);
        else if (since !== null) url.searchParams.set("since", since);
        const source = this.createSource(url, { url: this.#url.href, symbols, since, lastId });
        for (const type in this.#listeners)
            source.addEventListener(type, ({ data, lastEventId }) => {
                // A source that was replaced may still deliver an event.
                if (source !== this.#source) return;
                const silentMs = steady() - this.#heardAt;
                this.#heardAt += silentMs;
                if (type !== "heartbeat") this.#beatAt = NaN;
                this.#listeners[type](parse(data), lastEventId, silentMs);
            });
        this.#source = source;
        this.#heardAt = steady();
    }

    // Closes the source and cancels the next attempt.
    #pause() {
        clearTimeout(this.#reopenTimer);
        this.#reopenTimer = 0;
        this.#source?.close();
        this.#source = null;
    }

    // A stream that resumes after an id does not send the newest tick of a symbol that was added.
    // So it is asked for, for all such symbols in one request; ticks after the last id come by
    // themselves. An answer counts only on the connection on which it was asked for: by the next
    // one, the symbol may have been dropped for a while, and the ticks of that time would be
    // missing silently.
    async #begin() {
        const source = this.#source;
        const isNew = (symbol) => this.#lastId && !this.#begun.has(symbol);
        // One answer has up to 64 symbols.
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

    // An EventSource does not say which answer made it give up, so the same URL is asked for once
    // more. The answer counts only until the next attempt. 408 (too slow) and 429 (too often) may
    // succeed later.
    async #askWhy(url) {
        const timer = this.#reopenTimer;
        const problem = await ask(url, "application/problem+json");
        if (timer !== this.#reopenTimer || !/^4(?!08|29)/.test(problem?.status)) return;
        this.close("refused");
        this.#tell("refused", problem);
    }

    // The wait is up to half longer or shorter at random, so that clients do not all come back at
    // once.
    #reopenLater(waitMs = (0.5 + Math.random()) * this.#doubled(backoffMs, this.#failures - 2)) {
        this.#pause();
        this.#reopenTimer = setTimeout(() => this.reopen(), waitMs);
        this.#become("reconnecting", Date.now() + waitMs);
    }

    #doubled(ms, times) {
        return Math.min(waitMaxMs, ms * 2 ** Math.max(0, times));
    }

    // Finds a connection that died silently: after a change of network, a pulled cable, or a sleep,
    // in which the wall clock goes on and the steady clock may stand still.
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
            // Short at first: the browser may try over an idle connection that is dead too.
            if (silentMs <= this.#doubled(attemptMs, this.#failures)) return;
            this.#failures += 1;
            this.#reopenLater();
        } else if (sleptMs > patienceMs) {
            this.reopen();
        } else if (silentMs > (source.wake ? patienceMs : heartbeatsMissed * usualMs)) {
            // The server may send heartbeats less often than expected.
            this.#noteSilence(Math.min(waitMaxMs, usualMs * 2));
            this.reopen();
        }
    }

    #noteSilence(ms) {
        this.#silences = [...this.#silences.slice(1), ms];
    }

    // Moves the position on; false if it was reached before.
    #advance(id) {
        if (comparePositions(id, this.#lastId) <= 0) return false;
        this.#lastId = id;
        return true;
    }

    // For listeners, a tick ends `stale`. A tick that is not new (`isNews`) does not: it only gives
    // a symbol its first price, so `stale` is told again right after it.
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

// In the worker: one stream for all tabs. Each tab has a port and a position, and is sent the ticks
// of its symbols after that position. If one tab needs earlier ticks, the stream goes back to them;
// the positions of the other tabs keep them from getting these twice.
class Hub {
    #stream;
    // Whether the stream brings every tick after its position, of each symbol. That is not so if it
    // began with the newest ticks.
    #isWhole;
    // Port to { symbols, lastId, owed, isServed }. `isServed`: the connection was open since it
    // came.
    #ports = new Map();
    // Symbol to { tick, staleAt, gap }: the newest tick, its time if it is stale, and the last gap,
    // because ticks of other symbols may still come before the end of it.
    #symbols = new Map();
    #timer = setInterval(() => this.#sweep(), hereMs);

    constructor({ url, since, lastId }) {
        this.#isWhole = lastId;
        this.#stream = new PriceStream({ url, since, lastId });
        for (const type of ["tick", "gap", "stale", "fresh", "heartbeat", "state"])
            this.#stream.addEventListener(type, ({ detail }) => this.#on(type, detail));
    }

    // Accepts a tab. What it missed is brought again, for all tabs. If that is too long ago, or if
    // the tab is far ahead of this stream, the tab has to go on alone first.
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
            // The gap was told before this port came, and the next tick of the port may lie before
            // its end. If the gap begins after the position of the port, the stream is about to
            // bring it again.
            if (comparePositions(gap?.from, place) <= 0 && comparePositions(gap?.to, place) > 0)
                this.#post(port, "gap", gap);
            const age = Math.round((steady() - staleAt) / 1000);
            if (staleAt) this.#post(port, "stale", { symbol, age });
        }
    }

    // A message of a tab: it is alive, something has happened (`isNews`), or it leaves (`isOver`).
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
        // Only the first tick of a symbol lies before the position reached.
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

    // An unknown symbol makes the server refuse all of them. So the tabs that came since the
    // connection was last open are sent away. If there are none, all are: each then learns over a
    // connection of its own why it is refused.
    #expel() {
        const all = [...this.#ports];
        const suspects = all.filter(([, { isServed }]) => !isServed);
        for (const [port] of suspects.length > 0 ? suspects : all) this.#remove(port, "refused");
        this.#narrow();
    }

    // A tab that has stopped answering owes more with each of these, until it is dropped.
    #sweep() {
        for (const port of this.#ports.keys()) this.#post(port, "here", this.#stream.state);
        this.#narrow();
    }

    // Drops the symbols that no tab wants any more, and ends everything after the last tab.
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

// The only one of this worker. Its name is the URL of the stream, so its tabs differ in symbols
// alone.
let hub = null;

if ("onconnect" in globalThis)
    globalThis.onconnect = ({ ports: [port] }) => {
        port.onmessage = ({ data }) => {
            if (data.symbols) (hub ??= new Hub(data)).attach(port, data);
            else hub?.hear(port, data);
        };
    };

// In the tab: the worker in the shape of an EventSource. If the worker refuses the tab, drops it or
// does not answer, this fails as an EventSource does that gives up.
class SharedSource extends EventTarget {
    readyState = EventSource.CONNECTING;
    #port;
    #taken = 0;
    // The worker has not answered in time.
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

    // A message without data is the last one.
    #take({ type, data, lastEventId }) {
        clearTimeout(this.#timer);
        this.#taken += 1;
        if (!data) this.readyState = EventSource.CLOSED;
        if (type === "here") this.readyState = Number(data.name === "open");
        // Shows the worker that this tab is alive, also if very many messages come between two
        // `here`.
        if (type === "here" || this.#taken % 1_000 === 0) this.#port.postMessage({});
        this.dispatchEvent(new MessageEvent(type, { data, lastEventId }));
        if (!data) this.dispatchEvent(new Event("error"));
    }
}

export class SharedPriceStream extends PriceStream {
    // Whether the tab does without the worker for now, and how long it will the next time.
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

    // Only once: later connections go on at the last position.
    #tellCovered = (covered) => {
        this.#tellCovered = () => {};
        this.dispatchEvent(new CustomEvent("attached", { detail: { covered } }));
    };
}
