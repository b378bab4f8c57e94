// The side of the worker: one stream for all tabs of a browser.

import { behindMaxMs, hereMs, patienceMs, steady, topicNames } from "./limits.js";
import { comparePositions, parsePosition } from "./position.js";
import { PriceStream } from "./price_stream.js";

// The worker drops a tab that owes more answers than this: 1 for each message, 100 for each change of
// a topic, which is longer, and 300 for each `here`, which makes three minutes if there is nothing
// else.
const owedMax = 20_000;
const owedFor = { here: 300, ...Object.fromEntries(topicNames.map((topic) => [topic, 100])) };

// Each tab has a port and a position, and is sent the ticks of its symbols after that position. If
// one tab needs earlier ticks, the stream goes back to them; the positions of the other tabs keep
// them from getting these twice.
export class Hub {
    #stream;
    // Whether the stream brings every tick after its position, of each symbol. That is not so if it
    // began with the newest ticks.
    #isWhole;
    // Port to { symbols, topics, lastId, owed, isServed }. `isServed`: the connection was open since it
    // came.
    #ports = new Map();
    // Symbol to { tick, staleAt, gap }: the newest tick, its time if it is stale, and the last gap,
    // because ticks of other symbols may still come before the end of it.
    #symbols = new Map();
    #timer = setInterval(() => this.#sweep(), hereMs);
    #onOver;

    // `onOver()` is called after the last tab.
    constructor({ url, since, lastId }, onOver) {
        this.#onOver = onOver;
        this.#isWhole = lastId;
        this.#stream = new PriceStream({ url, since, lastId });
        for (const type of [
            "tick", "gap", "stale", "fresh", "heartbeat", "state", "unfollowed", ...topicNames])
            this.#stream.addEventListener(type, ({ detail }) => this.#on(type, detail));
    }

    // Accepts a tab. What it missed is brought again, for all tabs. If that is too long ago, or if
    // the tab is far ahead of this stream, the tab has to go on alone first.
    attach(port, { symbols, topics, lastId }) {
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
        stream.setSymbols(
            [...this.#symbols.keys()], isAhead ? reached : place, this.#topics(topics));
        if (lastId && !this.#isWhole) stream.reopen(true);
        this.#isWhole ||= lastId;
        stream.open();
        this.#ports.set(port, { symbols, topics, lastId: place, owed: 0 });
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
        of.owed += owedFor[type] ?? 1;
        if (of.owed > owedMax) this.#remove(port, "dropped");
    }

    #on(type, detail) {
        if (detail.name === "refused") return this.#expel();
        // Each of these tabs learns over a connection of its own what there is not.
        if (type === "unfollowed") return this.#expel(({ topics }) => topics.length > 0);
        const isTopic = topicNames.includes(type);
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
            const isNews = !id || isAnew || isTopic ||
                (isFirst ? behind >= 0 : comparePositions(id, to.lastId) > 0);
            if (isAnew || behind > 0) to.lastId = lastId;
            if (type !== "state" || detail.name === "open") to.isServed = true;
            const isWanted = isTopic ? to.topics.includes(type)
                : !names || names.some((name) => to.symbols.includes(name));
            if (isNews && isWanted)
                this.#post(port, { tick: "message", state: "here" }[type] ?? type, detail);
        }
    }

    // An unknown symbol makes the server refuse all of them. So the tabs that came since the
    // connection was last open are sent away. If there are none, all are: each then learns over a
    // connection of its own why it is refused.
    #expel(isSuspect = ({ isServed }) => !isServed) {
        const all = [...this.#ports];
        const suspects = all.filter(([, to]) => isSuspect(to));
        for (const [port] of suspects.length > 0 ? suspects : all) this.#remove(port, "refused");
        this.#narrow();
    }

    // A tab that has stopped answering owes more with each of these, until it is dropped.
    #sweep() {
        for (const port of this.#ports.keys()) this.#post(port, "here", this.#stream.state);
        this.#narrow();
    }

    // What any tab follows, and these, always in the same order.
    #topics(wanted = []) {
        for (const { topics } of this.#ports.values()) wanted = [...wanted, ...topics];
        return topicNames.filter((topic) => wanted.includes(topic));
    }

    // Drops the symbols and topics that no tab wants any more, and ends everything after the last tab.
    #narrow() {
        const wanted = [...this.#ports.values()].flatMap(({ symbols }) => symbols);
        for (const symbol of this.#symbols.keys())
            if (!wanted.includes(symbol)) this.#symbols.delete(symbol);
        if (this.#ports.size > 0) {
            this.#stream.setSymbols(
                [...this.#symbols.keys()], this.#stream.lastId, this.#topics());
            this.#stream.open();
            return;
        }
        this.#stream.close();
        clearInterval(this.#timer);
        this.#onOver();
    }
}
