// A stream of prices that reconnects by itself, delivers each tick once, and uses one connection
// for all tabs of a browser. docs/client.md describes its use, events, states and options.
//
// This module is the page's and that of the worker that the tabs share, which is why it starts
// itself. Pages of other people load it alone: it is served as one file with all that it imports, in
// less than 5,000 bytes.

import { Hub } from "./stream/hub.js";
import { behindMaxMs, patienceMs } from "./stream/limits.js";
import { PriceStream } from "./stream/price_stream.js";
import { SharedSource } from "./stream/shared_source.js";

export { comparePositions, parsePosition } from "./stream/position.js";
export { PriceStream };

// The only one of this worker. Its name is the URL of the stream, so its tabs differ in symbols
// alone.
let hub = null;

if ("onconnect" in globalThis)
    globalThis.onconnect = ({ ports: [port] }) => {
        port.onmessage = ({ data }) => {
            if (data.symbols) (hub ??= new Hub(data, () => (hub = null))).attach(port, data);
            else hub?.hear(port, data);
        };
    };

export class SharedPriceStream extends PriceStream {
    // Whether the tab does without the worker for now, and how long it will the next time.
    #isAlone = false;
    #aloneMs = patienceMs;

    createSource(url, wish) {
        if (wish.symbols.length > 0 && !wish.symbols.includes("*") && !this.#isAlone)
            try {
                const options = { type: "module", name: wish.url };
                const source =
                    new SharedSource(new SharedWorker(import.meta.url, options), wish);
                source.addEventListener("here", ({ data }) => this.#tellCovered(data.covered));
                source.addEventListener("refused", () => {
                    this.#isAlone = true;
                    setTimeout(() => {
                        this.#isAlone = false;
                        this.reopen(this.state.name === "open");
                    }, this.#aloneMs);
                    this.#aloneMs = Math.min(behindMaxMs, this.#aloneMs * 2);
                });
                return source;
            } catch {} // none here
        this.#tellCovered(true);
        return super.createSource(url);
    }

    // Only once: later connections go on at the last position.
    #tellCovered = (covered) => {
        this.#tellCovered = () => {};
        this.dispatchEvent(new CustomEvent("attached", { detail: { covered } }));
    };
}
