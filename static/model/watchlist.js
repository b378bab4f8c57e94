// The symbols that the visitor follows, in order. Until the visitor changes something, the list is
// that of the server, cut to a length that can be overlooked.

import { readStored, watchlistKey, writeStored } from "./store.js";

const offeredMax = 8;
const watchedMax = 50;

export function isSymbol(value) {
    return typeof value === "string" && /^[A-Z0-9]{1,16}-[A-Z0-9]{1,16}$/.test(value);
}

// The valid entries of a list: texts that look like symbols, each once.
export function cleanSymbols(raw) {
    return Array.isArray(raw) ? [...new Set(raw.filter(isSymbol))].slice(0, watchedMax) : null;
}

// Dispatches "change" when the list has changed.
export class Watchlist extends EventTarget {
    #storage;
    #own; // the visitor's list; null while it is the server's
    #served = [];

    constructor(storage) {
        super();
        this.#storage = storage;
        this.#own = cleanSymbols(readStored(storage, watchlistKey));
    }

    // The symbols of the list that the server has. The others are kept in case another server has
    // them.
    get symbols() {
        if (!this.#own) return this.#served.slice(0, offeredMax);
        return this.#own.filter((symbol) => this.#served.includes(symbol));
    }

    // With those that this server lacks.
    get all() {
        return [...this.#all()];
    }

    has(symbol) {
        return this.symbols.includes(symbol);
    }

    serve(symbols) {
        this.#served = [...symbols];
        this.#tell();
    }

    add(symbol) {
        if (this.has(symbol) || !this.#served.includes(symbol)) return false;
        return this.#keep([...this.#all(), symbol]);
    }

    remove(symbol) {
        if (!this.has(symbol)) return false;
        return this.#keep(this.#all().filter((other) => other !== symbol));
    }

    toggle(symbol) {
        return this.has(symbol) ? this.remove(symbol) : this.add(symbol);
    }

    // Puts a symbol at a place among those that are shown.
    moveTo(symbol, index) {
        const shown = this.symbols;
        const from = shown.indexOf(symbol);
        const to = Math.max(0, Math.min(shown.length - 1, index));
        if (from < 0 || from === to) return false;
        shown.splice(to, 0, ...shown.splice(from, 1));
        // Symbols that this server lacks stay at the end.
        const lacking = this.#all().filter((other) => !this.#served.includes(other));
        return this.#keep([...shown, ...lacking]);
    }

    moveBy(symbol, steps) {
        return this.moveTo(symbol, this.symbols.indexOf(symbol) + steps);
    }

    // Takes the place of the whole list.
    become(symbols) {
        return this.#keep(symbols);
    }

    // Takes over what another tab has stored.
    follow(raw) {
        this.#own = cleanSymbols(raw);
        this.#tell();
    }

    #all() {
        return this.#own ?? this.symbols;
    }

    #keep(symbols) {
        this.#own = cleanSymbols(symbols);
        writeStored(this.#storage, watchlistKey, this.#own);
        this.#tell();
        return true;
    }

    #tell() {
        this.dispatchEvent(new CustomEvent("change", { detail: this.symbols }));
    }
}
