// A stream of prices that comes back by itself and never shows a tick twice.
//
//   import { PriceStream } from "/static/stream.js";
//
//   const prices = new PriceStream({ symbols: ["BTC-USD"] });
//   prices.addEventListener("tick", ({ detail }) => console.log(detail.symbol, detail.price));
//   prices.addEventListener("gap", ({ detail }) => console.log("missing", detail.from, detail.to));
//   prices.addEventListener("state", ({ detail }) => console.log(detail.name));
//   prices.open();
//
// Events, all with a `detail`:
//   tick       { id, at, price, symbol, source }   `at` is the tick's time in Unix milliseconds
//   gap        { from, to, fromAt, toAt, reason, symbols }   ticks after `from` up to `to` are lost, of
//              `symbols` or, where that is missing, of all; ticks of others may lie between
//   stale      { symbol, age }      no new price for `age` seconds
//   fresh      { symbol, age }
//   heartbeat  { at }
//   state      { name, retryAt }
//
// States: idle, connecting, open, reconnecting, offline. The last two know in `retryAt` when the
// next attempt is made, or hold null where only the browser knows.
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
const attemptMaxMs = 30_000;
const backoffFirstMs = 1_000;
const backoffMaxMs = 30_000;
const checkEveryMs = 500;

// "1712525476123-0" to its two numbers; null for anything else.
export function parsePosition(id) {
    const parts = /^(\d{1,14})-(\d{1,7})$/.exec(id);
    return parts && { ms: Number(parts[1]), counter: Number(parts[2]) };
}

function isAfter(a, b) {
    return a.ms > b.ms || (a.ms === b.ms && a.counter > b.counter);
}

function parseObject(text) {
    try {
        const value = JSON.parse(text);
        return value !== null && typeof value === "object" ? value : null;
    } catch {
        return null;
    }
}

export class PriceStream extends EventTarget {
    #url;
    #source = null;
    #state = { name: "idle", retryAt: null };
    #last = null; // the position of the last tick or gap
    #lastId = "";
    #lastGapTo = ""; // the end of the last gap that was told
    #heardAt = 0; // wall clock: it goes on while a laptop sleeps
    #attemptMs = attemptFirstMs; // how long the attempt that is being made may take
    #failures = 0; // attempts since the connection was last open
    #announcedMs = null; // the wait the server named before it ended the response
    #reopenTimer = 0;
    #checkTimer = 0;
    #heartbeatAt = null; // when the last event was a heartbeat, its arrival
    #intervals = []; // between heartbeats with nothing in between
    #silenceMs = heartbeatDefaultMs * silenceInHeartbeats;
    #heardHeartbeat = false;
    #onChange = () => this.#check(document.visibilityState === "visible");
    #onHide = () => this.#pause();

    // `symbols`: which; empty means the server's first. `since`: Unix seconds to begin at. `lastId`:
    // the id to resume after, which wins over `since`.
    constructor({ url = "/prices/stream", symbols = [], since = null, lastId = "" } = {}) {
        super();
        this.#url = new URL(url, document.baseURI);
        if (symbols.length > 0) this.#url.searchParams.set("symbols", symbols.join(","));
        if (since !== null) this.#url.searchParams.set("since", String(since));
        this.#last = parsePosition(lastId);
        this.#lastId = this.#last ? lastId : "";
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
        document.addEventListener("visibilitychange", this.#onChange);
        addEventListener("online", this.#onChange);
        addEventListener("pageshow", this.#onChange);
        addEventListener("pagehide", this.#onHide);
        this.#become("connecting");
        this.#connect();
    }

    close() {
        this.#pause();
        clearInterval(this.#checkTimer);
        this.#checkTimer = 0;
        document.removeEventListener("visibilitychange", this.#onChange);
        removeEventListener("online", this.#onChange);
        removeEventListener("pageshow", this.#onChange);
        removeEventListener("pagehide", this.#onHide);
        this.#become("idle");
    }

    #connect() {
        this.#pause();
        const url = new URL(this.#url);
        if (this.#lastId) {
            url.searchParams.delete("since");
            url.searchParams.set("last_event_id", this.#lastId);
        }
        const source = new EventSource(url);
        source.onopen = () => this.#opened();
        source.onerror = () => this.#lost();
        source.onmessage = (event) => this.#onTick(event);
        source.addEventListener("gap", (event) => this.#onGap(event));
        source.addEventListener("heartbeat", (event) => this.#onHeartbeat(event));
        source.addEventListener("stale", (event) => this.#onNotice(event));
        source.addEventListener("fresh", (event) => this.#onNotice(event));
        source.addEventListener("moving", (event) => this.#onFarewell(event));
        source.addEventListener("busy", (event) => this.#onFarewell(event));
        this.#source = source;
        this.#heardAt = Date.now();
        // Short at first: the browser may try over an idle connection that is as dead as the last.
        this.#attemptMs = Math.min(attemptMaxMs, attemptFirstMs * 2 ** this.#failures);
    }

    // Nothing is open and nothing is about to be.
    #pause() {
        clearTimeout(this.#reopenTimer);
        this.#reopenTimer = 0;
        this.#source?.close();
        this.#source = null;
        this.#heartbeatAt = null;
    }

    #opened() {
        this.#failures = 0;
        this.#announcedMs = null;
        this.#heard();
        this.#become("open");
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
        this.#attemptMs = attemptMaxMs;
        this.#heartbeatAt = null;
        this.#become("reconnecting", announcedMs === null ? null : this.#heardAt);
    }

    #reopenLater() {
        this.#pause();
        const wait = Math.min(backoffMaxMs, backoffFirstMs * 2 ** Math.max(0, this.#failures - 2));
        const waitMs = wait * (0.5 + Math.random());
        this.#reopenTimer = setTimeout(() => this.#reopen(), waitMs);
        this.#become("reconnecting", Date.now() + waitMs);
    }

    #reopen() {
        this.#become("reconnecting", Date.now());
        this.#connect();
    }

    // Looks for a connection that died silently: after a sleep, a changed network, a pulled cable.
    // `isNews`: something happened that makes an attempt worth while before its time.
    #check(isNews) {
        if (!this.#checkTimer) return;
        const silentMs = Date.now() - this.#heardAt;
        if (!this.#source) {
            if (isNews || !this.#reopenTimer) this.#reopen();
        } else if (this.#state.name === "open") {
            if (silentMs <= this.#silenceMs) return;
            // A server that has never sent a heartbeat may send them more rarely than expected.
            if (!this.#heardHeartbeat)
                this.#silenceMs = Math.min(this.#silenceMs * 2, silenceMaxMs);
            this.#reopen();
        } else if (silentMs > this.#attemptMs) {
            this.#failures += 1;
            this.#reopenLater();
        }
    }

    #heard() {
        this.#heardAt = Date.now();
        this.#heartbeatAt = null;
    }

    // Remembers the position of a tick or a gap; false where it has been seen before.
    #advance(id) {
        const position = parsePosition(id);
        if (!position || (this.#last && !isAfter(position, this.#last))) return false;
        this.#last = position;
        this.#lastId = id;
        return true;
    }

    #onTick(event) {
        this.#heard();
        const tick = parseObject(event.data);
        if (!tick || !this.#advance(event.lastEventId)) return;
        this.#tell("tick", { ...tick, id: event.lastEventId, at: this.#last.ms });
    }

    // A gap of some of several symbols has no id of its own, because ticks of the others up to its
    // end are still to come; the event then shows the id before it. Resumed, it is told again.
    #onGap(event) {
        this.#heard();
        const gap = parseObject(event.data);
        const from = parsePosition(gap?.from ?? "");
        const to = parsePosition(gap?.to ?? "");
        if (!from || !to) return;
        // What follows a restart is new, also where the clock has stepped back since: the server
        // then answers an id from its future with a gap before it.
        if (gap.reason === "restarted") this.#last = null;
        const hasId = event.lastEventId === gap.to;
        if (hasId ? !this.#advance(gap.to) : gap.to === this.#lastGapTo) return;
        this.#lastGapTo = gap.to;
        this.#tell("gap", { ...gap, fromAt: from.ms, toAt: to.ms });
    }

    #onNotice(event) {
        this.#heard();
        const notice = parseObject(event.data);
        if (notice) this.#tell(event.type, notice);
    }

    // A heartbeat follows a silence of a fixed length, so two in a row tell that length.
    #onHeartbeat(event) {
        const before = this.#heartbeatAt;
        this.#heard();
        this.#heartbeatAt = this.#heardAt;
        this.#heardHeartbeat = true;
        if (before !== null) {
            this.#intervals = [this.#heardAt - before, ...this.#intervals].slice(0, heartbeatSamples);
            if (this.#intervals.length === heartbeatSamples)
                this.#silenceMs = Math.max(
                    silenceMinMs, silenceInHeartbeats * Math.max(...this.#intervals));
        }
        const beat = parseObject(event.data);
        if (beat) this.#tell("heartbeat", { at: beat.timestamp * 1000 });
    }

    // The server is about to end the response, and says when to come back.
    #onFarewell(event) {
        this.#heard();
        const retry = parseObject(event.data)?.retry;
        this.#announcedMs = Number.isFinite(retry) ? retry : null;
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
