// Prices as they come, each tick once, over one connection for all tabs: see docs/client.md.
//
// An EventSource reconnects by itself, but never notices a connection that died without a word, and
// on some errors gives up for ever. Then another is opened here, with the position in the URL.

const heartbeatMs = 15_000;
const heartbeatMinMs = 400;
const heartbeatsMissed = 2.5;
const attemptMs = 5_000;
const backoffMs = 1_000;
const waitMaxMs = 30_000;
const checkEveryMs = 500;
const hereMs = 3_000;
const patienceMs = 10_000;
const behindMaxMs = 300_000;
const answerEvery = 1_000;
const owedMax = 20_000;

export function parsePosition(id) {
    const parts = /^(\d{1,14})-(\d{1,7})$/.exec(id);
    return parts && { ms: Number(parts[1]), counter: Number(parts[2]) };
}

export function comparePositions(a, b) {
    const [p, q] = [a, b].map((id) => parsePosition(id) ?? { ms: -1, counter: 0 });
    return p.ms - q.ms || p.counter - q.counter;
}

function parse(data) {
    try {
        return Object(typeof data === "string" ? JSON.parse(data) : data);
    } catch {
        return {};
    }
}

// Null: there is none; false: no such symbol; undefined: no answer.
async function askNewest(streamUrl, symbol) {
    try {
        const path = `../api/prices/${symbol.toLowerCase()}/history?limit=1`;
        const response = await fetch(new URL(path, streamUrl));
        return response.status !== 404 && ((await response.json()).ticks.at(-1) ?? null);
    } catch {}
}

export class PriceStream extends EventTarget {
    #url;
    #since;
    #symbols;
    #begun; // symbols that have had a tick
    #source = null;
    #state = { name: "idle", retryAt: null };
    #lastId;
    #lastGapTo = "";
    #heardAt = 0; // wall clock: laptops sleep
    #failures = 0;
    #announcedMs = null;
    #silences = Array(3).fill(heartbeatMs);
    #reopenTimer = 0;
    #checkTimer = 0;
    #onChange = () => this.#check(globalThis.document?.visibilityState !== "hidden");
    #onHide = () => this.#pause();
    #listeners = {
        open: () => {
            this.#failures = 0;
            this.#announcedMs = null;
            this.#become("open");
            this.#begin();
        },
        error: () => {
            const waitMs = this.#announcedMs;
            this.#announcedMs = null;
            this.#failures += 1;
            if (this.#source.readyState !== EventSource.CONNECTING || this.#failures > 1) {
                this.#reopenLater();
                return;
            }
            this.#heardAt += waitMs;
            this.#become("reconnecting", waitMs && this.#heardAt);
        },
        message: (tick, id) => {
            if (typeof tick.price !== "number" || !parsePosition(id)) return;
            if (!this.#advance(id) && this.#begun.has(tick.symbol)) return;
            this.#begun.add(tick.symbol);
            this.#tellTick({ ...tick, id });
        },
        // Of some symbols only, it has the id before it: ticks of others up to its end follow.
        gap: (gap, id) => {
            const [from, to] = [gap.from, gap.to].map(parsePosition);
            if (!from || !to) return;
            // The clock has stepped back.
            const isAnew = gap.reason === "restarted" && comparePositions(gap.to, this.#lastId) <= 0;
            if (isAnew) this.#lastId = "";
            if (id === gap.to ? !this.#advance(id) : gap.to === this.#lastGapTo) return;
            this.#lastGapTo = gap.to;
            this.#tell("gap", { ...gap, fromAt: from.ms, toAt: to.ms, isAnew });
        },
        heartbeat: (beat, id, silentMs) => {
            if (!this.#source.wake) this.#noteSilence(Math.max(silentMs, heartbeatMinMs));
            this.#begin();
            if (beat.timestamp) this.#tell("heartbeat", { ...beat, at: beat.timestamp * 1000 });
        },
        stale: (notice) => notice.symbol && this.#tell("stale", notice),
        fresh: (notice) => notice.symbol && this.#tell("fresh", notice),
        moving: ({ retry = null }) => (this.#announcedMs = retry),
        busy: ({ retry = null }) => (this.#announcedMs = retry),
        here: ({ name, retryAt }, id) => {
            this.#advance(id);
            if (name === "open") this.#listeners.open();
            else this.#become(name, retryAt);
        },
    };

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

    close() {
        this.#pause();
        clearInterval(this.#checkTimer);
        this.#checkTimer = 0;
        this.#watch("removeEventListener");
        this.#become("idle");
    }

    wake() {
        this.#check(true);
    }

    setSymbols(symbols, lastId = this.#lastId) {
        const before = `${this.#symbols} ${this.#lastId}`;
        this.#symbols = symbols.map((symbol) => symbol.toUpperCase());
        this.#lastId = lastId;
        for (const symbol of this.#begun)
            if (!this.#symbols.includes(symbol)) this.#begun.delete(symbol);
        if (before === `${this.#symbols} ${lastId}`) return;
        const waitMs = this.#source && !this.#source.wake ? this.#state.retryAt - Date.now() : 0;
        if (waitMs > 0) this.#reopenLater(waitMs);
        else this.reopen(this.#source);
    }

    reopen(isQuiet) {
        if (!this.#checkTimer) return;
        this.#connect();
        if (!isQuiet) this.#become("reconnecting", Date.now());
    }

    createSource(url) {
        return new EventSource(url);
    }

    #watch(how) {
        globalThis.document?.[how]("visibilitychange", this.#onChange);
        globalThis[how]("online", this.#onChange);
        globalThis[how]("pageshow", this.#onChange);
        globalThis[how]("pagehide", this.#onHide);
    }

    #connect() {
        this.#pause();
        const url = new URL(this.#url);
        const wish = { symbols: this.#symbols, since: this.#since, lastId: this.#lastId };
        if (wish.symbols.length > 0) url.searchParams.set("symbols", wish.symbols);
        if (wish.lastId) url.searchParams.set("last_event_id", wish.lastId);
        else if (wish.since !== null) url.searchParams.set("since", wish.since);
        const source = this.createSource(url, { url: this.#url.href, ...wish });
        for (const type in this.#listeners)
            source.addEventListener(type, ({ data, lastEventId }) => {
                if (source !== this.#source) return;
                const silentMs = Date.now() - this.#heardAt;
                this.#heardAt += silentMs;
                this.#listeners[type](parse(data), lastEventId, silentMs);
            });
        this.#source = source;
        this.#heardAt = Date.now();
    }

    #pause() {
        clearTimeout(this.#reopenTimer);
        this.#reopenTimer = 0;
        this.#source?.close();
        this.#source = null;
    }

    // A resumed stream does not say what was newest.
    #begin() {
        const source = this.#source;
        const isNew = (symbol) => this.#lastId && !this.#begun.has(symbol);
        for (const symbol of this.#symbols.filter(isNew))
            askNewest(this.#url, symbol).then((tick) => {
                if (tick === undefined || source !== this.#source || !isNew(symbol)) return;
                if (comparePositions(tick?.id, this.#lastId) > 0) return;
                this.#begun.add(symbol);
                if (tick) this.#tellTick({ ...tick, symbol });
            });
    }

    #reopenLater(waitMs = (0.5 + Math.random()) * this.#doubled(backoffMs, this.#failures - 2)) {
        this.#pause();
        this.#reopenTimer = setTimeout(() => this.reopen(), waitMs);
        this.#become("reconnecting", Date.now() + waitMs);
    }

    #doubled(ms, times) {
        return Math.min(waitMaxMs, ms * 2 ** Math.max(0, times));
    }

    #check(isNews) {
        if (!this.#checkTimer) return;
        const source = this.#source;
        const silentMs = Date.now() - this.#heardAt;
        const usualMs = Math.max(...this.#silences);
        if (isNews) source?.wake?.();
        if (!source) {
            if (isNews || !this.#reopenTimer) this.reopen();
        } else if (source.readyState !== EventSource.OPEN) {
            if (silentMs <= this.#doubled(attemptMs, this.#failures)) return;
            this.#failures += 1;
            this.#reopenLater();
        } else if (silentMs > (source.wake ? patienceMs : heartbeatsMissed * usualMs)) {
            this.#noteSilence(Math.min(waitMaxMs, usualMs * 2));
            this.reopen();
        }
    }

    #noteSilence(ms) {
        this.#silences = [...this.#silences.slice(1), ms];
    }

    #advance(id) {
        if (comparePositions(id, this.#lastId) <= 0) return false;
        this.#lastId = id;
        return true;
    }

    #tellTick(tick) {
        this.#tell("tick", { ...tick, at: parsePosition(tick.id).ms });
    }

    #become(name, retryAt = null) {
        const word = name === "reconnecting" && !navigator.onLine ? "offline" : name;
        if (this.#state.name === word && this.#state.retryAt === retryAt) return;
        this.#state = { name: word, retryAt };
        this.#tell("state", this.#state);
    }

    #tell(type, detail) {
        this.dispatchEvent(new CustomEvent(type, { detail }));
    }
}

// In the worker. A port is a position, as a subscriber is at the server.
class Hub {
    #url;
    #stream;
    #isWhole; // no newest tick is missing
    #isTried = true;
    #ports = new Map();
    #symbols = new Map();
    #timer = setInterval(() => this.#sweep(), hereMs);

    constructor({ url, since, lastId }) {
        this.#url = url;
        this.#isWhole = lastId;
        this.#stream = new PriceStream({ url, since, lastId });
        for (const type of ["tick", "gap", "stale", "fresh", "heartbeat", "state"])
            this.#stream.addEventListener(type, ({ detail }) => this.#on(type, detail));
    }

    // What a tab missed is brought again, for all; if that is much, it catches up by itself first.
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
            if (!this.#symbols.has(symbol)) {
                this.#symbols.set(symbol, {});
                this.#isTried = false;
            }
        stream.setSymbols([...this.#symbols.keys()], isAhead ? reached : place);
        if (lastId && !this.#isWhole) stream.reopen(true);
        this.#isWhole ||= lastId;
        stream.open();
        this.#ports.set(port, { symbols, lastId: place, owed: 0 });
        this.#post(port, "here", { ...stream.state, covered }, lastId);
        for (const symbol of symbols) {
            const { tick, staleAt } = this.#symbols.get(symbol);
            if (tick && !isAhead && comparePositions(tick.id, place) <= 0)
                this.#post(port, "message", tick, tick.id);
            const age = Math.round((Date.now() - staleAt) / 1000);
            if (staleAt) this.#post(port, "stale", { symbol, age });
        }
    }

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

    #post(port, type, data, id, owed = 1) {
        const of = this.#ports.get(port);
        if (!of) return;
        port.postMessage({
            type, data, lastEventId: id ?? of.lastId, isOpen: this.#stream.state.name === "open",
        });
        of.owed += owed;
        if (of.owed > owedMax) this.#remove(port, "dropped");
    }

    #on(type, detail) {
        const { symbol, isAnew, id = detail.to } = detail;
        const { lastId } = this.#stream;
        const of = this.#symbols.get(symbol) ?? {};
        of.staleAt = type === "stale" && Date.now() - detail.age * 1000;
        if (type === "tick") of.tick = detail;
        if (detail.reason === "restarted") for (const all of this.#symbols.values()) all.tick = null;
        // Only the first tick of a symbol is older than the position reached.
        const isFirst = type === "tick" && id !== lastId;
        const names = symbol ? [symbol] : detail.symbols;
        for (const [port, to] of this.#ports) {
            const behind = comparePositions(lastId, to.lastId);
            const isNews = !id || isAnew || (isFirst ? behind >= 0 : comparePositions(id, to.lastId) > 0);
            if (isAnew || behind > 0) to.lastId = lastId;
            if (isNews && (!names || names.some((name) => to.symbols.includes(name))))
                this.#post(port, { tick: "message", state: "here" }[type] ?? type, detail, detail.id);
        }
        if (detail.name === "open") this.#isTried = true;
        if (detail.name === "reconnecting" && !this.#isTried) this.#expel();
    }

    // A symbol that the server lacks keeps all others from coming.
    async #expel() {
        for (const symbol of this.#symbols.keys()) {
            if ((await askNewest(this.#url, symbol)) !== false) continue;
            for (const [port, { symbols }] of this.#ports)
                if (symbols.includes(symbol)) this.#remove(port, "refused");
            this.#narrow();
        }
    }

    #sweep() {
        for (const port of this.#ports.keys())
            this.#post(port, "here", this.#stream.state, undefined, 300);
        this.#narrow();
    }

    #narrow() {
        const wanted = [...this.#ports.values()].flatMap(({ symbols }) => symbols);
        for (const symbol of this.#symbols.keys())
            if (!wanted.includes(symbol)) this.#symbols.delete(symbol);
        if (this.#ports.size > 0) {
            this.#stream.setSymbols([...this.#symbols.keys()]);
            return;
        }
        this.#stream.close();
        clearInterval(this.#timer);
        if (hub === this) hub = null;
    }
}

let hub = null;

export function acceptPort(port) {
    port.onmessage = ({ data }) => {
        if (data.symbols) (hub ??= new Hub(data)).attach(port, data);
        else hub?.hear(port, data);
    };
}

if ("onconnect" in globalThis) globalThis.onconnect = ({ ports: [port] }) => acceptPort(port);

// In the tab: what the worker sends, in the guise of an EventSource.
class SharedSource extends EventTarget {
    readyState = EventSource.CONNECTING;
    #port;
    #taken = 0;
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
        this.readyState = EventSource.CLOSED;
        this.#port.onmessage = null;
        this.#port.postMessage({ isOver: true });
        this.#port.close();
    }

    #take({ type, data, lastEventId, isOpen }) {
        clearTimeout(this.#timer);
        this.readyState = data ? Number(isOpen) : EventSource.CLOSED;
        this.#taken += 1;
        if (type === "here" || this.#taken % answerEvery === 0) this.#port.postMessage({});
        for (const name of data ? [type] : [type, "error"])
            this.dispatchEvent(Object.assign(new Event(name), { data, lastEventId }));
    }
}

export class SharedPriceStream extends PriceStream {
    #source = null;
    #isAlone = false;
    #aloneMs = patienceMs;
    #isTold = false;

    get isShared() {
        return this.#source !== null;
    }

    createSource(url, wish) {
        this.#source = null;
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
                this.#source = source;
                return source;
            } catch {} // none here
        this.#tellCovered(true);
        return super.createSource(url);
    }

    #tellCovered(covered) {
        if (this.#isTold) return;
        this.#isTold = true;
        this.dispatchEvent(new CustomEvent("attached", { detail: { covered } }));
    }
}
