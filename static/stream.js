// A stream of prices that comes back by itself and never shows a tick twice: see docs/client.md.
//
// An EventSource reconnects by itself after a cut, and is left to do so once. But it never notices a
// connection that died without a word, and on some errors it gives up for ever: then a new one is
// opened here, with the position in the URL and a growing, jittered wait.

const silenceUsualMs = 15_000; // between heartbeats
const silenceMaxMs = 60_000;
const silencesAllowed = 2.5;
const attemptMs = 5_000;
const backoffMs = 1_000;
const waitMaxMs = 30_000;
const checkEveryMs = 500;

// "1712525476123-0" to its two numbers; null for anything else.
export function parsePosition(id) {
    const parts = /^(\d{1,14})-(\d{1,7})$/.exec(id);
    return parts && { ms: Number(parts[1]), counter: Number(parts[2]) };
}

// Below zero where `a` comes first. What is no position comes before all that are.
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

// The newest tick of a symbol: null where there is none, undefined where nobody says.
export async function askNewest(streamUrl, symbol) {
    try {
        const path = `../api/prices/${symbol.toLowerCase()}/history?limit=1`;
        const response = await fetch(new URL(path, streamUrl));
        if (response.status === 404) return { isUnknown: true, tick: null };
        return { tick: (await response.json()).ticks.at(-1) ?? null };
    } catch {
        return {};
    }
}

export class PriceStream extends EventTarget {
    #url;
    #since;
    #symbols;
    #begun; // symbols of which a tick has been told
    #source = null;
    #state = { name: "idle", retryAt: null };
    #lastId; // the position of the last tick or gap
    #lastGapTo = "";
    #heardAt = 0; // wall clock: it goes on while a laptop sleeps
    #failures = 0; // attempts since the connection was last open
    #announcedMs = null; // the wait the server named before it ended the response
    #silences = Array(3).fill(silenceUsualMs); // before the last heartbeats
    #reopenTimer = 0;
    #checkTimer = 0;
    #onChange = () => this.#check(globalThis.document?.visibilityState !== "hidden");
    #onHide = () => this.#pause();

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
        this.#become("connecting");
        this.#connect();
    }

    close() {
        this.#pause();
        clearInterval(this.#checkTimer);
        this.#checkTimer = 0;
        this.#watch("removeEventListener");
        this.#become("idle");
    }

    // Something has happened that makes an attempt worth while before its time.
    wake() {
        this.#check(true);
    }

    // Goes on after the last id, or an earlier one, so that of the symbols that stay nothing is lost.
    // One that is new begins with its newest tick.
    setSymbols(symbols, lastId = this.#lastId) {
        const before = `${this.#symbols} ${this.#lastId}`;
        this.#symbols = symbols.map((symbol) => symbol.toUpperCase());
        this.#lastId = lastId;
        for (const symbol of this.#begun)
            if (!this.#symbols.includes(symbol)) this.#begun.delete(symbol);
        if (before === `${this.#symbols} ${lastId}`) return;
        // A worker keeps to the server's wait by itself.
        const waitMs = this.#source && !this.#source.wake ? this.#state.retryAt - Date.now() : 0;
        if (waitMs > 0) this.#reopenLater(waitMs);
        else this.reopen(this.#source);
    }

    // Quietly where it takes only a moment.
    reopen(isQuiet) {
        if (!this.#checkTimer) return;
        if (!isQuiet) this.#become("reconnecting", Date.now());
        this.#connect();
    }

    // What behaves like an EventSource may be listened to instead of one.
    createSource(url) {
        return new EventSource(url);
    }

    // A worker has no document.
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
        const listeners = {
            open: () => this.#opened(),
            error: () => this.#lost(),
            message: (tick, id) => this.#onTick(tick, id),
            gap: (gap, id) => this.#onGap(gap, id),
            heartbeat: (beat, id, silentMs) => this.#onHeartbeat(beat, silentMs),
            stale: (notice) => notice.symbol && this.#tell("stale", notice),
            fresh: (notice) => notice.symbol && this.#tell("fresh", notice),
            moving: ({ retry = null }) => (this.#announcedMs = retry),
            busy: ({ retry = null }) => (this.#announcedMs = retry),
            here: (state, id) => this.#onHere(state, id),
        };
        for (const type in listeners)
            source.addEventListener(type, ({ data, lastEventId }) => {
                const silentMs = Date.now() - this.#heardAt;
                this.#heardAt += silentMs;
                listeners[type](parse(data), lastEventId, silentMs);
            });
        this.#source = source;
        this.#heardAt = Date.now();
    }

    // Nothing is open and nothing is about to be.
    #pause() {
        clearTimeout(this.#reopenTimer);
        this.#reopenTimer = 0;
        this.#source?.close();
        this.#source = null;
    }

    #opened() {
        this.#failures = 0;
        this.#announcedMs = null;
        this.#become("open");
        this.#begin();
    }

    // A stream that resumes does not say what was newest before. What lies behind comes by itself.
    #begin() {
        const source = this.#source;
        const isNew = (symbol) => this.#lastId && !this.#begun.has(symbol);
        for (const symbol of this.#symbols.filter(isNew))
            askNewest(this.#url, symbol).then(({ tick }) => {
                if (tick === undefined || source !== this.#source || !isNew(symbol)) return;
                if (comparePositions(tick?.id, this.#lastId) > 0) return;
                this.#begun.add(symbol);
                if (tick) this.#tellTick({ ...tick, symbol });
            });
    }

    #lost() {
        const waitMs = this.#announcedMs;
        this.#announcedMs = null;
        this.#failures += 1;
        if (this.#source.readyState !== EventSource.CONNECTING || this.#failures > 1) {
            this.#reopenLater();
            return;
        }
        this.#heardAt += waitMs;
        this.#become("reconnecting", waitMs && this.#heardAt);
    }

    #reopenLater(waitMs = (0.5 + Math.random()) * this.#doubled(backoffMs, this.#failures - 2)) {
        this.#pause();
        this.#reopenTimer = setTimeout(() => this.reopen(), waitMs);
        this.#become("reconnecting", Date.now() + waitMs);
    }

    #doubled(ms, times) {
        return Math.min(waitMaxMs, ms * 2 ** Math.max(0, times));
    }

    // Looks for a connection that died silently: after a sleep, a changed network, a pulled cable.
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
        } else if (silentMs > (source.silenceMs ?? silencesAllowed * usualMs)) {
            // Heartbeats may be rarer than they were thought to be.
            this.#noteSilence(Math.min(silenceMaxMs, usualMs * 2));
            this.reopen();
        }
    }

    #noteSilence(ms) {
        this.#silences = [...this.#silences.slice(1), ms];
    }

    // Remembers the position of a tick or a gap; false where it has been seen before.
    #advance(id) {
        if (comparePositions(id, this.#lastId) <= 0) return false;
        this.#lastId = id;
        return true;
    }

    #onTick(tick, id) {
        if (typeof tick.price !== "number" || !parsePosition(id)) return;
        // From a worker, the first tick of a symbol may come after newer ones of others.
        if (!this.#advance(id) && this.#begun.has(tick.symbol)) return;
        this.#begun.add(tick.symbol);
        this.#tellTick({ ...tick, id });
    }

    #tellTick(tick) {
        this.#tell("tick", { ...tick, at: parsePosition(tick.id).ms });
    }

    // A gap of some of several symbols has no id of its own, because ticks of the others up to its
    // end are still to come; the event then shows the id before it. Resumed, it is told again.
    #onGap(gap, id) {
        const [from, to] = [gap.from, gap.to].map(parsePosition);
        if (!from || !to) return;
        // After a restart the clock may be behind what it was.
        const isAnew = gap.reason === "restarted" && comparePositions(gap.to, this.#lastId) <= 0;
        if (isAnew) this.#lastId = "";
        if (id === gap.to ? !this.#advance(id) : gap.to === this.#lastGapTo) return;
        this.#lastGapTo = gap.to;
        this.#tell("gap", { ...gap, fromAt: from.ms, toAt: to.ms, isAnew });
    }

    #onHeartbeat(beat, silentMs) {
        this.#noteSilence(Math.max(silentMs, 400));
        this.#begin();
        if (beat.timestamp) this.#tell("heartbeat", { ...beat, at: beat.timestamp * 1000 });
    }

    // A worker says how its own stream is, and how far it has got.
    #onHere({ name, retryAt }, id) {
        this.#advance(id);
        if (name === "open") this.#opened();
        else this.#become(name, retryAt);
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
