// Thresholds that the visitor has set. An alarm goes off when the price reaches it from the other
// side, and again only after the price was back there: a price that moves around a threshold, or
// was beyond it from the start, sets off nothing.

import { alarmsKey, readStored, writeStored } from "./store.js";

const quietMs = 60_000;
export const alarmsMax = 50;

export function cleanAlarms(raw) {
    if (!Array.isArray(raw)) return [];
    return raw
        .filter((a) => typeof a?.symbol === "string" && ["above", "below"].includes(a.side) &&
            Number.isFinite(a.price) && a.price > 0)
        .map(({ symbol, side, price }) => ({ symbol, side, price }))
        .slice(0, alarmsMax);
}

const keyOf = ({ symbol, side, price }) => `${symbol} ${side} ${price}`;
// Whether the price is already where the alarm would see it go.
export const isBeyond = ({ side, price }, value) => (side === "above" ? value >= price : value <= price);

// Dispatches "change" when the list has changed.
export class Alarms extends EventTarget {
    #storage;
    #list;
    #wasBeyond = new Map(); // by key; absent before the first price
    #wentOffAt = new Map();

    constructor(storage) {
        super();
        this.#storage = storage;
        this.#list = cleanAlarms(readStored(storage, alarmsKey));
    }

    get list() {
        return this.#list;
    }

    get symbols() {
        return [...new Set(this.#list.map(({ symbol }) => symbol))];
    }

    get isFull() {
        return this.#list.length >= alarmsMax;
    }

    // False if the same alarm is set already, the list is full, or the values are not an alarm.
    add(alarm) {
        const [clean] = cleanAlarms([alarm]);
        if (!clean || this.isFull) return false;
        if (this.#list.some((other) => keyOf(other) === keyOf(clean))) return false;
        this.#keep([...this.#list, clean]);
        return true;
    }

    remove(alarm) {
        this.#keep(this.#list.filter((other) => keyOf(other) !== keyOf(alarm)));
    }

    // Takes over what another tab has stored.
    follow(raw) {
        this.#become(cleanAlarms(raw));
    }

    // The alarms that go off with this tick.
    check(tick, now = performance.now()) {
        const mine = this.#list.filter(({ symbol }) => symbol === tick.symbol);
        return mine.filter((alarm) => this.#isHit(alarm, tick, now));
    }

    #isHit(alarm, tick, now) {
        const key = keyOf(alarm);
        const was = this.#wasBeyond.get(key);
        const is = isBeyond(alarm, tick.price);
        this.#wasBeyond.set(key, is);
        if (!is || was !== false) return false;
        if (now - (this.#wentOffAt.get(key) ?? -Infinity) < quietMs) return false;
        this.#wentOffAt.set(key, now);
        return true;
    }

    #keep(list) {
        writeStored(this.#storage, alarmsKey, list);
        this.#become(list);
    }

    #become(list) {
        this.#list = list;
        const keys = new Set(list.map(keyOf));
        for (const known of [this.#wasBeyond, this.#wentOffAt])
            for (const key of known.keys()) if (!keys.has(key)) known.delete(key);
        this.dispatchEvent(new CustomEvent("change", { detail: list }));
    }
}
