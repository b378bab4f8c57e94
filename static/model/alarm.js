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

// From where the price has to come to reach another: "above" if it has to rise; null if it is there.
export function sideOf(price, newest) {
    if (newest === undefined || price > newest) return "above";
    return price < newest ? "below" : null;
}

// Dispatches "change" when the list has changed.
export class Alarms extends EventTarget {
    #storage;
    #list;
    #wasBeyond = new Map(); // by key; absent before the first price
    #wentOffAt = new Map();
    #toldAt = new Map(); // the same, for people

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

    of(symbol) {
        return this.#list.filter((alarm) => alarm.symbol === symbol);
    }

    // The most that there can be, and from which side a price is reached; for those who only have this.
    max = alarmsMax;
    sideOf = sideOf;

    // When it went off last, by the clock of this device; null if it has not since the page was opened.
    wentOffAt(alarm) {
        return this.#toldAt.get(keyOf(alarm)) ?? null;
    }

    get isFull() {
        return this.#list.length >= alarmsMax;
    }

    // False if the same alarm is set already, the list is full, or the values are not an alarm. `newest`:
    // the price now, if it is known; then the very next one can set it off.
    add(alarm, newest = null) {
        const [clean] = cleanAlarms([alarm]);
        if (!clean || this.isFull) return false;
        if (this.#list.some((other) => keyOf(other) === keyOf(clean))) return false;
        if (newest !== null) this.#wasBeyond.set(keyOf(clean), isBeyond(clean, newest));
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
        this.#toldAt.set(key, Date.now());
        return true;
    }

    #keep(list) {
        writeStored(this.#storage, alarmsKey, list);
        this.#become(list);
    }

    #become(list) {
        this.#list = list;
        const keys = new Set(list.map(keyOf));
        for (const known of [this.#wasBeyond, this.#wentOffAt, this.#toldAt])
            for (const key of known.keys()) if (!keys.has(key)) known.delete(key);
        this.dispatchEvent(new CustomEvent("change", { detail: list }));
    }
}
