// What the server does, as far as docs/protocol.md promises it, for connections that get on only when
// the test lets them.

import { comparePositions } from "../../../static/stream.js";
import { FakeEventSource, answers } from "./browser.mjs";

export class FakeServer {
    isUp = true;
    ticks = []; // all there have been, over all restarts
    #held = []; // those since the last restart
    #evicted = new Map(); // symbol to the position up to which it is no longer held
    #epoch = "";
    #last = { ms: 0, counter: 0 };
    #talks = new WeakMap(); // of a connection: { symbols, queue, place, gaps }
    #symbols;

    constructor(symbols) {
        this.#symbols = symbols;
        answers.set("/api/watchlist", ({ searchParams }) => {
            if (!this.isUp) return 502;
            const wanted = searchParams.get("symbols").split(",");
            return { watchlist: wanted.map((symbol) => {
                const { id = null, price = null } = this.#newest(symbol) ?? {};
                return { symbol, id, price, timestamp: 0 };
            }) };
        });
    }

    #position() {
        const ms = Math.max(Date.now(), this.#last.ms);
        this.#last = { ms, counter: ms === this.#last.ms ? this.#last.counter + 1 : 0 };
        return `${this.#last.ms}-${this.#last.counter}`;
    }

    #newest(symbol) {
        return this.#held.findLast((tick) => tick.symbol === symbol);
    }

    publish(symbol) {
        const tick = { id: this.#position(), symbol, price: this.ticks.length, timestamp: 0 };
        this.ticks.push(tick);
        if (this.isUp) this.#held.push(tick);
    }

    // Of that symbol, only the newest tick is held any more.
    evict(symbol) {
        const [gone] = this.#held.filter((tick) => tick.symbol === symbol).slice(-2, -1);
        if (!gone) return;
        this.#evicted.set(symbol, gone.id);
        this.#held = this.#held.filter((tick) =>
            tick.symbol !== symbol || comparePositions(tick.id, gone.id) > 0);
    }

    // What happens meanwhile is nowhere held.
    stop() {
        this.isUp = false;
        this.#held = [];
        this.#evicted.clear();
        for (const source of FakeEventSource.live) this.cut(source);
    }

    start() {
        this.#epoch = this.#position();
        this.isUp = true;
    }

    cut(source, { forGood = false } = {}) {
        this.#talks.delete(source);
        if (forGood) source.fails();
        else source.breaks();
    }

    #begin(source) {
        source.opens();
        const symbols = source.asked("symbols").split(",");
        const after = source.lastEventId || source.asked("last_event_id");
        const newest = symbols.map((symbol) => this.#newest(symbol)).filter(Boolean)
            .sort((a, b) => comparePositions(a.id, b.id));
        const talk = after
            ? { symbols, queue: [], place: after }
            : { symbols, queue: newest, place: this.#held.at(-1)?.id ?? this.#epoch };
        this.#talks.set(source, { ...talk, gaps: new Map() });
    }

    // Tells what of one symbol is no longer held; false where nothing of that is left to tell.
    #tellEvicted(source, talk) {
        for (const symbol of talk.symbols) {
            const to = this.#evicted.get(symbol);
            const from = talk.gaps.get(symbol) ?? talk.place;
            if (!to || comparePositions(to, from) <= 0 || comparePositions(to, talk.place) <= 0)
                continue;
            talk.gaps.set(symbol, to);
            const isAlone = talk.symbols.length === 1;
            const gap = { from: talk.place, to, reason: "evicted", symbols: [symbol] };
            if (isAlone) talk.place = to;
            source.says("gap", gap, isAlone ? to : undefined);
            return true;
        }
        return false;
    }

    // Lets at most so many events pass on that connection; false where none was left.
    flow(source, most = Infinity) {
        if (source.readyState === FakeEventSource.CLOSED) return false;
        if (!this.isUp) {
            if (source.readyState === FakeEventSource.CONNECTING) this.cut(source);
            return false;
        }
        if (!this.#talks.has(source)) this.#begin(source);
        const talk = this.#talks.get(source);
        let sent = 0;
        for (; sent < most && this.#talks.get(source) === talk; sent += 1) {
            if (comparePositions(talk.place, this.#epoch) < 0 && talk.queue.length === 0) {
                const gap = { from: talk.place, to: this.#epoch, reason: "restarted" };
                talk.place = this.#epoch;
                source.says("gap", gap, this.#epoch);
                continue;
            }
            if (talk.queue.length === 0 && this.#tellEvicted(source, talk)) continue;
            const next = talk.queue.shift() ?? this.#held.find((tick) =>
                talk.symbols.includes(tick.symbol) && comparePositions(tick.id, talk.place) > 0);
            if (!next) break;
            if (comparePositions(next.id, talk.place) > 0) talk.place = next.id;
            const { id, ...data } = next;
            source.says("message", data, id);
        }
        return sent > 0;
    }
}
