// One connection for all tabs of a browser, held by a SharedWorker that runs this same file. Where
// there is no such worker, each tab has a connection of its own. How to use it: docs/client.md.

import { PriceStream, askNewest, comparePositions, parsePosition } from "./stream.js";

export { loadHistory } from "./history.js";

const sweepEveryMs = 3_000;
const silenceMs = 10_000;
const answerMaxMs = 3_000;
const owedMax = 20_000; // messages that a tab has not answered
const owedPerSweep = 300;
const answerEvery = 1_000;
const aheadMaxMs = 10_000;
const behindMaxMs = 5 * 60_000;
const aloneFirstMs = 10_000;
const aloneMaxMs = 10 * 60_000;

// In the worker: one stream for all ports. A port is a position, as a subscriber is at the server:
// it is sent what lies behind that, of the symbols it wants.
class Hub {
    #url;
    #stream;
    #isWhole; // not where it began with the newest of each symbol, of which some may be missing yet
    #isTried = true; // whether it has been open with all symbols
    #ports = new Map(); // to { symbols, lastId, owed }
    #symbols = new Map(); // to { tick, age, at }: the newest tick, and how old it was called when
    #sweeper = setInterval(() => this.#sweep(), sweepEveryMs);

    constructor({ url, since, lastId }) {
        this.#url = url;
        this.#isWhole = lastId !== "";
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
        const [at, reachedAt] = [lastId, reached].map((id) => parsePosition(id)?.ms);
        const isNear = at < reachedAt + aheadMaxMs && at > reachedAt - behindMaxMs;
        if (lastId && !covered && !isNear) {
            this.#remove(port, "refused");
            return;
        }
        for (const symbol of symbols)
            if (!this.#symbols.has(symbol)) {
                this.#symbols.set(symbol, {});
                this.#isTried = false;
            }
        const place = lastId || reached;
        const isAhead = comparePositions(place, reached) > 0;
        stream.setSymbols([...this.#symbols.keys()], isAhead ? reached : place);
        if (lastId && !this.#isWhole) {
            this.#isWhole = true;
            stream.reopen(true);
        }
        this.#ports.set(port, { symbols, lastId: place, owed: 0 });
        stream.open();
        this.#post(port, "attached", { covered });
        for (const symbol of symbols) {
            const { tick, age, at: saidAt } = this.#symbols.get(symbol);
            if (tick && !isAhead && comparePositions(tick.id, place) <= 0)
                this.#post(port, "message", tick, tick.id);
            if (age)
                this.#post(port, "stale", { symbol, age: Math.round(age + (Date.now() - saidAt) / 1000) });
        }
        this.#post(port, "here", stream.state);
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
        const name = { tick: "message", state: "here" }[type] ?? type;
        const { lastId } = this.#stream;
        const of = this.#symbols.get(symbol) ?? {};
        Object.assign(of, { age: type === "stale" && detail.age, at: Date.now() });
        if (type === "tick") of.tick = detail;
        if (detail.reason === "restarted") for (const all of this.#symbols.values()) all.tick = null;
        // A tick from before the position that was reached is the first of its symbol.
        const isFirst = type === "tick" && id !== lastId;
        const names = symbol ? [symbol] : detail.symbols;
        for (const [port, to] of this.#ports) {
            const behind = comparePositions(lastId, to.lastId);
            const isNews = !id || isAnew || (isFirst ? behind >= 0 : comparePositions(id, to.lastId) > 0);
            if (isAnew || behind > 0) to.lastId = lastId;
            if (isNews && (!names || names.some((one) => to.symbols.includes(one))))
                this.#post(port, name, detail, detail.id);
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
            this.#post(port, "here", this.#stream.state, undefined, owedPerSweep);
        this.#narrow();
    }

    // What nobody wants any more is not asked for any more.
    #narrow() {
        const wanted = [...this.#ports.values()].flatMap(({ symbols }) => symbols);
        for (const symbol of this.#symbols.keys())
            if (!wanted.includes(symbol)) this.#symbols.delete(symbol);
        if (this.#ports.size > 0) {
            this.#stream.setSymbols([...this.#symbols.keys()]);
            return;
        }
        this.#stream.close();
        clearInterval(this.#sweeper);
        if (hub === this) hub = null;
    }
}

let hub = null;

export function acceptPort(port) {
    port.onmessage = ({ data }) => {
        if (data.symbols) {
            hub ??= new Hub(data);
            hub.attach(port, data);
        } else {
            hub?.hear(port, data);
        }
    };
}

if ("onconnect" in globalThis) addEventListener("connect", ({ ports: [port] }) => acceptPort(port));

// In a tab: what the worker sends, in the guise of an EventSource.
class SharedSource extends EventTarget {
    readyState = EventSource.CONNECTING;
    silenceMs = silenceMs;
    lateAt = Date.now() + answerMaxMs; // when it is too late for a first answer
    #port;
    #taken = 0;

    constructor(wish) {
        super();
        const worker = new SharedWorker(import.meta.url, { type: "module", name: wish.url });
        worker.onerror = () => {
            this.#take({ type: "failed" });
            this.lateAt = 0;
        };
        this.#port = worker.port;
        this.#port.onmessage = ({ data }) => this.#take(data);
        this.#port.postMessage(wish);
    }

    wake() {
        this.#port.postMessage({ isNews: true });
    }

    close() {
        this.readyState = EventSource.CLOSED;
        this.#port.onmessage = null;
        this.#port.postMessage({ isOver: true });
        this.#port.close();
    }

    // What has no data is a word of farewell.
    #take({ type, data, lastEventId, isOpen }) {
        this.lateAt = Infinity;
        this.readyState = data ? Number(isOpen) : EventSource.CLOSED;
        this.#taken += 1;
        if (type === "here" || this.#taken % answerEvery === 0) this.#port.postMessage({});
        for (const name of data ? [type] : [type, "error"])
            this.dispatchEvent(Object.assign(new Event(name), { data, lastEventId }));
    }
}

export class SharedPriceStream extends PriceStream {
    #source = null;
    #aloneMs = aloneFirstMs;
    #aloneUntil = 0;
    #isTold = false;

    get isShared() {
        return this.#source?.lateAt === Infinity;
    }

    createSource(url, wish) {
        if (Date.now() > this.#source?.lateAt) this.#beAlone();
        this.#source = null;
        const { symbols } = wish;
        if (symbols.length > 0 && !symbols.includes("*") && Date.now() >= this.#aloneUntil)
            try {
                this.#source = new SharedSource(wish);
                this.#source.addEventListener("attached", ({ data }) => this.#tellCovered(data.covered));
                this.#source.addEventListener("refused", () => setTimeout(() => {
                    this.#aloneUntil = 0;
                    this.reopen(this.state.name === "open");
                }, this.#beAlone()));
                return this.#source;
            } catch {
                // There are no such workers here.
            }
        this.#tellCovered(true);
        return super.createSource(url);
    }

    #beAlone() {
        const forMs = this.#aloneMs;
        this.#aloneMs = Math.min(aloneMaxMs, forMs * 2);
        this.#aloneUntil = Date.now() + forMs;
        return forMs;
    }

    // Once: what comes later goes on where the last position was.
    #tellCovered(covered) {
        if (this.#isTold) return;
        this.#isTold = true;
        this.dispatchEvent(new CustomEvent("attached", { detail: { covered } }));
    }
}
