// What is kept in the browser. A storage may be full, forbidden, or hold what another program (or
// another version of this one) has written: none of that may ever break the page.

const prefix = "tickertape.";
export const settingsKey = `${prefix}settings`;
export const watchlistKey = `${prefix}watchlist`;
export const alarmsKey = `${prefix}alarms`;

// The value under a key, or null where there is none that can be read.
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

// Says whether it could be kept.
export function writeStored(storage, key, value) {
    try {
        storage.setItem(key, JSON.stringify(value));
        return true;
    } catch {
        return false;
    }
}

// A browser that forbids storage throws at the mention of it; then nothing is kept.
export function browserStorage() {
    try {
        return globalThis.localStorage;
    } catch {
        return null;
    }
}
