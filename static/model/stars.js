// The coins that the visitor has marked. A coin is an id of one source: symbols are not unique, and
// another source has other ids. So these are not the watchlist, whose symbols this server streams.

import { readStored, writeStored } from "./store.js";

export const starsKey = "tickertape.stars";
const starsMax = 500;

export const starOf = (source, id) => `${source}:${id}`;

export function cleanStars(raw) {
    if (!Array.isArray(raw)) return [];
    const isStar = (star) => typeof star === "string" && /^[a-z]+:.{1,200}$/.test(star);
    return [...new Set(raw.filter(isStar))].slice(0, starsMax);
}

export class Stars {
    #storage;
    #stars;

    constructor(storage) {
        this.#storage = storage;
        this.follow(readStored(storage, starsKey));
    }

    // Takes over what another browser tab has stored.
    follow(raw) {
        this.#stars = new Set(cleanStars(raw));
    }

    has(source, id) {
        return this.#stars.has(starOf(source, id));
    }

    // Returns whether the coin is marked now. A list that is full takes no more.
    toggle(source, id) {
        const star = starOf(source, id);
        if (!this.#stars.delete(star) && this.#stars.size < starsMax) this.#stars.add(star);
        writeStored(this.#storage, starsKey, [...this.#stars]);
        return this.#stars.has(star);
    }
}
