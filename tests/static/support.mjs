// What a browser would keep, without a browser.

export class Storage {
    #items = new Map();

    constructor(items = {}) {
        for (const [key, value] of Object.entries(items)) this.#items.set(key, value);
    }

    getItem(key) {
        return this.#items.get(key) ?? null;
    }

    setItem(key, value) {
        this.#items.set(key, value);
    }
}

// A storage that a browser has forbidden, or that is full.
export const brokenStorage = {
    getItem() {
        throw new Error("forbidden");
    },
    setItem() {
        throw new Error("full");
    },
};
