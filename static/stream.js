// A stream of prices that comes back by itself and never shows a tick twice. How to use it, and what
// its events, states and options are: docs/client.md.
//
// An EventSource reconnects by itself after a cut, at the pace the server asked for, and says which
// event it saw last. It is left to do so once. But it never notices a connection that died without
// a word, and it gives up for ever on some errors: then a new one is opened here, with the position
// in the URL and a growing, jittered wait.

const heartbeatDefaultMs = 15_000;
const heartbeatSamples = 3;
const silenceInHeartbeats = 2.5;
const silenceMinMs = 1_000;
const silenceMaxMs = 2 * 60_000;
const attemptFirstMs = 5_000;
const backoffFirstMs = 1_000;
const waitMaxMs = 30_000; // for an attempt, and between two
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

function parseObject(text) {
    try {
        const value = typeof text === "string" ? JSON.parse(text) : text;
        return value !== null && typeof value === "object" ? value : null;
    } catch {
        return null;
    }
}

// The newest tick of a symbol: null where there is none, undefined where nobody says.
export async function askNewest(streamUrl, symbol) {
    try {
        const path = `../api/prices/${encodeURIComponent(symbol.toLowerCase())}/history?limit=1`;
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
    #lastGapTo = ""; // the end of the last gap that was told
    #heardAt = 0; // wall clock: it goes on while a laptop sleeps
    #attemptMs = attemptFirstMs; // how long the attempt that is being made may take
    #failures = 0; // attempts since the connection was last open
    #announcedMs = null; // the wait the server named before it ended the response
    #reopenTimer = 0;
    #checkTimer = 0;
    #silences = []; // how long nothing came before the last heartbeats
    #silenceMs = heartbeatDefaultMs * silenceInHeartbeats;
    #heardHeartbeat = false;
    #onChange = () => this.#check(globalThis.document?.visibilityState !== "hidden");
    #onHide = () => this.#pause();

    // `symbols`: which; empty means the server's first. `since`: Unix seconds to begin at. `lastId`:
    // the id to resume after, which wins over `since`.
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

    // The id to resume after; empty before the first tick.
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

    // Goes on with these symbols after the last id, or an earlier one: nothing of those that stay is
    // lost. One that is new begins with its newest tick.
    setSymbols(symbols, lastId = this.#lastId) {
        const before = `${this.#symbols} ${this.#lastId}`;
        this.#symbols = symbols.map((symbol) => symbol.toUpperCase());
        this.#lastId = lastId;
        for (const symbol of this.#begun)
            if (!this.#symbols.includes(symbol)) this.#begun.delete(symbol);
        if (!this.#checkTimer || before === `${this.#symbols} ${lastId}`) return;
        // A worker keeps to the server's wait by itself.
        const waitMs = this.#source && !this.#source.wake ? this.#state.retryAt - Date.now() : 0;
        if (waitMs > 0) this.#reopenLater(waitMs);
        else this.reopen(this.#source);
    }

    // What is listened to; something else may do that behaves like an EventSource.
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
        const ask = (name, value) => url.searchParams.set(name, value);
        if (this.#symbols.length > 0) ask("symbols", this.#symbols);
        if (this.#lastId) ask("last_event_id", this.#lastId);
        else if (this.#since !== null) ask("since", this.#since);
        const source = this.createSource(url, {
            url: this.#url.href, symbols: this.#symbols, since: this.#since, lastId: this.#lastId,
        });
        const listeners = {
            open: () => this.#opened(),
            error: () => this.#lost(),
            message: (event) => this.#onTick(event),
            gap: (event) => this.#onGap(event),
            heartbeat: (event) => this.#onHeartbeat(event),
            stale: (event) => this.#onNotice(event),
            fresh: (event) => this.#onNotice(event),
            moving: (event) => this.#onFarewell(event),
            busy: (event) => this.#onFarewell(event),
            here: (event) => this.#onHere(event),
        };
        for (const type in listeners) source.addEventListener(type, listeners[type]);
        this.#source = source;
        this.#heardAt = Date.now();
        // Short at first: the browser may try over an idle connection that is as dead as the last.
        this.#attemptMs = Math.min(waitMaxMs, attemptFirstMs * 2 ** this.#failures);
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
        this.#heard();
        this.#become("open");
        this.#begin();
    }

    // Where a stream resumes, the server does not say what was the newest tick of a symbol before.
    // What lies behind the last id comes by itself.
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
        const announcedMs = this.#announcedMs;
        this.#announcedMs = null;
        this.#failures += 1;
        if (this.#source.readyState !== EventSource.CONNECTING || this.#failures > 1) {
            this.#reopenLater();
            return;
        }
        this.#heardAt = Date.now() + (announcedMs ?? 0);
        this.#attemptMs = waitMaxMs;
        this.#become("reconnecting", announcedMs === null ? null : this.#heardAt);
    }

    #reopenLater(waitMs = this.#backoff()) {
        this.#pause();
        this.#reopenTimer = setTimeout(() => this.reopen(), waitMs);
        this.#become("reconnecting", Date.now() + waitMs);
    }

    #backoff() {
        const wait = Math.min(waitMaxMs, backoffFirstMs * 2 ** Math.max(0, this.#failures - 2));
        return wait * (0.5 + Math.random());
    }

    // Without a word, where it takes only a moment.
    reopen(isQuiet) {
        if (!this.#checkTimer) return;
        if (!isQuiet) this.#become("reconnecting", Date.now());
        this.#connect();
    }

    // Looks for a connection that died silently: after a sleep, a changed network, a pulled cable.
    #check(isNews) {
        if (!this.#checkTimer) return;
        const silentMs = Date.now() - this.#heardAt;
        if (isNews) this.#source?.wake?.();
        if (!this.#source) {
            if (isNews || !this.#reopenTimer) this.reopen();
        } else if (this.#source.readyState === EventSource.OPEN) {
            if (silentMs <= (this.#source.silenceMs ?? this.#silenceMs)) return;
            // A server that has never sent a heartbeat may send them more rarely than expected.
            if (!this.#heardHeartbeat)
                this.#silenceMs = Math.min(this.#silenceMs * 2, silenceMaxMs);
            this.reopen();
        } else if (silentMs > this.#attemptMs) {
            this.#failures += 1;
            this.#reopenLater();
        }
    }

    #heard() {
        this.#heardAt = Date.now();
    }

    // Remembers the position of a tick or a gap; false where it has been seen before.
    #advance(id) {
        if (comparePositions(id, this.#lastId) <= 0) return false;
        this.#lastId = id;
        return true;
    }

    #onTick({ data, lastEventId: id }) {
        this.#heard();
        const tick = parseObject(data);
        if (!tick || !parsePosition(id)) return;
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
    #onGap({ data, lastEventId: id }) {
        this.#heard();
        const gap = parseObject(data);
        const from = parsePosition(gap?.from);
        const to = parsePosition(gap?.to);
        if (!from || !to) return;
        // What follows a restart is new, also where the clock has stepped back since: the server
        // then answers an id from its future with a gap before it.
        const isAnew = gap.reason === "restarted" && comparePositions(gap.to, this.#lastId) <= 0;
        if (isAnew) this.#lastId = "";
        if (id === gap.to ? !this.#advance(id) : gap.to === this.#lastGapTo) return;
        this.#lastGapTo = gap.to;
        this.#tell("gap", { ...gap, fromAt: from.ms, toAt: to.ms, isAnew });
    }

    #onNotice({ type, data }) {
        this.#heard();
        const notice = parseObject(data);
        if (notice) this.#tell(type, notice);
    }

    // A heartbeat follows a silence of a fixed length. Some arrive early behind what was held up.
    #onHeartbeat({ data }) {
        this.#silences = [Date.now() - this.#heardAt, ...this.#silences].slice(0, heartbeatSamples);
        this.#heard();
        this.#heardHeartbeat = true;
        if (this.#silences.length === heartbeatSamples)
            this.#silenceMs = Math.max(silenceMinMs, silenceInHeartbeats * Math.max(...this.#silences));
        this.#begin();
        const beat = parseObject(data);
        if (beat) this.#tell("heartbeat", { ...beat, at: beat.timestamp * 1000 });
    }

    // The server is about to end the response, and says when to come back.
    #onFarewell({ data }) {
        this.#heard();
        const retry = parseObject(data)?.retry;
        this.#announcedMs = Number.isFinite(retry) ? retry : null;
    }

    // A worker says how far it has got, and how its own stream is.
    #onHere({ data, lastEventId }) {
        this.#heard();
        this.#advance(lastEventId);
        if (data.name === "open") this.#opened();
        else this.#become(data.name, data.retryAt);
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
