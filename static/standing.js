// How the page stands with the server: the state of the stream, since when it is away, whether it
// is heard as often as usual, and why the server refuses it. All times are by the steady clock.

import { Pulse } from "./model/pulse.js";

export class Standing {
    connection = { name: "connecting", retryAt: null, why: "" };
    awaySince; // null while the stream is open
    refusal = ""; // why the server refuses the stream, in its words
    #refused = null; // the symbols that were refused, which are not asked for once more
    #pulse = new Pulse();
    #reached = ""; // the position of the stream when it was last looked at

    constructor(now) {
        this.awaySince = now;
    }

    get isOpen() {
        return this.connection.name === "open";
    }

    // Takes a state of the stream. `retryAt` is by the wall clock, which may be set meanwhile.
    // Returns whether there is a new connection, and whether one was lost.
    become({ name, retryAt, why = "" }, now) {
        const wasOpen = this.isOpen;
        const isLost = name !== "open" && this.awaySince === null;
        this.connection = {
            name, why, retryAt: retryAt === null ? null : now + retryAt - Date.now(),
        };
        if (this.isOpen && !wasOpen) this.#pulse.begin(now);
        if (isLost) this.#pulse.end();
        if (this.isOpen) this.awaySince = null;
        else this.awaySince ??= now;
        return { isNew: this.isOpen && !wasOpen, isLost };
    }

    refuse(words, symbols) {
        this.refusal = words;
        this.#refused = symbols.join();
    }

    isRefused(symbols) {
        return symbols.join() === this.#refused;
    }

    hear(now) {
        this.#pulse.hear(now);
    }

    hearBeat(now) {
        this.#pulse.hearBeat(now);
    }

    hearBeside(now) {
        this.#pulse.hearBeside(now);
    }

    // On a connection that tabs share, ticks of other tabs' symbols move its position alone.
    noteReached(lastId, now) {
        if (lastId !== this.#reached) this.#pulse.hear(now);
        this.#reached = lastId;
    }

    isQuiet(now) {
        return this.#pulse.isQuiet(now);
    }
}
