// What is kept in the browser. The storage may be full or forbidden, or hold something that another
// program or version has written: none of that may break the page.

const prefix = "tickertape.";
export const settingsKey = `${prefix}settings`;
export const watchlistKey = `${prefix}watchlist`;
export const watchlistsKey = `${prefix}watchlists`;
export const lastKey = `${prefix}last`;
export const alarmsKey = `${prefix}alarms`;

// The value under a key, or null if there is none that can be read.
export function readStored(storage, key) {
    try {
        return parseStored(storage.getItem(key));
    } catch {
        return null;
    }
}

export function parseStored(text) {
    try {
        return JSON.parse(text ?? "null");
    } catch {
        return null;
    }
}

// True if it was stored.
export function writeStored(storage, key, value) {
    try {
        storage.setItem(key, JSON.stringify(value));
        return true;
    } catch {
        return false;
    }
}

// A browser that forbids storage throws at any access; then nothing is kept.
export function browserStorage() {
    try {
        return globalThis.localStorage;
    } catch {
        return null;
    }
}
