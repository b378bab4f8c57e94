// The choices of the visitor, kept in the browser. Every value is checked when it is read: a wrong
// one is replaced by its default, and the others are kept.

import { overlays } from "./overlays.js";
import { ranges } from "./ranges.js";
import { readStored, settingsKey, writeStored } from "./store.js";

const oneOf = (...values) => (value) => values.includes(value);
const areNames = (value) => typeof value === "string" && /^[a-z ]*$/.test(value);
const isBoolean = (value) => typeof value === "boolean";

// An empty locale or time zone is the browser's own.
export function isLocale(value) {
    if (value === "") return true;
    if (typeof value !== "string") return false;
    try {
        return Intl.NumberFormat.supportedLocalesOf(value).length > 0;
    } catch {
        return false;
    }
}

export function isTimeZone(value) {
    if (value === "") return true;
    if (typeof value !== "string") return false;
    try {
        return Boolean(new Intl.DateTimeFormat("en", { timeZone: value }));
    } catch {
        return false;
    }
}

function isOverlays(value) {
    const isKnown = (key) => overlays.some((overlay) => overlay.key === key);
    return value === "" || (typeof value === "string" && value.split(" ").every(isKnown));
}

// The default of each setting, and what it may be.
const rules = {
    theme: ["system", oneOf("system", "light", "dark")],
    colours: ["green", oneOf("green", "blue")], // of what rises; what falls is red, or orange
    locale: ["", isLocale],
    currencyDisplay: ["symbol", oneOf("symbol", "code", "none")],
    unit: ["currency", oneOf("currency", "sats")], // of prices in bitcoin
    timeZone: ["", isTimeZone],
    isCompact: [false, isBoolean],
    range: ["", oneOf("", ...ranges.map(({ key }) => key))], // empty: whichever fits
    overlays: ["", isOverlays], // the keys of those that are drawn, with blanks between
    watchlistOrder: ["own", oneOf("own", "change")],
    beside: ["markets", oneOf("markets", "ticks")], // the chart, where there is room
    chartKind: ["line", oneOf("line", "candles")],
    scale: ["normal", oneOf("normal", "log", "percent")], // of prices on the chart
    hidden: ["", areNames], // of sections of the price's tab (sections.js)
    order: ["", areNames],
    hasSound: [false, isBoolean],
    hasNotification: [false, isBoolean],
};

export function cleanSettings(raw) {
    const given = raw !== null && typeof raw === "object" ? raw : {};
    return Object.fromEntries(Object.entries(rules).map(([name, [usual, isRight]]) =>
        [name, isRight(given[name]) ? given[name] : usual]));
}

// Dispatches "change" when a value has changed, here or in another tab.
export class Settings extends EventTarget {
    #storage;
    #values;

    constructor(storage) {
        super();
        this.#storage = storage;
        this.#values = cleanSettings(readStored(storage, settingsKey));
    }

    get values() {
        return this.#values;
    }

    set(name, value) {
        const next = cleanSettings({ ...this.#values, [name]: value });
        if (!this.#become(next)) return;
        writeStored(this.#storage, settingsKey, next);
    }

    // Takes over what another tab has stored.
    follow(raw) {
        this.#become(cleanSettings(raw));
    }

    #become(next) {
        const changed = Object.keys(rules).filter((name) => next[name] !== this.#values[name]);
        if (changed.length === 0) return false;
        this.#values = next;
        this.dispatchEvent(new CustomEvent("change", { detail: changed }));
        return true;
    }
}
