// What comes from the server, read without trust.

import { patienceMs } from "./limits.js";

// Text that is not JSON becomes an empty object. A worker sends objects, not text.
export function parse(data) {
    try {
        return Object(typeof data === "string" ? JSON.parse(data) : data);
    } catch {
        return {};
    }
}

// The body of the answer, if it is of this type and comes in time; otherwise undefined.
export async function ask(url, accept) {
    try {
        const signal = AbortSignal.timeout(patienceMs);
        const answer = await fetch(url, { headers: { accept }, signal });
        if (answer.headers.get("content-type").startsWith(accept)) return await answer.json();
        // It may be a stream, which has no end.
        answer.body.cancel();
    } catch {}
}
