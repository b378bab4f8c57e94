// The past of a symbol, for a stream that goes on from now.

import { PriceStream } from "./stream.js";

const failuresMax = 10;

// Brings the ticks and gaps of one symbol since a time, over a stream of its own, until they reach
// what another stream brings: `isReached(id)` tells whether that stream has begun at this position
// or before it.
export function loadHistory({ url, symbol, since, onTick, onGap, isReached, signal }) {
    return new Promise((resolve) => {
        const stream = new PriceStream({ url, symbols: [symbol], since });
        let failures = 0;
        const end = (how) => {
            stream.close();
            signal?.removeEventListener("abort", abort);
            resolve(how);
        };
        const abort = () => end("aborted");
        const reach = (id) => {
            if (isReached(id)) end("complete");
        };
        stream.addEventListener("tick", ({ detail }) => {
            onTick(detail);
            reach(detail.id);
        });
        stream.addEventListener("gap", ({ detail }) => {
            onGap?.(detail);
            reach(detail.to);
        });
        // The heartbeat tells that there was no other tick until then.
        stream.addEventListener("heartbeat", ({ detail }) => reach(`${detail.at}-0`));
        stream.addEventListener("state", ({ detail }) => {
            if (detail.name === "open") failures = 0;
            else if (detail.name !== "idle" && (failures += 1) > failuresMax) end("failed");
        });
        stream.addEventListener("refused", () => end("failed"));
        signal?.addEventListener("abort", abort);
        if (signal?.aborted) abort();
        else stream.open();
    });
}
