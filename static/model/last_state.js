// The prices that the page had when it last heard from the server, kept for a start without it.

import { lastKey, readStored, writeStored } from "./store.js";
import { isSymbol } from "./watchlist.js";

const keepEveryMs = 10_000;
const keptMax = 200; // symbols

// { at, symbols, prices: [{ symbol, price, timestamp, source, stale }] }, or null; `at`: when, by the
// clock of this device.
export function lastState(storage) {
    const raw = readStored(storage, lastKey);
    if (!Number.isFinite(raw?.at) || !Array.isArray(raw.prices)) return null;
    const prices = raw.prices.filter((entry) => isSymbol(entry?.symbol) && entry.price > 0 &&
        Number.isFinite(entry.timestamp) && typeof entry.source === "string");
    const symbols = (Array.isArray(raw.symbols) ? raw.symbols : []).filter(isSymbol);
    return symbols.length > 0 ? { at: raw.at, symbols, prices } : null;
}

// Keeps it now and then, while the server is heard.
export class LastState {
    #storage;
    #dueAt = 0;

    constructor(storage) {
        this.#storage = storage;
    }

    // `now` by the clock of this device.
    note({ symbols, quotes }, now) {
        const isSoon = now < this.#dueAt && this.#dueAt - now <= keepEveryMs; // unless the clock was set
        if (isSoon) return false;
        this.#dueAt = now + keepEveryMs;
        const prices = quotes.filter(({ newest }) => newest).slice(0, keptMax).map(({ newest }) => ({
            symbol: newest.symbol, price: newest.price, timestamp: newest.at / 1000,
            source: newest.source ?? "", stale: true,
        }));
        return writeStored(this.#storage, lastKey, { at: now, symbols: symbols.slice(0, keptMax), prices });
    }
}

let kept = null;

// Keeps that of the page, whatever tab is open.
export function keepLastState(storage, { connection, symbols, market }) {
    kept ??= new LastState(storage);
    if (connection.name === "open") kept.note({ symbols, quotes: market.all }, Date.now());
}
