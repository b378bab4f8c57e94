// Several watchlists with names. The one that is chosen is the Watchlist of the page, which is kept
// under a key of its own as it was when there was only one; the others are kept here.

import { readStored, watchlistsKey, writeStored } from "./store.js";
import { cleanSymbols } from "./watchlist.js";

export const listsMax = 20;
export const nameMax = 40;
export const fileCharsMax = 100_000;
export const firstName = "Watchlist";

// Without blanks at its ends or several in a row, and cut; "" if nothing is left.
export function cleanName(raw) {
    if (typeof raw !== "string") return "";
    return [...raw.replace(/[\s\p{C}]+/gu, " ").trim()].slice(0, nameMax).join("").trim();
}

// The valid ones of `raw`, each name once.
export function cleanLists(raw) {
    const lists = new Map();
    for (const entry of Array.isArray(raw) ? raw : []) {
        const name = cleanName(entry?.name);
        const symbols = cleanSymbols(entry?.symbols);
        if (name && symbols && !lists.has(name)) lists.set(name, symbols);
    }
    return [...lists].slice(0, listsMax).map(([name, symbols]) => ({ name, symbols }));
}

// Dispatches "change" when there are other lists, another one is chosen, or a name has changed.
export class Watchlists extends EventTarget {
    #storage;
    #current; // the Watchlist of the page
    #chosen = firstName;
    #lists = []; // in order, with the one that is chosen, whose symbols here may be old

    constructor(storage, current) {
        super();
        this.#storage = storage;
        this.#current = current;
        this.#take(readStored(storage, watchlistsKey));
    }

    get names() {
        return this.#lists.map(({ name }) => name);
    }

    get chosen() {
        return this.#chosen;
    }

    get isFull() {
        return this.#lists.length >= listsMax;
    }

    // Each returns why it was not done, or "".
    choose(name) {
        const list = this.#find(name);
        if (!list) return `There is no list ${name}.`;
        if (name === this.#chosen) return "";
        this.#remember();
        this.#chosen = name;
        this.#keep();
        this.#current.become(list.symbols);
        return "";
    }

    create(raw, symbols = []) {
        const { name, why } = this.#newName(raw);
        if (why) return why;
        if (this.isFull) return `There can be ${listsMax} lists: delete one first.`;
        this.#lists.push({ name, symbols });
        this.#keep();
        return this.choose(name);
    }

    rename(raw) {
        if (cleanName(raw) === this.#chosen) return "";
        const { name, why } = this.#newName(raw);
        if (why) return why;
        this.#find(this.#chosen).name = name;
        this.#chosen = name;
        this.#keep();
        return "";
    }

    // Deletes the one that is chosen; the one beside it is chosen then.
    remove() {
        if (this.#lists.length < 2) return "This is the only list.";
        const place = this.#lists.findIndex(({ name }) => name === this.#chosen);
        this.#lists.splice(place, 1);
        const next = this.#lists[Math.min(place, this.#lists.length - 1)];
        this.#chosen = next.name;
        this.#keep();
        this.#current.become(next.symbols);
        return "";
    }

    // All of them as a file.
    exported() {
        this.#remember();
        return `${JSON.stringify({ tickertape: "watchlists", lists: this.#lists }, null, 2)}\n`;
    }

    // Adds those of a file. No list is replaced: one whose name is taken gets a number. Returns
    // { added: [names], why }.
    imported(text) {
        let lists = [];
        try {
            const read = text.length > fileCharsMax ? null : JSON.parse(text);
            lists = cleanLists(read?.lists);
        } catch {
            // No JSON at all.
        }
        if (lists.length === 0) return { added: [], why: "This file has no watchlists." };
        const added = [];
        for (const { name, symbols } of lists) {
            if (this.isFull) break;
            const free = this.#freeName(name);
            this.#lists.push({ name: free, symbols });
            added.push(free);
        }
        if (added.length > 0) this.#keep();
        const isWhole = added.length === lists.length;
        return { added, why: isWhole ? "" : `There can be ${listsMax} lists: not all were added.` };
    }

    // Takes over what another tab has stored.
    follow(raw) {
        this.#take(raw);
        this.#tell();
    }

    #take(raw) {
        this.#lists = cleanLists(raw?.lists);
        const chosen = cleanName(raw?.chosen);
        this.#chosen = this.#find(chosen) ? chosen : (this.#lists[0]?.name ?? firstName);
        if (this.#lists.length === 0) this.#lists = [{ name: firstName, symbols: [] }];
    }

    #find(name) {
        return this.#lists.find((list) => list.name === name);
    }

    #newName(raw) {
        const name = cleanName(raw);
        if (!name) return { why: "A list needs a name." };
        return this.#find(name) ? { why: `There is a list ${name} already.` } : { name, why: "" };
    }

    #freeName(name) {
        for (let i = 2, free = name; ; i += 1) {
            if (!this.#find(free)) return free;
            free = `${[...name].slice(0, nameMax - 4).join("").trim()} ${i}`;
        }
    }

    // What the visitor has made of the list that is chosen.
    #remember() {
        this.#find(this.#chosen).symbols = this.#current.all;
    }

    #keep() {
        writeStored(this.#storage, watchlistsKey, { chosen: this.#chosen, lists: this.#lists });
        this.#tell();
    }

    #tell() {
        this.dispatchEvent(new CustomEvent("change"));
    }
}

// A list in an address: "?list=BTC-USD,ETH-USD&name=Mine" as { name, symbols }; null if it has none.
export function listOfLink(href) {
    const { searchParams } = new URL(href);
    const symbols = cleanSymbols(searchParams.get("list")?.toUpperCase().split(","));
    return symbols?.length ? { name: cleanName(searchParams.get("name")) || "Shared", symbols } : null;
}

export function linkOfList(href, list) {
    const url = new URL(href);
    for (const name of ["list", "name", "symbol", "range"]) url.searchParams.delete(name);
    if (!list) return url.href;
    url.searchParams.set("list", list.symbols.join());
    url.searchParams.set("name", list.name);
    return url.href.replaceAll("%2C", ",");
}
