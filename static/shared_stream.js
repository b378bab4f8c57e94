// One connection for all tabs of a browser, held by a SharedWorker that runs this same file. Where
// there is none, each tab has a connection of its own: see docs/client.md.

import { PriceStream, askNewest, comparePositions, parsePosition } from "./stream.js";

export { loadHistory } from "./history.js";

const hereMs = 3_000; // between two signs of life, and until the first
const patienceMs = 10_000;
const behindMaxMs = 300_000;
const answerEvery = 1_000;
const owedMax = 20_000; // messages that a tab has not answered

// In the worker: one stream for all ports. A port is a position, as a subscriber is at the server:
// it is sent what lies behind that, of the symbols it wants.
class Hub {
    #url;
    #stream;
    #isWhole; // false where it began with the newest of each symbol: some may not have come yet
    #isTried = true; // it has been open with all symbols
    #ports = new Map(); // to { symbols, lastId, owed }
    #symbols = new Map(); // to { tick, staleAt }: the newest, and when it was that, if it is stale
    #timer = setInterval(() => this.#sweep(), hereMs);

    constructor({ url, since, lastId }) {
        this.#url = url;
        this.#isWhole = lastId;
        this.#stream = new PriceStream({ url, since, lastId });
        for (const type of ["tick", "gap", "stale", "fresh", "heartbeat", "state"])
            this.#stream.addEventListener(type, ({ detail }) => this.#on(type, detail));
    }

    // What a tab has missed is brought again, for all; where that is much, or this stream has not
    // begun, the tab has to catch up by itself first.
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
        const isOpen = this.#stream.state.name === "open";
        port.postMessage({ type, data, lastEventId: id ?? of.lastId, isOpen });
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
        // A tick from before the position that was reached is the first of its symbol.
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

    // One symbol that the server does not have keeps all prices from all.
    async #expel() {
        for (const symbol of this.#symbols.keys()) {
            if (!(await askNewest(this.#url, symbol)).isUnknown) continue;
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
        if (data.symbols) {
            (hub ??= new Hub(data)).attach(port, data);
        } else {
            hub?.hear(port, data);
        }
    };
}

if ("onconnect" in globalThis) addEventListener("connect", ({ ports: [port] }) => acceptPort(port));

// In a tab: what the worker sends, in the guise of an EventSource.
class SharedSource extends EventTarget {
    readyState = EventSource.CONNECTING;
    silenceMs = patienceMs;
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

    // A word without data is one of farewell.
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
        const { symbols } = wish;
        if (symbols.length > 0 && !symbols.includes("*") && !this.#isAlone)
            try {
                const source = new SharedSource(wish);
                source.addEventListener("here", ({ data }) => this.#tellCovered(data.covered));
                source.addEventListener("refused", () => this.#beAlone());
                this.#source = source;
                return source;
            } catch {
                // There are no such workers here.
            }
        this.#tellCovered(true);
        return super.createSource(url);
    }

    #beAlone() {
        this.#isAlone = true;
        setTimeout(() => {
            this.#isAlone = false;
            this.reopen(this.state.name === "open");
        }, this.#aloneMs);
        this.#aloneMs = Math.min(behindMaxMs, this.#aloneMs * 2);
    }

    // Once: what comes later goes on behind the last position.
    #tellCovered(covered) {
        if (this.#isTold) return;
        this.#isTold = true;
        this.dispatchEvent(new CustomEvent("attached", { detail: { covered } }));
    }
}
