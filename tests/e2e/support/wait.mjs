// Waiting for something to become true, with a deadline that says what was waited for.

import { setTimeout as pause } from "node:timers/promises";

const lookEveryMs = 10;

// Resolves with the first truthy value of `condition`, which may be asynchronous.
export async function until(what, condition, { timeout = 30_000 } = {}) {
    const deadline = Date.now() + timeout;
    for (;;) {
        const value = await condition();
        if (value) return value;
        if (Date.now() > deadline) {
            const text = typeof what === "function" ? what() : what;
            throw new Error(`not within ${timeout} ms: ${text}`);
        }
        await pause(lookEveryMs);
    }
}

// Gives `promise` until the deadline.
export async function within(what, promise, timeout = 30_000) {
    const over = new AbortController();
    const late = pause(timeout, undefined, { signal: over.signal }).then(
        () => { throw new Error(`not within ${timeout} ms: ${what}`); },
        () => undefined);
    try {
        return await Promise.race([promise, late]);
    } finally {
        over.abort();
    }
}
